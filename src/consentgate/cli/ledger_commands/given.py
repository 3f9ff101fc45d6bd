"""What all commands of `consentgate ledger` are given, and how they become commands."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from consentgate.consent.cookie import record_id_in
from consentgate.ledger import LedgerError
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.database.connections import connect_to, database_url, reading
from consentgate.ledger.database.versions import State, state_of

COMMANDS: dict[str, click.Command] = {}
_KEYS_FROM = ("CONSENTGATE_SECRET_KEY", "SECRET_KEY")


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """What was given to `consentgate ledger`: the URL of the database and the file of keys."""

    url: str
    keys_file: str | None

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give the engine of the database, whose tables must be there and up to date."""
        url = database_url(self.url)
        if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
            raise click.ClickException(f"there is no file {url.database}")
        engine = connect_to(url)
        try:
            with engine.begin() as connection:
                state = state_of(connection)
            if state in (State.EMPTY, State.OLD):
                raise click.ClickException(f"{state.value}: run `consentgate ledger upgrade`")
            if state is State.NEWER:
                raise click.ClickException(f"{state.value}: use that version of consentgate")
            yield engine
        finally:
            engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that only reads."""
        with self.engine() as engine, reading(engine) as connection:
            yield connection

    @property
    def secret_keys(self) -> list[str]:
        """The gate's keys, oldest first."""
        if self.keys_file is not None:
            keys = Path(self.keys_file).read_text("utf-8").split()
        else:
            keys = [value for name in _KEYS_FROM if (value := os.environ.get(name))][:1]
        if not keys:
            raise click.ClickException(
                "give the gate's keys: `consentgate ledger --keys FILE ...`, before the command; or in the "
                "environment CONSENTGATE_KEYS (a file), CONSENTGATE_SECRET_KEY or SECRET_KEY"
            )
        return keys

    @property
    def keys(self) -> Keys:
        """The ledger's keys."""
        return Keys(self.secret_keys)


def ledger_command(function: Callable[..., None]) -> click.Command:
    """Make a command of a function that takes what was given to `consentgate ledger` first."""

    @wraps(function)
    def run(*values: Any, **options: Any) -> None:
        url, keys_file = click.get_current_context().obj
        if not url:
            raise click.ClickException("give the URL of the database: --url, or CONSENTGATE_LEDGER")
        try:
            function(Given(url, keys_file), *values, **options)
        except SQLAlchemyError as error:
            # Its own message can have values of records in it.
            cause = getattr(error, "orig", None)
            # Further lines of a driver's message can have values of records in them, too.
            said = str(cause).strip().partition("\n")[0] if cause is not None else ""
            name = type(cause or error).__name__
            raise click.ClickException(f"the database does not work: {name}{said and f': {said}'}") from error
        except (ValueError, LedgerError) as error:
            raise click.ClickException(str(error)) from error

    made = click.command()(run)
    assert made.name is not None
    COMMANDS[made.name] = made
    return made


COOKIE = "The visitor's consent cookie, instead of an ID. Reading it takes the gate's keys."


def id_of(given: Given, id: str | None, cookie: str | None) -> str:
    if (id is None) == (cookie is None):
        raise click.UsageError("give either an ID or --cookie")
    return record_id_in(cookie, given.secret_keys) if cookie is not None else str(id)
