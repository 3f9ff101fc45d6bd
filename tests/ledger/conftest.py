"""Ledgers in SQLite and in a real PostgreSQL, of which each worker starts one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from consentgate.ledger import Ledger
from tools.postgres import Postgres, Unavailable

from .records import SECRET

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for all tests of a worker. Tests that end it start it again."""
    try:
        server = Postgres()
    except Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield server
    finally:
        server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'consent.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"tests{next(_numbers)}"
    yield server.create(name)
    server.drop(name)


Open = Callable[..., Ledger]


@pytest.fixture
def open_ledger(url: str, tmp_path: Path) -> Iterator[Open]:
    """Opens a ledger in the empty database, or in another, which is closed after the test."""
    with ExitStack() as opened:

        def open_one(**options: Any) -> Ledger:
            options = {"url": url, "secret_key": SECRET, **options}
            if options.get("durable") != "database":
                options.setdefault("spool", tmp_path / "spool")
            return opened.enter_context(closing(Ledger(options.pop("url"), **options)))

        yield open_one
