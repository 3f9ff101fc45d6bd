"""What an audit lets pass: baselines, and ignores that expire."""

from __future__ import annotations

import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.audit.allowances import (
    BadFile,
    baseline_of,
    read_baseline,
    read_ignores,
    sort_findings,
)
from consentgate.audit.judging import Finding
from consentgate.audit.observations import State

TODAY = datetime.date(2026, 11, 30)
URL = "https://shop.example/"


def finding(subject: str, rule: str = "third-party-before-consent") -> Finding:
    return Finding(rule, "error", State.UNDECIDED, subject, "what", "to do", (URL,))


ONE, OTHER = finding("a.example"), finding("b.example")


def table(**keys: str) -> str:
    given = {"rule": '"third-party-*"', "reason": '"It is ours"', "until": "2026-12-31", **keys}
    return "[[ignore]]\n" + "\n".join(f"{key} = {value}" for key, value in given.items() if value) + "\n"


def test_what_is_ignored_does_not_count_and_says_why() -> None:
    ignores = read_ignores(table(subject='"a.example"'), "ignore.toml")
    found = sort_findings((ONE, OTHER), ignores, today=TODAY)
    assert found.findings == (OTHER,)
    assert [(one.finding, one.ignore.reason) for one in found.ignored] == [(ONE, "It is ours")]


@pytest.mark.parametrize(
    ("keys", "ignored"),
    [
        ({}, [ONE, OTHER]),
        ({"subject": '"*.example"'}, [ONE, OTHER]),
        ({"rule": '"cookie-*"'}, []),
        ({"subject": '"A.example"'}, []),
    ],
)
def test_stars_stand_for_anything(keys: dict[str, str], ignored: list[Finding]) -> None:
    found = sort_findings((ONE, OTHER), read_ignores(table(**keys), "ignore.toml"), today=TODAY)
    assert [one.finding for one in found.ignored] == ignored


@pytest.mark.parametrize(("until", "counts"), [("2026-11-30", False), ("2026-11-29", True)])
def test_an_ignore_that_has_expired_lets_nothing_pass_and_is_a_finding(until: str, counts: bool) -> None:
    found = sort_findings((ONE,), read_ignores(table(until=until), "ignore.toml"), today=TODAY)
    assert [one.rule for one in found.findings] == (
        ["third-party-before-consent", "ignore-expired"] if counts else []
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [", "ignore.toml: not TOML"),
        ("other = 1", "expected [[ignore]] tables and nothing else"),
        ("ignore = 1", "expected [[ignore]] tables and nothing else"),
        (table(reason=""), "[[ignore]] 1: object missing required field `reason`"),
        (table(reason='" "'), "[[ignore]] 1: the reason is empty"),
        (table(until=""), "missing required field `until`"),
        (table(until='"soon"'), "[[ignore]] 1: invalid"),
        (table(rule='"third-partys"'), "[[ignore]] 1: there is no rule 'third-partys'"),
        (table(surprise="1"), "[[ignore]] 1: object contains unknown field `surprise`"),
        (table() + table(reason=""), "[[ignore]] 2:"),
    ],
)
def test_mistakes_in_a_file_of_ignores(text: str, said: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_ignores(text, "ignore.toml")
    assert said in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(BadFile) as caught:
        read_ignores(table(reason="") + table() + table(until=""), "ignore.toml")
    assert str(caught.value).count("[[ignore]]") == 2


def test_what_is_in_the_baseline_does_not_count() -> None:
    baseline = read_baseline(baseline_of((ONE,)), "baseline.json")
    found = sort_findings((ONE, OTHER), (), baseline, today=TODAY)
    assert (found.findings, found.known) == ((OTHER,), (ONE,))


def test_a_baseline_is_sorted_and_readable() -> None:
    written = baseline_of((OTHER, ONE))
    assert written == baseline_of((ONE, OTHER))
    assert [row["subject"] for row in json.loads(written)["findings"]] == ["a.example", "b.example"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1}', "[" * 9999]
)
def test_what_is_no_baseline_is_said(text: str) -> None:
    with pytest.raises(BadFile, match=r"^baseline\.json: "):
        read_baseline(text, "baseline.json")


@given(st.text(max_size=200))
def test_any_file_is_read_or_refused(text: str) -> None:
    for read in (read_ignores, read_baseline):
        try:
            read(text, "file")
        except BadFile as error:
            assert str(error).startswith("file: ")
