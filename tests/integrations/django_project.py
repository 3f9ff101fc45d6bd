"""A Django project in one module, with the admin, behind the gate."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import cache_page

from consentgate.django import consent_of, vary_on_consent
from consentgate.outbound import current_consent

from .shop import PAGE, POLICY, SECRET_KEY

GATE = "consentgate.django.ConsentMiddleware"

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY=SECRET_KEY,
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "consentgate.django",
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        GATE,
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    STATIC_URL="/static/",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    CONSENTGATE={"POLICY": POLICY, "INSECURE": True},
)
django.setup()

from django.contrib import admin  # noqa: E402  # only after the settings are there

threads: set[int] = set()
"""The threads in which views and streams ran."""


def tracked(response: HttpResponseBase) -> HttpResponseBase:
    threads.add(threading.get_ident())
    response.set_cookie("_own", "1")
    return response


def shop(request: HttpRequest) -> HttpResponseBase:
    return tracked(HttpResponse(PAGE))


async def ashop(request: HttpRequest) -> HttpResponseBase:
    return tracked(HttpResponse(PAGE))


async def adata(request: HttpRequest) -> HttpResponseBase:
    return tracked(HttpResponse("[]", content_type="application/json"))


def stream(request: HttpRequest) -> HttpResponseBase:
    def pieces() -> Iterator[str]:
        yield PAGE[:30]
        yield PAGE[30:]

    return tracked(StreamingHttpResponse(pieces()))


def second_thoughts(request: HttpRequest) -> HttpResponseBase:
    def pieces() -> Iterator[str]:
        response.set_cookie("_own", "another")
        yield PAGE

    response = StreamingHttpResponse(pieces())
    return tracked(response)


async def astream(request: HttpRequest) -> HttpResponseBase:
    async def pieces() -> AsyncIterator[str]:
        threads.add(threading.get_ident())
        yield PAGE[:30]
        await asyncio.sleep(0)
        yield PAGE[30:]

    return tracked(StreamingHttpResponse(pieces()))


def counted(request: HttpRequest) -> HttpResponseBase:
    assert consent_of(request) is request.consent
    text = engines["django"].from_string('{% load consentgate %}{{ request|allows:"performance" }}')
    return HttpResponse(text.render({}, request))


def cookies(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse(" ".join(sorted(request.COOKIES)), content_type="text/plain")


def keep(request: HttpRequest) -> HttpResponseBase:
    request.session["kept"] = True
    expiry: Any = {
        "30": 30 * 86_400,
        "date": timezone.now() + timedelta(days=60),
        "delta": timedelta(days=45),
        "long": timedelta(days=730),
    }.get(request.GET.get("expiry", ""))
    if expiry is not None:
        request.session.set_expiry(expiry)
    return HttpResponse("kept")


def who(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse(request.user.get_username(), content_type="text/plain")


def current(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse(repr(current_consent()), content_type="text/plain")


async def acurrent(request: HttpRequest) -> HttpResponseBase:
    return await sync_to_async(current)(request)


called: list[str] = []
"""The paths of views that may be cached, one for each call."""


def asks(request: HttpRequest) -> HttpResponseBase:
    called.append(request.path)
    return HttpResponse(str(request.consent.allows("performance")), content_type="text/plain")


async def asks_in_loop(request: HttpRequest) -> HttpResponseBase:
    return asks(request)


def silent(request: HttpRequest) -> HttpResponseBase:
    called.append(request.path)
    return HttpResponse(PAGE)


def by_template(request: HttpRequest) -> HttpResponseBase:
    called.append(request.path)
    text = engines["django"].from_string('{% load consentgate %}{{ request|allows:"performance" }}')
    return TemplateResponse(request, text, content_type="text/plain")


def by_fragment(request: HttpRequest) -> HttpResponseBase:
    called.append(request.path)
    text = engines["django"].from_string(
        "{% load cache consentgate %}{% cache 60 counted request.consent.key %}"
        '{{ request|allows:"performance" }}{% endcache %}'
    )
    return HttpResponse(text.render({}, request), content_type="text/plain")


class Ahead:
    """Middleware that asks before the view, which then answers by what it said."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        request.counted = request.consent.allows("performance")
        return self.get_response(request)


def told(request: HttpRequest) -> HttpResponseBase:
    called.append(request.path)
    return HttpResponse(str(getattr(request, "counted", None)), content_type="text/plain")


VIEWS = {
    "asks": asks,
    "asks-in-loop": asks_in_loop,
    "silent": silent,
    "by-template": by_template,
    "by-fragment": by_fragment,
    "told": told,
}
cached = [path(f"cached/{name}", cache_page(60)(view)) for name, view in VIEWS.items()]
varied = [path(f"varied/{name}", cache_page(60)(vary_on_consent(view))) for name, view in VIEWS.items()]
plain = [path(f"plain/{name}", view) for name, view in VIEWS.items()]

urlpatterns = [
    *cached,
    *varied,
    *plain,
    path("keep", keep),
    path("who", who),
    path("cookies", cookies),
    path("", shop),
    path("ashop", ashop),
    path("adata", adata),
    path("stream", stream),
    path("astream", astream),
    path("second-thoughts", second_thoughts),
    path("counted", counted),
    path("current", current),
    path("acurrent", acurrent),
    path("admin/", admin.site.urls),
]
