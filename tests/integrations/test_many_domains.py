"""A policy for each host, and policy files that change, in Flask, Django and Starlette."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.test import AsyncClient, Client, RequestFactory, override_settings
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consentgate import Gate, Policies, Policy
from consentgate.flask import ConsentGate, Misconfigured, consent
from consentgate.starlette import ConsentMiddleware
from consentgate.testing import consent_cookie, consent_for

from .shop import DECISION, SECRET_KEY, STATS
from .test_flask import make_app
from .test_starlette import ROUTES

SITE = '[site]\nname = "{0}"\ncontroller = "{0} Ltd"\ncontact = "a@b.example"\n'
SERVICE = '[[service]]\nid = "stats"\ncategory = "performance"\nhosts = ["stats.vendor.example"]\n'
CHOICES = "/_privacy/choices"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.example.toml").write_text(SITE.format("Shop") + SERVICE)
    (tmp_path / "city.example.toml").write_text(SITE.format("City"))
    return tmp_path


def test_flask_takes_a_folder(folder: Path) -> None:
    app = make_app(CONSENTGATE_POLICY=str(folder))
    ConsentGate(app)
    client = app.test_client()
    for host, name in (("shop.example", "Shop Ltd"), ("city.example", "City Ltd")):
        assert name in client.get(CHOICES, base_url=f"http://{host}").text
    assert client.get(CHOICES, base_url="http://other.example").status_code == 404
    client.post(CHOICES, data={"decision": "accept"}, headers=DECISION, base_url="http://shop.example")
    assert client.get("/template", base_url="http://shop.example").text == "True"
    assert client.get("/template", base_url="http://city.example").text == "False"
    with app.test_request_context(base_url="http://shop.example"):
        assert not consent.allows("stats")
        assert consent.policy.site.name == "Shop"


def test_the_frameworks_cookie_is_exempt_on_every_host(folder: Path) -> None:
    app = make_app(CONSENTGATE_POLICY=folder)
    ConsentGate(app)
    for host in ("shop.example", "other.example"):
        answer = app.test_client().get("/", base_url=f"http://{host}")
        assert [line.partition("=")[0] for line in answer.headers.getlist("Set-Cookie")] == ["session"]


@pytest.mark.parametrize("setting", [{"DEBUG": True}, {"CONSENTGATE_DEBUG": True}])
def test_flask_loads_a_changed_file_again_while_debugging(tmp_path: Path, setting: dict[str, bool]) -> None:
    file = tmp_path / "consentgate.toml"
    file.write_text(SITE.format("Before"))
    app = make_app(CONSENTGATE_POLICY=str(file), **setting)
    ConsentGate(app)
    client = app.test_client()
    assert "Before Ltd" in client.get(CHOICES).text
    assert app.extensions["consentgate"].gate.policy.site.name == "Before"
    file.write_text(SITE.format("Afterwards"))
    assert "Afterwards Ltd" in client.get(CHOICES).text
    file.write_text("[site]\n")
    assert "Afterwards Ltd" in client.get(CHOICES).text
    with pytest.raises(Misconfigured, match="controller"):
        ConsentGate(make_app(CONSENTGATE_POLICY=str(file), **setting))


def test_otherwise_a_file_is_loaded_once(tmp_path: Path) -> None:
    file = tmp_path / "consentgate.toml"
    file.write_text(SITE.format("Before"))
    app = make_app(CONSENTGATE_POLICY=str(file))
    ConsentGate(app)
    file.write_text(SITE.format("Afterwards"))
    assert "Before Ltd" in app.test_client().get(CHOICES).text


def test_django_takes_a_folder(folder: Path) -> None:
    with override_settings(CONSENTGATE={"POLICY": folder, "INSECURE": True}):
        assert [check for check in run_checks() if str(check.id).startswith("consentgate")] == []
        client = Client()
        for host, name in (("shop.example", "Shop Ltd"), ("city.example", "City Ltd")):
            assert name in client.get(CHOICES, headers={"host": host}).content.decode()
        assert client.get(CHOICES, headers={"host": "other.example"}).status_code == 404
        request = RequestFactory(headers={"host": "shop.example"}).get("/")
        assert not request.consent.allows("stats")
        gate = apps.get_app_config("consentgate").gate
        name, value = consent_cookie(gate, ["stats"], host="shop.example")
        client.cookies[name] = value
        assert STATS in client.get("/", headers={"host": "shop.example"}).content.decode()
        assert STATS not in client.get("/", headers={"host": "city.example"}).content.decode()
        assert consent_for(gate, ["stats"], host="shop.example:8000").allows("stats")


def test_djangos_event_loop_does_not_wait_for_a_policy(folder: Path) -> None:
    threads: set[int] = set()

    def policy_of(host: str) -> Policy | None:
        threads.add(threading.get_ident())
        return Policy.load(folder / "shop.example.toml")

    async def ask() -> bytes:
        client = AsyncClient()
        return (await client.get(CHOICES)).content

    with override_settings(CONSENTGATE={"POLICY": Policies(policy_of), "INSECURE": True}):
        assert b"Shop Ltd" in asyncio.run(ask())
    assert threads
    assert threading.get_ident() not in threads


def test_django_loads_a_changed_file_again_while_debugging(tmp_path: Path) -> None:
    file = tmp_path / "consentgate.toml"
    file.write_text(SITE.format("Before"))
    with override_settings(CONSENTGATE={"POLICY": file, "INSECURE": True}, DEBUG=True):
        client = Client()
        assert b"Before Ltd" in client.get(CHOICES).content
        file.write_text(SITE.format("Afterwards"))
        assert b"Afterwards Ltd" in client.get(CHOICES).content


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_starlette_takes_policies(folder: Path, backend: str) -> None:
    gate = Gate(Policies(folder), secret_key=SECRET_KEY, insecure=True)
    app = ConsentMiddleware(Starlette(routes=ROUTES), gate)
    for host, name in (("shop.example", "Shop Ltd"), ("city.example", "City Ltd")):
        client = TestClient(app, base_url=f"http://{host}", backend=backend)
        assert name in client.get(CHOICES).text
        assert client.get("/counted").text == "False"
