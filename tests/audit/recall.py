"""Measures how completely an audit sees: `python -m tests.audit.recall [PAGES]`.

The demo and the examples, in all states, and real pages before any answer, served on this machine without a
gate. What an audit tells is compared with two others: the recorder, which stands behind the audit's own proxy
and speaks TLS for every host; and a name server, which another run of the browser asks for every name.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Error, sync_playwright

from consentgate.audit.absolute_urls import host_of
from consentgate.audit.browser import Watching, take_tour
from consentgate.audit.judging.contacts import HINTS
from tests.browser.certificate import make_certificate
from tests.browser.chromium import Chromium
from tests.browser.name_server import NameServer
from tests.browser.recorder import UNNAMED, Recorder
from tests.browser.servers import LOOPBACK, serve_wsgi
from tests.browser.visit import wait_until_quiet

from .measured_sites import MeasuredSite, examples, real_pages

UNSEEN_BY_RECORDER = {*HINTS, "webrtc"}
"""The kinds that make no connection to the recorder."""


class Seen(NamedTuple):
    """The hosts that one site contacted, by each observer."""

    name: str
    told: set[str]
    contacted: set[str]
    recorded: set[str]
    looked_up: set[str] | None


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    pages = real_pages(count)
    with tempfile.TemporaryDirectory() as folder, Recorder(make_certificate(Path(folder))) as recorder:
        names = {page.name: asked for page, asked in _looked_up(pages, recorder)}
        rows = [_audited(site, recorder, names.get(site.name)) for site in (*examples(), *pages)]
    for row in rows:
        _print(row)
    with_names = [row for row in rows if row.looked_up is not None]
    hosts = sum(len(row.recorded) for row in rows)
    recall, precision = _share(rows, "recorded", "told"), _share(rows, "contacted", "recorded")
    print(f"recorder: recall {recall}, precision {precision}")
    print(f"names: recall {_share(with_names, 'looked_up', 'told')}")
    print(f"{len(rows)} sites, {hosts} hosts contacted")


def _share(rows: list[Seen], of: str, among: str) -> str:
    whole = sum(len(getattr(row, of)) for row in rows)
    part = sum(len(getattr(row, of) & getattr(row, among)) for row in rows)
    return f"{part} of {whole}" + (f" ({100 * part / whole:.2f} %)" if whole else "")


def _print(row: Seen) -> None:
    missed = sorted(row.recorded - row.told)
    made_up = sorted(row.contacted - row.recorded)
    unlooked = sorted((row.looked_up or set()) - row.told)
    print(
        f"{row.name}: {len(row.recorded)} hosts; missed {missed}, made up {made_up}, names missed {unlooked}",
        flush=True,
    )


def _audited(site: MeasuredSite, recorder: Recorder, names: set[str] | None = None) -> Seen:
    with site.served(recorder):
        return _tour(site, recorder, names)


def _tour(site: MeasuredSite, recorder: Recorder, names: set[str] | None) -> Seen:
    watching = Watching(insecure=True, settle=1.5, upstream=(LOOPBACK, recorder.port))
    tour = take_tour(site.url, states=site.states, watching=watching)
    requests = [request for visit in tour.visits() for request in visit.requests]
    own = {site.host}
    contacted = {host_of(r.url) for r in requests if r.kind not in UNSEEN_BY_RECORDER} - own
    told = {host_of(r.url) for r in requests} - own
    recorded = {r.host for r in recorder.requests} | {c.host for c in recorder.connections if not c.is_noise}
    return Seen(site.name, told, contacted, recorded - own - {UNNAMED, None}, names)


def _looked_up(pages: list[MeasuredSite], recorder: Recorder) -> Iterator[tuple[MeasuredSite, set[str]]]:
    with sync_playwright() as playwright:
        engine = Chromium(playwright)
        for page in pages:
            server = NameServer()
            with ExitStack() as stack:
                stack.enter_context(page.served(recorder))
                recorder.forwards[LOOPBACK] = stack.enter_context(serve_wsgi(server.over_https)).port
                context = stack.enter_context(engine.opens(recorder, asks_names=True))
                tab = context.pages[0]
                try:
                    tab.goto(page.url, wait_until="load", timeout=30_000)
                except Error as error:
                    print(f"{page.name}: {error.message.splitlines()[0]}", flush=True)
                wait_until_quiet(tab, lambda server=server: server.changed, 2, patience=20)
            # Chromium asks for three names without dots, to find out whether the network makes answers up.
            names = {name for name in server.names if "." in name and not name.startswith("_")}
            yield page, names - {page.host}


if __name__ == "__main__":
    main()
