"""Django's own caches never give one visitor what was made for another's consent."""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
import werkzeug.test
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from consentgate.consent import UnknownId
from consentgate.django import ConsentMiddleware as Middleware
from consentgate.django import consent_of, gate_from_settings
from consentgate.testing import consent_cookie, consent_for
from consentgate.wsgi import ConsentMiddleware

from . import django_project
from .django_project import GATE, asks, called
from .shop import STATS
from .test_django import Visitor, body_of

PER_SITE = [
    GATE,
    "django.middleware.cache.UpdateCacheMiddleware",
    f"{django_project.__name__}.Ahead",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
AHEAD = [GATE, f"{django_project.__name__}.Ahead"]
ASKING = ("asks", "asks-in-loop", "by-template", "by-fragment", "told")


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    cache.clear()
    called.clear()
    yield
    cache.clear()


def visitors() -> tuple[Visitor, Visitor]:
    """One who has said yes, and one who has not."""
    yes = Visitor()
    yes.accepts()
    return yes, Visitor()


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("where", ["cached", "varied"])
@pytest.mark.parametrize("first", ["yes", "no"])
def test_a_cached_page_is_the_visitors_own(name: str, where: str, first: str) -> None:
    with override_settings(MIDDLEWARE=AHEAD):
        yes, no = visitors()
        order = ((yes, "True"), (no, "False")) if first == "yes" else ((no, "False"), (yes, "True"))
        for client, told in (*order, *order):
            assert body_of(client.get(f"/{where}/{name}")) == told


@pytest.mark.parametrize("name", ASKING)
def test_a_page_of_a_site_that_is_cached_whole_is_the_visitors_own(name: str) -> None:
    with override_settings(MIDDLEWARE=PER_SITE):
        yes, no = visitors()
        for client, told in ((yes, "True"), (no, "False"), (yes, "True")):
            assert body_of(client.get(f"/plain/{name}")) == told


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_a_signal_counts_in_what_is_cached(header: str) -> None:
    yes, _ = visitors()
    for _ in range(2):
        assert body_of(yes.get("/varied/asks")) == "True"
        assert body_of(yes.get("/varied/asks", headers={header: "1"})) == "False"


def test_what_asks_nothing_is_cached_for_everyone_and_gated_for_each() -> None:
    yes, no = visitors()
    for _ in range(2):
        assert STATS in body_of(yes.get("/cached/silent"))
        assert STATS not in body_of(no.get("/cached/silent"))
    assert called == ["/cached/silent"]


@pytest.mark.parametrize("name", ["asks", "asks-in-loop", "by-template"])
def test_a_page_that_varies_is_cached_for_those_with_the_same_cookies(name: str) -> None:
    path = f"/varied/{name}"
    for _ in range(3):
        assert body_of(Visitor().get(path)) == "False"
    assert called == [path]


def test_caches_outside_are_told_what_a_page_varies_on() -> None:
    yes, no = visitors()
    assert "Cookie" in no.get("/plain/asks").headers["Vary"]
    assert "private" in yes.get("/plain/asks").headers["Cache-Control"]


# -- views that are tested alone -------------------------------------------------------------------------


def test_a_view_without_the_middleware_has_no_consent_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentgate.django.ungated.ungated._is_told", False)
    request: Any = RequestFactory().get("/")
    with caplog.at_level(logging.WARNING, "consentgate"):
        assert asks(request).content == b"False"
        assert not consent_of(request).allows("stats")
    [record] = caplog.records
    assert "first in MIDDLEWARE" in record.getMessage()
    assert "consent_for" in record.getMessage()
    with pytest.raises(UnknownId):
        request.consent.allows("performence")


def test_a_test_can_give_a_request_consent() -> None:
    request: Any = RequestFactory().get("/")
    request.consent = consent_for(gate_from_settings(), grants=["performance"])
    assert asks(request).content == b"True"
    assert consent_of(request) is request.consent


@pytest.mark.parametrize(
    ("grants", "told"), [((), b"False"), (("stats",), b"False"), (("performance",), b"True")]
)
def test_a_test_client_can_be_a_visitor_who_has_decided(grants: tuple[str, ...], told: bytes) -> None:
    client = Visitor()
    name, value = consent_cookie(gate_from_settings(), grants=grants, host="testserver")
    client.cookies[name] = value
    assert client.get("/plain/asks").content == told
    with pytest.raises(UnknownId):
        consent_cookie(gate_from_settings(), grants=["performence"])


# -- the gate around the application ---------------------------------------------------------------------


@pytest.mark.parametrize("middleware", [[], [GATE]])
def test_a_gate_around_the_application_hands_on_its_consent(middleware: list[str]) -> None:
    with override_settings(MIDDLEWARE=middleware):
        gate = gate_from_settings()
        app = ConsentMiddleware(get_wsgi_application(), gate)
        name, value = consent_cookie(gate, ["performance"])
        for path in ("/plain/asks", "/cached/asks", "/plain/by-template"):
            for _ in range(2):
                yes, no = werkzeug.test.Client(app), werkzeug.test.Client(app)
                yes.set_cookie(name, value)
                assert (yes.get(path).text, no.get(path).text) == ("True", "False")


def test_a_request_is_forgotten_as_soon_as_it_is_answered() -> None:
    request: Any = RequestFactory().get("/")
    known = weakref.ref(request)
    middleware = Middleware(lambda asked: HttpResponse(str(asked.consent.allows("stats"))))
    gc.collect()
    gc.disable()
    try:
        middleware(request)
        del request
        assert known() is None
    finally:
        gc.enable()
