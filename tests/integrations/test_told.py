"""Each integration tells the site's own functions of decisions, and of withdrawals until they work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import AsyncClient, Client, override_settings
from flask import Flask
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consentgate import Gate
from consentgate.configuration import Misconfigured
from consentgate.consent.decision_taken import DecisionTaken
from consentgate.flask import ConsentGate, consent
from consentgate.ledger import Event, Ledger, Record
from consentgate.starlette import ConsentMiddleware

from .shop import DECISION, POLICY, SECRET_KEY

CHOICES = "/_privacy/choices"
ACCEPT = {"decision": "accept", "next": "/"}
WITHDRAW = {"decision": "withdraw", "next": "/"}
FORM = "application/x-www-form-urlencoded"

decided: list[DecisionTaken] = []
withdrawn: list[tuple[Record, tuple[str, ...]]] = []


def tell(decision: DecisionTaken) -> None:
    decided.append(decision)


def tell_withdrawal(record: Record, services: tuple[str, ...]) -> None:
    withdrawn.append((record, services))


@pytest.fixture(autouse=True)
def nothing_told() -> Iterator[None]:
    decided.clear()
    withdrawn.clear()
    yield


def until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.01)


def named(function: Callable[..., None]) -> str:
    return f"{__name__}.{function.__name__}"


def flask_app(tmp_path: Path, **config: Any) -> Flask:
    app = Flask(__name__, root_path=str(tmp_path))
    app.config.update(SECRET_KEY=SECRET_KEY, CONSENTGATE_POLICY=POLICY, CONSENTGATE_INSECURE=True, **config)
    ConsentGate(app)
    return app


def test_flask_tells_functions_that_its_configuration_names(tmp_path: Path) -> None:
    app = flask_app(
        tmp_path,
        CONSENTGATE_LEDGER="sqlite:///consent.db",
        CONSENTGATE_ON_WITHDRAWAL=named(tell_withdrawal),
        CONSENTGATE_ON_DECISION=tell,
    )
    ids: list[str] = []
    app.add_url_rule("/", view_func=lambda: ids.append(consent.record_id) or "")
    client = app.test_client()
    with closing(app.extensions["consentgate"].gate.enforcement_for("localhost").recorder):
        client.get("/")
        # As servers do, they close what they have sent.
        client.post(CHOICES, data=ACCEPT, headers=DECISION, buffered=True)
        client.get("/")
        client.post(CHOICES, data=WITHDRAW, headers=DECISION, buffered=True)
        until(lambda: withdrawn != [])

    [(record, services)] = withdrawn
    assert services == ("stats",)
    # What the application was told while it held is what it is told now.
    assert ids == ["", record.replaces]
    assert [one.event for one in decided] == [Event.GIVEN, Event.WITHDRAWN]


def test_django_tells_functions_that_its_settings_name(tmp_path: Path) -> None:
    settings = {
        "POLICY": POLICY,
        "INSECURE": True,
        "ON_DECISION": named(tell),
    }
    with override_settings(CONSENTGATE=settings):
        client = Client()
        client.post(CHOICES, urlencode(ACCEPT), headers=DECISION, content_type=FORM)
        client.post(CHOICES, urlencode(WITHDRAW), headers=DECISION, content_type=FORM)

    assert [one.event for one in decided] == [Event.GIVEN, Event.WITHDRAWN]
    assert decided[0].granted.services == ("stats",)


def test_asynchronous_django_tells_too() -> None:
    async def decide() -> None:
        await AsyncClient(**DECISION).post(CHOICES, urlencode(ACCEPT), content_type=FORM)

    with override_settings(CONSENTGATE={"POLICY": POLICY, "INSECURE": True, "ON_DECISION": tell}):
        asyncio.run(decide())

    assert [one.event for one in decided] == [Event.GIVEN]


def test_starlette_tells_what_its_gate_was_given(tmp_path: Path) -> None:
    with closing(Ledger(f"sqlite:///{tmp_path / 'consent.db'}", on_withdrawal=tell_withdrawal)) as ledger:
        gate = Gate(POLICY, secret_key=SECRET_KEY, insecure=True, on_decision=tell, ledger=ledger)
        client = TestClient(ConsentMiddleware(Starlette(), gate), follow_redirects=False)
        client.post(CHOICES, data=ACCEPT, headers=DECISION)
        client.post(CHOICES, data=WITHDRAW, headers=DECISION)
        ledger.deliver()

    assert [one.event for one in decided] == [Event.GIVEN, Event.WITHDRAWN]
    assert [(record.event, services) for record, services in withdrawn] == [(Event.WITHDRAWN, ("stats",))]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"ON_DECISION": "tell"}, "CONSENTGATE_ON_DECISION: expected the path of a function"),
        ({"ON_DECISION": f"{__name__}.none"}, "CONSENTGATE_ON_DECISION: .*there is no none in"),
        ({"ON_DECISION": 5}, "CONSENTGATE_ON_DECISION: expected a function that takes a decision, not 5"),
        (
            {"ON_WITHDRAWAL": named(tell), "LEDGER": "sqlite:///consent.db"},
            "CONSENTGATE_ON_WITHDRAWAL: expected a function that takes a record and the services withdrawn; ",
        ),
        (
            {"ON_WITHDRAWAL": tell_withdrawal},
            "CONSENTGATE_ON_WITHDRAWAL: expected with the URL of a database in CONSENTGATE_LEDGER; set",
        ),
    ],
)
def test_what_is_no_hook_is_refused_and_no_ledger_is_opened(
    tmp_path: Path, config: dict[str, Any], said: str
) -> None:
    with pytest.raises(Misconfigured, match=said):
        flask_app(tmp_path, **{f"CONSENTGATE_{key}": value for key, value in config.items()})
    assert [*tmp_path.iterdir()] == []


def test_a_ledger_that_is_there_already_has_its_own_hook(tmp_path: Path) -> None:
    with (
        closing(Ledger(f"sqlite:///{tmp_path / 'consent.db'}")) as ledger,
        pytest.raises(Misconfigured, match=r"give it to that: Ledger\(\.\.\., on_withdrawal=\.\.\.\)"),
    ):
        flask_app(tmp_path, CONSENTGATE_LEDGER=ledger, CONSENTGATE_ON_WITHDRAWAL=tell_withdrawal)
