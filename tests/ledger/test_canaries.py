"""Nothing of who the visitors are is in the ledger, its spool, the log, exports or receipts."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import logging
import re
import socket
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from gate.driver import POLICY, call_wsgi
from sqlalchemy import text

from consentgate import Gate, Policy
from consentgate.consent.receipt import receipt
from consentgate.ledger import Ledger
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.reading import all_records, history, write_csv, write_json_lines
from consentgate.ledger.database.schema import metadata
from consentgate.ledger.database.statistics import statistics
from consentgate.ledger.reports.as_json import as_json
from consentgate.ledger.reports.as_text import as_text
from consentgate.ledger.reports.page import as_page
from consentgate.wsgi import ConsentMiddleware

from .records import SECRET, counted, kept

ADDRESS, FORWARDED = "203.0.115.77", "198.51.99.88"
HEADERS = {
    "REMOTE_ADDR": ADDRESS,
    "REMOTE_PORT": "45677",
    "HTTP_X_FORWARDED_FOR": FORWARDED,
    "HTTP_FORWARDED": f"for={FORWARDED}",
    "HTTP_USER_AGENT": "Canary-Agent/9.9",
    "HTTP_REFERER": "https://www.example.org/canary-page?canary-query=1#canary-fragment",
    "HTTP_ACCEPT_LANGUAGE": "en-canary",
    "HTTP_AUTHORIZATION": "Bearer canary-token",
    "HTTP_X_CANARY": "canary-header",
    "HTTP_SEC_FETCH_SITE": "same-origin",
    "HTTP_HOST": "www.example.org",
}
COOKIES = "sid=canary-session; _st=canary-stat"
CANARIES = [
    b"canary",
    *(
        form
        for address in (ADDRESS, FORWARDED)
        for form in (
            address.encode(),
            address.rpartition(".")[0].encode(),
            socket.inet_aton(address),
            hashlib.sha256(address.encode()).digest()[:8],
            hashlib.sha256(address.encode()).hexdigest()[:16].encode(),
            hashlib.md5(address.encode()).hexdigest()[:16].encode(),
        )
    ),
]


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b"<!doctype html><title>News</title><script src='https://stats.vendor.example/s.js'></script>"]


class Visitor:
    """Sends requests that are full of what must not be kept."""

    def __init__(self, site: ConsentMiddleware) -> None:
        self.site = site
        self.cookie = COOKIES

    def asks(self, path: str, query: str = "", form: dict[str, Any] | None = None) -> bytes:
        body = b"" if form is None else urlencode(form, doseq=True).encode()
        environ = {
            **HEADERS,
            "HTTP_COOKIE": self.cookie,
            "REQUEST_METHOD": "GET" if form is None else "POST",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "www.example.org",
            "SERVER_PORT": "443",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "https",
        }
        reply = call_wsgi(self.site, environ)
        own = [line.partition(";")[0] for line in reply.set_cookies if "consent=" in line]
        if own:
            self.cookie = f"{COOKIES}; {own[0]}"
        return repr(reply.headers).encode() + reply.body

    def decides(self, decision: str, **form: Any) -> None:
        given = {"decision": decision, "next": "/canary-path?canary=1", "email": "canary@example.net", **form}
        self.asks("/_privacy/choices", "lang=en&canary=1", given)

    def sees_the_record(self) -> bytes:
        """All that the visitor's own record has: its page, the receipt, and what was shown."""
        page, query = "/_privacy/record", "lang=en&canary=1"
        shown = self.asks(page, query)
        digests = set(re.findall(rb"notice=([0-9a-f]{64})", shown))
        parts = [
            f"notice={digest.decode()}&part={part}" for digest in digests for part in ("banner", "choices")
        ]
        queries = ("format=json", "erase=", *parts)
        return b"".join((shown, *(self.asks(page, f"{one}&{query}") for one in queries)))

    def erases(self) -> bytes:
        form = {"decision": "erase", "record": "canary", "email": "canary@example.net"}
        return self.asks("/_privacy/record", "lang=en&canary=1", form)


def contents(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def found_in(data: bytes) -> list[bytes]:
    return [canary for canary in CANARIES if canary.lower() in data.lower()]


@pytest.mark.parametrize("works", [True, False], ids=["moved", "waiting"])
def test_nothing_of_who_visitors_are_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, works: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    folder = tmp_path if works else tmp_path / "later"
    ledger = Ledger(f"sqlite:///{folder / 'consent.db'}", spool=tmp_path / "spool")
    site = ConsentMiddleware(application, Gate(Policy.parse(POLICY), secret_key=SECRET, ledger=ledger))
    seen = b""
    for number in range(40):
        visitor = Visitor(site)
        for _ in range(20):
            visitor.asks("/canary-page", "canary-query=1")
        visitor.decides("save", service=["stats", "canary-service"], category="canary-category")
        visitor.decides("allow", service=["films"])
        visitor.decides(("withdraw", "refuse", "accept", "canary-decision")[number % 4])
        seen += visitor.sees_the_record()
        if number % 8 == 7:
            seen += visitor.erases()
    waiting = contents(tmp_path / "spool")
    assert ledger.move() == works

    assert b"www.example.org" in waiting
    assert found_in(waiting) == []
    assert found_in(contents(tmp_path)) == []
    assert found_in(caplog.text.encode()) == []
    assert (b"you gave your consent" in seen) == works
    assert (b"ISO/IEC TS 27560" in seen) == works
    assert found_in(seen) == []
    if works:
        assert counted(ledger)["erased"] == 5
        assert len(kept(ledger)) > 70
        assert found_in(shown(ledger)) == []
    ledger.close()


def shown(ledger: Ledger) -> bytes:
    """Everything that the ledger shows, and all its rows."""
    out = io.StringIO()
    with reading(ledger.engine()) as connection:
        for write in (write_csv, write_json_lines):
            write(all_records(connection), out)
        for record in kept(ledger):
            out.write(json.dumps(receipt(history(connection, record.id))))
        counted = statistics(connection)
        out.write(as_json(counted))
        out.write("\n".join(as_text(counted)))
        out.write(as_page(counted, datetime.datetime.now(datetime.UTC), least=1))
        for table in metadata.tables:
            out.write(repr(connection.execute(text(f"SELECT * FROM {table}")).all()))
    return out.getvalue().encode()


def test_the_canaries_would_be_found() -> None:
    with closing(io.BytesIO(b"x" + socket.inet_aton(ADDRESS) + b"Canary")) as data:
        assert len(found_in(data.getvalue())) == 2
