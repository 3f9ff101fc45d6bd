"""The demo newspaper in Django, behind the consent gate: `python examples/django_app/app.py`.

A Django project in one file: settings, views, URLs.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.static import serve

from consentgate.django import consent_of

EXAMPLES = Path(__file__).resolve().parents[1]
NEWSPAPER = EXAMPLES / "newspaper"
DAY = 86_400

settings.configure(
    SECRET_KEY="a secret for the demo only",
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["consentgate.django"],
    MIDDLEWARE=[
        "consentgate.django.ConsentMiddleware",  # first, so that everything below it passes through the gate
        "django.contrib.sessions.middleware.SessionMiddleware",
    ],
    CONSENTGATE={
        "POLICY": EXAMPLES / "flask_app" / "consentgate.toml",  # one policy for all three demos
        "INSECURE": True,  # the demo is served over plain HTTP; leave this out where there is HTTPS
    },
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    SESSION_COOKIE_NAME="session",
    SESSION_EXPIRE_AT_BROWSER_CLOSE=True,
    TEMPLATES=[
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [NEWSPAPER / "templates"]},
    ],
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"stderr": {"class": "logging.StreamHandler"}},
        "loggers": {
            "consentgate": {"handlers": ["stderr"], "level": "INFO"},
            "django.server": {"level": "ERROR"},
        },
    },
)


def front(request: HttpRequest) -> HttpResponseBase:
    return page(request, "front.html")


def article(request: HttpRequest) -> HttpResponseBase:
    return page(request, "article.html")


def live(request: HttpRequest) -> HttpResponseBase:
    def pieces() -> Iterator[str]:
        for number, piece in enumerate(LIVE):
            if number:
                time.sleep(0.5)
            yield piece

    return track(request, StreamingHttpResponse(pieces()))


def cookies(request: HttpRequest) -> HttpResponseBase:
    return JsonResponse({"cookies": sorted(request.COOKIES)})


def missing(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return page(request, "missing.html", 404)


def page(request: HttpRequest, template: str, status: int = 200) -> HttpResponseBase:
    request.session["pages"] = request.session.get("pages", 0) + 1
    context = {
        "pages": request.session["pages"],
        "cookies": ", ".join(sorted(request.COOKIES)) or "none",
        "counted": consent_of(request).allows("performance"),
    }
    return track(request, render(request, template, context, status=status))


def track(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Set cookies without a thought for consent, as sites do. The gate keeps back what must not go out."""
    response.set_cookie("visitor_id", request.COOKIES.get("visitor_id") or uuid4().hex, max_age=395 * DAY)
    response.set_cookie("_campaign", "spring", max_age=30 * DAY)
    response.set_cookie("ab_test", "b", max_age=30 * DAY)  # not in the policy: never goes out
    return response


LIVE = (NEWSPAPER / "live.html").read_text(encoding="utf-8").split("<!-- half a second later -->\n")

urlpatterns = [
    path("", front),
    path("article", article),
    path("live", live),
    path("api/cookies", cookies),
    path("static/<path:path>", serve, {"document_root": NEWSPAPER / "static"}),
]
handler404 = missing

application = get_wsgi_application()

if __name__ == "__main__":
    port = os.environ.get("PORT", "8002")
    print(f"The Harbour Gazette, behind consentgate: http://127.0.0.1:{port}/", flush=True)
    print("What to look at is in examples/README.md.", flush=True)
    execute_from_command_line(["app.py", "runserver", "--noreload", f"127.0.0.1:{port}"])
