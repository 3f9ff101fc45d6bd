"""Findings that do not fail an audit: those of a baseline, and those that a file says to ignore."""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from .judging import RULES, Finding
from .judging.findings import merged

BASELINE_VERSION = 1


class BadFile(Exception):
    """A file of ignores or a baseline is not one; the message says where and what was expected."""


class Ignore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is ignored for a `reason`, up to and with the day `until`.

    `rule` and `subject` are those of findings; a star in them stands for anything.
    """

    rule: str
    reason: str
    until: datetime.date
    subject: str = "*"

    def covers(self, finding: Finding) -> bool:
        """Say whether it is about this finding, whatever the day."""
        return fnmatchcase(finding.rule, self.rule) and fnmatchcase(finding.subject, self.subject)

    def has_expired(self, today: datetime.date) -> bool:
        """Say whether its last day is past."""
        return self.until < today


@dataclass(frozen=True, slots=True)
class Ignored:
    """A finding that is let pass, and why."""

    finding: Finding
    ignore: Ignore


@dataclass(frozen=True, slots=True)
class Sorted:
    """The findings that count, those that are `ignored`, and those that are `known` from the baseline."""

    findings: tuple[Finding, ...]
    ignored: tuple[Ignored, ...] = ()
    known: tuple[Finding, ...] = ()


def sort_findings(
    findings: Iterable[Finding],
    ignores: Sequence[Ignore] = (),
    baseline: frozenset[str] = frozenset(),
    *,
    today: datetime.date,
) -> Sorted:
    """Sort out what counts. An ignore that has expired lets nothing pass, and is a finding itself."""
    valid = [ignore for ignore in ignores if not ignore.has_expired(today)]
    counting: list[Finding] = []
    ignored: list[Ignored] = []
    known: list[Finding] = []
    for finding in findings:
        ignore = next((one for one in valid if one.covers(finding)), None)
        if ignore is not None:
            ignored.append(Ignored(finding, ignore))
        elif finding.fingerprint in baseline:
            known.append(finding)
        else:
            counting.append(finding)
    expired = (_expired(ignore) for ignore in ignores if ignore.has_expired(today))
    return Sorted(merged((*counting, *expired)), tuple(ignored), tuple(known))


def _expired(ignore: Ignore) -> Finding:
    rule = "ignore-expired"
    what = f"{ignore.rule} of {ignore.subject} was to be ignored until {ignore.until}: {ignore.reason}"
    return Finding(rule, "warning", None, f"{ignore.rule}: {ignore.subject}", what, RULES[rule].to_do, ())


def read_ignores(text: str, file: str) -> tuple[Ignore, ...]:
    """Read the `[[ignore]]` tables of a file (TOML). Raises BadFile with every mistake in it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadFile(f"{file}: not TOML: {error}") from None
    unknown = [key for key in tables if key != "ignore"]
    entries = tables.get("ignore", [])
    if unknown or not isinstance(entries, list):
        raise BadFile(f"{file}: expected [[ignore]] tables and nothing else")
    found = [_read(entry, f"{file}: [[ignore]] {number}") for number, entry in enumerate(entries, 1)]
    mistakes = [one for one in found if isinstance(one, str)]
    if mistakes:
        raise BadFile("\n".join(mistakes))
    return tuple(one for one in found if isinstance(one, Ignore))


def _read(entry: Any, place: str) -> Ignore | str:
    """Return the ignore, or what is wrong with its table."""
    try:
        ignore = msgspec.convert(entry, Ignore)
    except msgspec.ValidationError as error:
        return (
            f"{place}: {str(error).lower()}. It needs rule, reason and until (a day); subject may be left out"
        )
    if not any(fnmatchcase(id, ignore.rule) for id in RULES):
        return f"{place}: there is no rule {ignore.rule!r}"
    return ignore if ignore.reason.strip() else f"{place}: the reason is empty"


def read_baseline(text: str, file: str) -> frozenset[str]:
    """Return the fingerprints in a baseline. Raises BadFile where `text` is none."""
    try:
        read = json.loads(text)
        if read["version"] != BASELINE_VERSION:
            raise BadFile(f"{file}: a baseline of version {BASELINE_VERSION} is expected")
        return frozenset(str(entry["fingerprint"]) for entry in read["findings"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadFile(f"{file}: not a baseline; write one with --write-baseline") from None


def baseline_of(findings: Iterable[Finding]) -> str:
    """Write a baseline of these findings, in an order that keeps its differences small."""
    return (
        json.dumps({"version": BASELINE_VERSION, "findings": sorted(_rows(findings), key=_key)}, indent=2)
        + "\n"
    )


def _rows(findings: Iterable[Finding]) -> Iterator[dict[str, str]]:
    for finding in findings:
        yield {"rule": finding.rule, "subject": finding.subject, "fingerprint": finding.fingerprint}


def _key(row: dict[str, str]) -> tuple[str, str]:
    return row["rule"], row["subject"]
