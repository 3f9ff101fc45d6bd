"""The matrix: every framework on every server that can serve it, over both versions of HTTP.

A row is a line of SITES, a column one of SERVERS. `python -m tests.frameworks.matrix` visits all of it and
prints the table that the README shows; `make test` visits the part that DIAGONAL names.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .client import HTTP_1, HTTP_2

WSGI, ASGI = "WSGI", "ASGI"
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Site:
    """The shop in one framework: what its row is called, and where a server finds it."""

    name: str
    gateway: str
    app: str


@dataclass(frozen=True)
class Server:
    """How a server is started for each gateway that it has, and which versions of HTTP it speaks.
    `{port}` and `{app}` are filled in."""

    name: str
    commands: Mapping[str, str]
    protocols: tuple[str, ...] = (HTTP_1,)

    def command(self, gateway: str, app: str, port: int) -> list[str]:
        """What starts it with an `app` of those in sites/."""
        filled = self.commands[gateway].format(port=port, app=f"tests.frameworks.sites.{app}")
        return [sys.executable, "-m", *filled.split()]


SITES = (
    Site("Flask", WSGI, "flask_site:app"),
    Site("Django", WSGI, "django_site:wsgi"),
    Site("Django, wrapped", WSGI, "django_site:wrapped_wsgi"),
    Site("Pyramid", WSGI, "pyramid_site:app"),
    Site("Bottle", WSGI, "bottle_site:app"),
    Site("Falcon", WSGI, "falcon_site:app"),
    Site("Django", ASGI, "django_site:asgi"),
    Site("Django, wrapped", ASGI, "django_site:wrapped_asgi"),
    Site("Starlette", ASGI, "starlette_site:app"),
    Site("FastAPI", ASGI, "fastapi_site:app"),
    Site("Litestar", ASGI, "litestar_site:app"),
    Site("Quart", ASGI, "quart_site:app"),
)

# A connection on which a busy machine says nothing for a while stays: an idle one is closed after ten
# minutes, and gunicorn kills no worker before. It also keeps no more of them than it may have connections.
_IDLE = 600
_GUNICORN = (
    f"gunicorn --threads 4 --keep-alive {_IDLE} --timeout {_IDLE} --worker-connections 4000 "
    "--log-level warning --bind 127.0.0.1:{port} {app}"
)
_HYPERCORN = f"hypercorn --keep-alive {_IDLE} --log-level warning --bind 127.0.0.1:{{port}}"
_GRANIAN = (
    "granian --http1-header-read-timeout 60000 --log-level warning --no-access-log --port {port} {app} "
    "--interface"
)

SERVERS = (
    Server("gunicorn", {WSGI: _GUNICORN, ASGI: f"{_GUNICORN} --worker-class asgi"}),
    Server("waitress", {WSGI: f"waitress --channel-timeout {_IDLE} --listen 127.0.0.1:{{port}} {{app}}"}),
    Server(
        "uvicorn", {ASGI: f"uvicorn --timeout-keep-alive {_IDLE} --log-level warning --port {{port}} {{app}}"}
    ),
    Server(
        "hypercorn",
        {
            WSGI: f"{_HYPERCORN} wsgi:{{app}}",
            ASGI: f"{_HYPERCORN} asgi:{{app}}",
        },
        (HTTP_1, HTTP_2),
    ),
    Server(
        "granian",
        {WSGI: f"{_GRANIAN} wsgi --blocking-threads 4", ASGI: f"{_GRANIAN} asgi"},
        (HTTP_1, HTTP_2),
    ),
)

DIAGONAL = (
    ("Flask", WSGI, "gunicorn"),
    ("Django", WSGI, "waitress"),
    ("Django, wrapped", WSGI, "gunicorn"),
    ("Pyramid", WSGI, "granian"),
    ("Bottle", WSGI, "waitress"),
    ("Django", ASGI, "uvicorn"),
    ("Django, wrapped", ASGI, "uvicorn"),
    ("Starlette", ASGI, "uvicorn"),
    ("Litestar", ASGI, "granian"),
    ("Quart", ASGI, "hypercorn"),
)
"""What every run of the tests visits: each gateway, each way to add the gate and each server."""


@dataclass(frozen=True)
class Running:
    """One process: a site on a server."""

    site: Site
    server: Server

    @property
    def name(self) -> str:
        return f"{self.site.name} ({self.site.gateway}) on {self.server.name}"

    def command(self, port: int) -> list[str]:
        return self.server.command(self.site.gateway, self.site.app, port)

    @property
    def on_diagonal(self) -> bool:
        return (self.site.name, self.site.gateway, self.server.name) in DIAGONAL


CELLS = tuple(
    (Running(site, server), protocol)
    for site in SITES
    for server in SERVERS
    if site.gateway in server.commands
    for protocol in server.protocols
)


@dataclass(frozen=True)
class Known:
    """What a server does to any application, gated or not, so that a test of the scenario must fail on it.
    An empty `protocols` or `sites` means all."""

    server: str
    gateway: str
    tests: tuple[str, ...]
    reason: str
    protocols: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    def covers(self, test: str, running: Running, protocol: str) -> bool:
        return (
            test in self.tests
            and (running.server.name, running.site.gateway) == (self.server, self.gateway)
            and (not self.protocols or protocol in self.protocols)
            and (not self.sites or running.site.name in self.sites)
        )


KNOWN = (
    Known(
        server="hypercorn",
        gateway=WSGI,
        tests=("test_a_redirect_is_gated_too",),
        sites=("Falcon",),
        reason="hypercorn answers 500 to a WSGI application that yields nothing, as Falcon's redirect does "
        "(hypercorn#331)",
    ),
)


def known(test: str, running: Running, protocol: str) -> Known | None:
    """Why the test of that name is expected to fail in one cell, if it is."""
    return next((fact for fact in KNOWN if fact.covers(test, running, protocol)), None)


DROP_COOKIES_OF_WEBSOCKETS = ("granian",)
"""Servers that send no header of an accepted WebSocket's, with or without the gate."""


@dataclass
class Table:
    """Collects what became of each cell's tests, as a plugin of pytest's, and shows it."""

    outcomes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    reasons: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        cell = dict(report.user_properties).get("cell")
        if cell is None or (report.when == "teardown" and report.passed):
            return
        if report.when == "call" or not report.passed:
            reason = getattr(report, "wasxfail", "")
            self.outcomes[cell].append("known" if reason else report.outcome)
            if reason:
                self.reasons[cell].add(reason)

    def lines(self) -> Iterator[str]:
        """The table in Markdown, and below it why a cell has a number."""
        columns = [(server.name, protocol) for server in SERVERS for protocol in server.protocols]
        heads = [name if protocol == HTTP_1 else f"{name}, {protocol}" for name, protocol in columns]
        yield f"| | {' | '.join(heads)} |"
        yield f"| --- |{' --- |' * len(columns)}"
        notes: dict[str, int] = {}
        for site in SITES:
            shown = [self._cell(site, name, protocol, notes) for name, protocol in columns]
            yield f"| {site.name} ({site.gateway}) | {' | '.join(shown)} |"
        yield ""
        for reason, number in notes.items():
            yield f"{number}. {reason}"

    def _cell(self, site: Site, server: str, protocol: str, notes: dict[str, int]) -> str:
        cell = cell_name(site, server, protocol)
        outcomes = self.outcomes.get(cell)
        if not outcomes:
            return ""
        if not set(outcomes) <= {"passed", "known"}:
            return "fails"
        numbers = sorted(notes.setdefault(reason, len(notes) + 1) for reason in self.reasons[cell])
        return " ".join(("yes", *(f"({number})" for number in numbers)))


def cell_name(site: Site, server: str, protocol: str) -> str:
    return f"{site.name} ({site.gateway}), {server}, {protocol}"


def main() -> int:
    import pytest

    table = Table()
    arguments = ["-q", "-m", "", "-n", "2", "--dist", "loadgroup"]
    tests = [str(FOLDER / name) for name in ("test_scenario.py", "test_websockets.py")]
    status = pytest.main([*arguments, *tests, *sys.argv[1:]], plugins=[table])
    print("\n".join(table.lines()))
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
