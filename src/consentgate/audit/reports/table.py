"""The report for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from consentgate.audit.judging import Finding
from consentgate.policy.messages import printable

from .report import Report

_INDENT = "    "
_FEW = 5
"""Fewer findings are seen at once as they are."""


def as_table(report: Report, mark: Callable[[str, str], str] = lambda text, level: text) -> str:
    """Write how often each rule is broken, then the findings one below the other, and the numbers in the last
    line. `mark` colours a text by its level."""
    first = report.first_declared
    lines = [*_counts(report, mark)]
    lines.extend(line for finding in report.found.findings for line in _lines(finding, mark, first))
    lines.extend(printable(str(way)) for way in report.ways)
    lines.append(f"{printable(report.tour.url)}: {report.summary}")
    return "\n".join(lines)


def _counts(report: Report, mark: Callable[[str, str], str]) -> Iterator[str]:
    """Yield a line for each rule that is broken, where the findings are more than one can see at once."""
    if len(report.found.findings) < _FEW:
        return
    width = max(len(group.level) for group in report.groups)
    for group in report.groups:
        level = f"{mark(group.level, group.level)}{' ' * (width - len(group.level))}"
        yield f"{level}  {len(group.findings):3}  {group.rule.id}"
    yield ""


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
