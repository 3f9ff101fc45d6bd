"""The report as commands of GitHub's workflows, which become annotations of a run."""

from __future__ import annotations

from .report import Report

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = _IN_MESSAGE | {":": "%3A", ",": "%2C"}


def as_annotations(report: Report) -> str:
    """Write one command a line for each finding that counts."""
    return "\n".join(
        f"::{_LEVELS[finding.level]} title={_escaped(f'{finding.rule}: {finding.subject}', _IN_PROPERTY)}::"
        f"{_escaped('. '.join((finding.what, finding.to_do)), _IN_MESSAGE)}"
        for finding in report.found.findings
    )


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
