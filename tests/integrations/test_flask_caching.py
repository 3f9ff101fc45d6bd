"""Flask-Caching never gives one visitor what was made for another's consent."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask, Response, render_template_string, request
from flask.testing import FlaskClient

from consentgate.flask import ConsentGate, consent

from .shop import DECISION, PAGE, STATS
from .test_flask import accept, make_app

flask_caching = pytest.importorskip("flask_caching")

FRAGMENT = (
    "{% cache 60, 'counted' %}{{ consent.allows('performance') }}{% endcache %}",
    "{% cache 60, 'counted', consent.key %}{{ consent.allows('performance') }}{% endcache %}",
)


def cached_app(*, gate_first: bool = False) -> tuple[Flask, list[str]]:
    app, called = make_app(CACHE_TYPE="SimpleCache"), []
    cache = flask_caching.Cache()
    if gate_first:
        ConsentGate(app)
    cache.init_app(app)
    if not gate_first:
        ConsentGate(app)

    def told() -> str:
        called.append(request.path)
        return str(consent.allows("performance"))

    def by_key(*args: Any, **kwargs: Any) -> str:
        return f"{request.full_path} {consent.key}"

    @cache.memoize(60)
    def memoized() -> str:
        return told()

    def fragment(number: int) -> str:
        called.append(request.path)
        return render_template_string(FRAGMENT[number])

    views = {
        "cached": cache.cached(60)(told),
        "keyed": cache.cached(60, make_cache_key=by_key)(told),
        "memoized": lambda: memoized(),
        "fragment": lambda: fragment(0),
        "keyed-fragment": lambda: fragment(1),
        "cached-fragment": cache.cached(60, key_prefix="whole")(lambda: fragment(1)),
        "plain": cache.cached(60)(lambda: Response("[]", content_type="application/json")),
        "silent": cache.cached(60)(lambda: called.append("silent") or PAGE),
    }
    for name, view in views.items():
        app.add_url_rule(f"/{name}", name, view)
    return app, called


def visitors(app: Flask) -> tuple[FlaskClient, FlaskClient]:
    yes = app.test_client()
    accept(yes)
    return yes, app.test_client()


@pytest.mark.parametrize(
    "name", ["cached", "keyed", "memoized", "fragment", "keyed-fragment", "cached-fragment"]
)
@pytest.mark.parametrize("gate_first", [False, True])
@pytest.mark.parametrize("first", ["yes", "no"])
def test_what_is_cached_is_the_visitors_own(name: str, gate_first: bool, first: str) -> None:
    app, _ = cached_app(gate_first=gate_first)
    yes, no = visitors(app)
    order = ((yes, "True"), (no, "False")) if first == "yes" else ((no, "False"), (yes, "True"))
    for client, told in (*order, *order):
        answer = client.get(f"/{name}")
        assert answer.text == told
        assert "Cookie" in answer.headers["Vary"]


def test_with_the_consent_in_its_key_it_is_cached_for_all_who_said_the_same() -> None:
    app, called = cached_app()
    yes, no = visitors(app)
    also_yes, refuses = visitors(app)
    refuses.post("/_privacy/choices", data={"decision": "refuse"}, headers=DECISION)
    for client, told in ((yes, "True"), (also_yes, "True"), (no, "False"), (refuses, "False")):
        assert client.get("/keyed").text == told
    assert called == ["/keyed"] * 2


def test_what_asks_nothing_is_cached_for_everyone_and_gated_for_each() -> None:
    app, called = cached_app()
    yes, no = visitors(app)
    for _ in range(2):
        assert STATS in yes.get("/silent").text
        assert STATS not in no.get("/silent").text
    assert called == ["silent"]
    assert "Vary" not in [yes.get("/plain"), yes.get("/plain")][1].headers


def test_the_log_says_once_how_to_cache_it(caplog: pytest.LogCaptureFixture) -> None:
    app, _ = cached_app()
    yes, no = visitors(app)
    with caplog.at_level(logging.WARNING, "consentgate"):
        for client in (yes, no):
            client.get("/cached")
            client.get("/keyed")
    [record] = caplog.records
    assert "consent.key" in record.getMessage()


def test_outside_requests_a_cache_works_as_ever() -> None:
    app, _ = cached_app()
    app.test_client().get("/")
    [backend] = app.extensions["cache"].values()
    with app.app_context():
        backend.set("a", 1)
        assert backend.get("a") == 1
