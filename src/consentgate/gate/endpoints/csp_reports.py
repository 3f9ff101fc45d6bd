"""Reads what browsers report where a Content-Security-Policy only reports (CSP 3, section 5; Reporting
API)."""

from __future__ import annotations

import json
from collections.abc import Iterator

_MOST_IN_ONE = 100


class BadReport(ValueError):
    """A body that is no report."""


def blocked_urls(content_type: str, body: bytes) -> list[str]:
    """List the URLs that the reports in a request's `body` say were blocked. Raises BadReport."""
    try:
        found = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadReport from None
    essence = content_type.partition(";")[0].strip().lower()
    if essence == "application/csp-report":
        reports = _of_report_uri(found)
    elif essence == "application/reports+json":
        reports = _of_reporting_api(found)
    else:
        raise BadReport
    return [url for url in reports if isinstance(url, str)][:_MOST_IN_ONE]


def _of_report_uri(found: object) -> Iterator[object]:
    report = found.get("csp-report") if isinstance(found, dict) else None
    if isinstance(report, dict):
        yield report.get("blocked-uri")


def _of_reporting_api(found: object) -> Iterator[object]:
    for report in found if isinstance(found, list) else ():
        if isinstance(report, dict) and report.get("type") == "csp-violation":
            body = report.get("body")
            if isinstance(body, dict):
                yield body.get("blockedURL")
