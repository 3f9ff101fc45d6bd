"""Each integration records decisions in the ledger that its settings name."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import AsyncClient, Client, override_settings
from flask import Flask
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consentgate import Gate
from consentgate.configuration import Misconfigured
from consentgate.consent.record import Record
from consentgate.flask import ConsentGate
from consentgate.ledger import Event, Ledger
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.reading import all_records
from consentgate.ledger.proof.verification import verify
from consentgate.starlette import ConsentMiddleware

from .shop import DECISION, POLICY, SECRET_KEY

CHOICES = "/_privacy/choices"
ACCEPT = {"decision": "accept", "next": "/"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(f"sqlite:///{tmp_path / 'consent.db'}")) as opened:
        yield opened


def recorded(ledger: Ledger) -> Record:
    """The one record that was kept, which the ledger vouches for."""
    assert ledger.move()
    with reading(ledger.engine()) as connection:
        [record] = all_records(connection)
    assert ledger.keys is not None
    assert verify(ledger.engine(), ledger.keys).faults == ()
    return record


def test_flask_keeps_its_ledger_below_the_application(tmp_path: Path) -> None:
    app = Flask(__name__, root_path=str(tmp_path))
    app.config.update(
        SECRET_KEY=SECRET_KEY,
        CONSENTGATE_POLICY=POLICY,
        CONSENTGATE_INSECURE=True,
        CONSENTGATE_LEDGER="sqlite:///consent.db",
    )
    ConsentGate(app)

    assert app.test_client().post(CHOICES, data=ACCEPT, headers=DECISION).status_code == 303

    app.extensions["consentgate"].gate.enforcement_for("localhost").recorder.close()
    with closing(Ledger(f"sqlite:///{tmp_path / 'consent.db'}", secret_key=SECRET_KEY)) as later:
        assert recorded(later).host == "localhost"


FORM = "application/x-www-form-urlencoded"
ENCODED = "decision=accept&next=/"


def test_django_records_decisions(ledger: Ledger) -> None:
    with override_settings(CONSENTGATE={"POLICY": POLICY, "INSECURE": True, "LEDGER": ledger}):
        response = Client().post(CHOICES, ENCODED, headers=DECISION, content_type=FORM)

    assert response.status_code == 303
    assert recorded(ledger).event is Event.GIVEN


def test_checking_the_settings_of_django_opens_no_ledger(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'consent.db'}"
    with override_settings(CONSENTGATE={"POLICY": POLICY, "LEDGER": url}):
        assert [one for one in run_checks() if "LEDGER" in one.msg] == []
    with override_settings(CONSENTGATE={"POLICY": POLICY, "LEDGER": "consent.db"}):
        [mistake] = [one for one in run_checks() if "LEDGER" in one.msg]

    assert "expected where the database is" in mistake.msg
    assert [*tmp_path.iterdir()] == []


def test_asynchronous_django_records_decisions(ledger: Ledger) -> None:
    async def decide() -> int:
        # As it is on the wire: of a name in `headers`, the client of Django 5.2.0 makes "sec_fetch_site".
        client = AsyncClient(**DECISION)
        response = await client.post(CHOICES, ENCODED, content_type=FORM)
        return int(response.status_code)

    with override_settings(CONSENTGATE={"POLICY": POLICY, "INSECURE": True, "LEDGER": ledger}):
        assert asyncio.run(decide()) == 303
    assert recorded(ledger).controller == "Shop Ltd"


def test_starlette_records_decisions(ledger: Ledger) -> None:
    gate = Gate(POLICY, secret_key=SECRET_KEY, ledger=ledger, insecure=True)
    client = TestClient(ConsentMiddleware(Starlette(), gate), follow_redirects=False)

    assert client.post(CHOICES, data=ACCEPT, headers=DECISION).status_code == 303
    assert recorded(ledger).services == {"stats": True}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, "CONSENTGATE_LEDGER: expected where the database is.* or a Ledger, not 5"),
        ("consent.db", "CONSENTGATE_LEDGER: url: expected where the database is"),
        ("mysql://host/x", "CONSENTGATE_LEDGER: url: expected where the database is"),
        ("postgresql://host/x", "CONSENTGATE_LEDGER: spool: expected a folder"),
    ],
)
def test_what_is_no_ledger_is_refused_with_what_was_expected(given: Any, said: str) -> None:
    app = Flask(__name__)
    app.config.update(SECRET_KEY=SECRET_KEY, CONSENTGATE_POLICY=POLICY, CONSENTGATE_LEDGER=given)

    with pytest.raises(Misconfigured, match=said):
        ConsentGate(app)


def test_mistakes_in_the_settings_open_no_ledger(tmp_path: Path) -> None:
    app = Flask(__name__, root_path=str(tmp_path))
    app.config.update(
        SECRET_KEY=SECRET_KEY, CONSENTGATE_POLICY="none.toml", CONSENTGATE_LEDGER="sqlite:///consent.db"
    )

    with pytest.raises(Misconfigured):
        ConsentGate(app)
    assert [*tmp_path.iterdir()] == []


WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(["sqlalchemy", "alembic"]))
import consentgate, consentgate.wsgi, consentgate.asgi, consentgate.cli, consentgate.configuration
consentgate.Gate(consentgate.Policy(), secret_key="a secret for the tests")
try:
    import consentgate.ledger
except ModuleNotFoundError as error:
    print(error)
"""


def test_all_but_the_ledger_works_without_its_extra() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)

    assert "the extra `ledger` is missing: " in done.stdout
