"""The examples' Django site, with answers to measure and one page more: a long one."""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Callable, Mapping
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template import engines

from consentgate.django import ConsentMiddleware

from .answers import ANSWERS, FIREFOX
from .timing import Task

__all__ = ["ConsentMiddleware", "GZipMiddleware", "SessionMiddleware"]

# It has Django's settings in it. By its name, since the examples are no package for type checkers.
_site = importlib.import_module("examples.django_app.app")

ENVIRON: Mapping[str, Any] = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/",
    "QUERY_STRING": "",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.url_scheme": "http",
    **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in FIREFOX},
}
"""A browser's request."""

_STORIES = 150
_TEXT = (
    "After eleven years in the dark the lighthouse on the north mole came back to life last night. "
    "Half the town stood on the quay & looked up, and the harbour master's cat did too."
)

View = Callable[[HttpRequest], Any]


def session() -> str:
    """The cookie of a visitor who has a session."""
    store = SessionStore()
    store["user"] = 1
    store.save()
    return str(store.session_key)


def answer(request: HttpRequest) -> HttpResponseBase:
    """The same answers as those of `answers`."""
    found = ANSWERS[request.path_info]
    if len(found.parts) == 1:
        return HttpResponse(found.parts[0], headers=dict(found.headers))
    return StreamingHttpResponse(iter(found.parts), headers=dict(found.headers))


def answer_reading(request: HttpRequest) -> HttpResponseBase:
    """The same for a visitor whose session is read."""
    request.session.get("user")
    return answer(request)


def answer_saving(request: HttpRequest) -> HttpResponseBase:
    """The same for a visitor whose session changes."""
    request.session["user"] = 2
    return answer(request)


def call(handler: View, environ: Mapping[str, Any]) -> None:
    """Let `handler` answer a new request and take its answer."""
    response = handler(WSGIRequest({**environ, "wsgi.input": BytesIO()}))
    for _ in response:
        pass
    response.close()


def archive(*, gated: bool) -> Task:
    """A request for the long page, through what the site's list of middleware has."""
    view: View = SessionMiddleware(_archive)
    return partial(call, ConsentMiddleware(view) if gated else view, ENVIRON)


def rendered() -> bytes:
    """The long page as the view makes it."""
    view: View = SessionMiddleware(_archive)
    return bytes(view(WSGIRequest({**ENVIRON, "wsgi.input": BytesIO()})).content)


class _Story(NamedTuple):
    number: int
    title: str
    day: datetime.date
    text: str
    tags: tuple[str, ...]


def _archive(request: HttpRequest) -> HttpResponseBase:
    request.session["pages"] = request.session.get("pages", 0) + 1
    first = datetime.date(2026, 1, 1)
    stories = [
        _Story(n, f"Story {n} & what became of it", first + datetime.timedelta(n), _TEXT, ("harbour", "town"))
        for n in range(_STORIES)
    ]
    context = {
        "pages": request.session["pages"],
        "cookies": ", ".join(sorted(request.COOKIES)) or "none",
        "counted": False,
        "stories": stories,
    }
    response: HttpResponseBase = _site.track(request, HttpResponse(_template().render(context, request)))
    return response


@cache
def _template() -> Any:
    text = (Path(__file__).parent / "templates" / "archive.html").read_text("utf-8")
    return engines["django"].from_string(text)
