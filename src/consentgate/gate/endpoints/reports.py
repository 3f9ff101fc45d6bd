"""Reads what browsers report: what a Content-Security-Policy that only reports would have blocked (CSP 3,
section 5; Reporting API), and what our script has found in a page (static/interaction/telling.js)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

_MOST_IN_ONE = 100
_STORED = frozenset(("cookie", "entry", "database", "cache"))
_LONGEST_NAME = 200
_OF_A_PERSON = re.compile(r"[^\s.:/_|@-]*@|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-|[0-9a-fA-F]{16}|[0-9]{4}")
"""A part of a name that may tell who somebody is: an e-mail address, an identifier or a long number."""


class BadReport(ValueError):
    """A body that is no report."""


class Reported(NamedTuple):
    """Something that a browser reports. `kind` is "url", or a word for what would have been stored under the
    `name`."""

    kind: str
    name: str


def read_reports(content_type: str, body: bytes) -> list[Reported]:
    """List what the reports in a request's `body` say was blocked. Raises BadReport."""
    try:
        found = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadReport from None
    essence = content_type.partition(";")[0].strip().lower()
    reader = _READERS.get(essence)
    if reader is None:
        raise BadReport
    return [*reader(found)][:_MOST_IN_ONE]


def without_person(name: str) -> str:
    """Return the `name` of something stored up to what may say who somebody is, with a star for the rest.

    Scripts have names such as "cart:4711" and "user.jo@example.org", of which nothing is to be kept.
    """
    found = _OF_A_PERSON.search(name)
    return f"{name[: found.start()]}*" if found else name


def _of_report_uri(found: object) -> Iterator[Reported]:
    report = found.get("csp-report") if isinstance(found, dict) else None
    if isinstance(report, dict):
        yield from _url(report.get("blocked-uri"))


def _of_reporting_api(found: object) -> Iterator[Reported]:
    for report in found if isinstance(found, list) else ():
        if isinstance(report, dict) and report.get("type") == "csp-violation":
            body = report.get("body")
            if isinstance(body, dict):
                yield from _url(body.get("blockedURL"))


def _of_our_script(found: object) -> Iterator[Reported]:
    if not isinstance(found, list):
        raise BadReport
    for finding in found:
        match finding:
            case ["host", str(host)]:
                yield from _url(f"//{host}/")
            case [str(kind), str(name)] if kind in _STORED and len(name) <= _LONGEST_NAME:
                yield Reported(kind, name)


def _url(given: object) -> Iterator[Reported]:
    if isinstance(given, str):
        yield Reported("url", given)


_READERS = {
    "application/csp-report": _of_report_uri,
    "application/reports+json": _of_reporting_api,
    "application/json": _of_our_script,
}
