"""The shop in Django, under WSGI and ASGI, in Django's middleware list or wrapped from outside."""

from __future__ import annotations

import django
from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.template import engines
from django.urls import path

from consentgate.asgi import ConsentMiddleware as AsgiGate
from consentgate.django import consent_of, gate_from_settings
from consentgate.wsgi import ConsentMiddleware as WsgiGate

from .page import LARGE, POLICY, SECRET_KEY, TRACKING, alive, gone_on, live, page

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY=SECRET_KEY,
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.sessions", "consentgate.django"],
    MIDDLEWARE=[
        "consentgate.django.ConsentMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    SESSION_COOKIE_NAME="session",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    CONSENTGATE={"POLICY": POLICY, "INSECURE": True, "TRUSTED_PROXIES": 1},
)
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402  # only after the settings are there
from django.core.wsgi import get_wsgi_application  # noqa: E402


def tracked(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in TRACKING:
        response.set_cookie(name, value)
    return response


def shop(request: HttpRequest) -> HttpResponseBase:
    request.session["pages"] = request.session.get("pages", 0) + 1
    counted = consent_of(request).allows("performance")
    return tracked(HttpResponse(page(request.session["pages"], request.COOKIES, counted)))


def template(request: HttpRequest) -> HttpResponseBase:
    text = engines["django"].from_string('{% load consentgate %}counted: {{ request|allows:"performance" }}')
    return tracked(HttpResponse(text.render({}, request)))


def api(request: HttpRequest) -> HttpResponseBase:
    return tracked(JsonResponse({"cookies": sorted(request.COOKIES)}))


def show_live(request: HttpRequest) -> HttpResponseBase:
    return tracked(StreamingHttpResponse(alive() if hasattr(request, "scope") else live()))


def go(request: HttpRequest) -> HttpResponseBase:
    gone_on.set()
    return HttpResponse("gone on", content_type="text/plain")


def large(request: HttpRequest) -> HttpResponseBase:
    return tracked(HttpResponse(LARGE))


def nothing(request: HttpRequest) -> HttpResponseBase:
    return tracked(HttpResponse(status=204))


def moved(request: HttpRequest) -> HttpResponseBase:
    return tracked(HttpResponseRedirect("/"))


def broken(request: HttpRequest) -> HttpResponseBase:
    raise RuntimeError("a page that breaks")


def missing(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return tracked(HttpResponse(page(0, request.COOKIES, False), status=404))


def failed(request: HttpRequest) -> HttpResponseBase:
    return tracked(HttpResponse(page(0, request.COOKIES, False), status=500))


urlpatterns = [
    path("", shop),
    path("template", template),
    path("api", api),
    path("live", show_live),
    path("go", go),
    path("large", large),
    path("nothing", nothing),
    path("moved", moved),
    path("broken", broken),
]
handler404 = missing
handler500 = failed


wsgi = get_wsgi_application()
asgi = get_asgi_application()
# Wrapped from outside as well: the inner layer must then leave it to the outer one.
wrapped_wsgi = WsgiGate(wsgi, gate_from_settings())
wrapped_asgi = AsgiGate(asgi, gate_from_settings())
