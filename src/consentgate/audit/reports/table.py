"""The report for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from consentgate.audit.judging import Finding
from consentgate.policy.messages import printable

from .report import Report

_INDENT = "    "


def as_table(report: Report, mark: Callable[[str, str], str] = lambda text, level: text) -> str:
    """Write the findings one below the other, and the numbers in the last line. `mark` colours a text by its
    level."""
    first = report.first_declared
    lines = [line for finding in report.found.findings for line in _lines(finding, mark, first)]
    lines.extend(printable(str(way)) for way in report.ways)
    lines.append(f"{printable(report.tour.url)}: {report.summary}")
    return "\n".join(lines)


def _lines(finding: Finding, mark: Callable[[str, str], str], first: Container[str]) -> Iterator[str]:
    codes = f" [{' '.join(finding.details.requirements)}]" if finding.details.requirements else ""
    yield f"{mark(finding.level, finding.level)}: {finding.rule}: {printable(finding.subject)}{codes}"
    yield f"{_INDENT}{printable(finding.what)}"
    if finding.pages:
        more = len(finding.pages) - 1
        yield f"{_INDENT}on {printable(finding.pages[0])}{f' and {more} more' if more else ''}"
    if finding.by:
        yield f"{_INDENT}by {printable(', '.join(finding.by))}"
    yield f"{_INDENT}{printable(finding.to_do)}"
    if finding.fingerprint in first:
        yield from (f"{_INDENT * 2}{printable(line)}" for line in finding.declare.splitlines() if line)
