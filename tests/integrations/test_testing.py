"""What a site's own tests are given: visitors who have said yes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from consentgate import Gate, UnknownId
from consentgate.flask import ConsentGate
from consentgate.starlette import ConsentMiddleware, consent_of

from .shop import POLICY, SECRET_KEY
from .test_flask import make_app

ConsentTo = Callable[..., None]


def flask_client() -> Any:
    app = make_app()
    ConsentGate(app)
    return app.test_client()


def starlette_client(base_url: str = "http://testserver") -> TestClient:
    async def counted(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(consent_of(request).allows("performance")))

    gate = Gate(POLICY, secret_key=SECRET_KEY)
    return TestClient(
        ConsentMiddleware(Starlette(routes=[Route("/counted", counted)]), gate), base_url=base_url
    )


CLIENTS = [flask_client, starlette_client, lambda: starlette_client("https://shop.example")]


@pytest.mark.parametrize("make", CLIENTS)
def test_a_client_says_yes_and_no(make: Callable[[], Any], consent_to: ConsentTo) -> None:
    client = make()
    assert client.get("/counted").text == "False"
    consent_to(client, "performance")
    assert client.get("/counted").text == "True"
    consent_to(client)
    assert client.get("/counted").text == "False"


def test_so_does_djangos(consent_to: ConsentTo) -> None:
    client = Client()
    assert client.get("/counted").content == b"False"
    consent_to(client, "performance")
    assert client.get("/counted").content == b"True"


def test_an_unknown_id_is_an_error(consent_to: ConsentTo) -> None:
    with pytest.raises(UnknownId):
        consent_to(flask_client(), "perfomance")


def test_a_client_of_another_kind_is_told_what_to_do(consent_to: ConsentTo) -> None:
    with pytest.raises(TypeError, match="gate=gate"):
        consent_to(object(), "performance")
    with pytest.raises(TypeError, match="consent_cookie"):
        consent_to(object(), "performance", gate=Gate(POLICY, secret_key=SECRET_KEY))
