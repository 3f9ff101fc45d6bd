"""What is shown of the counts: joined and withheld where it could be traced to a visitor."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Policy
from consentgate.ledger import Event
from consentgate.ledger.database.statistics import (
    Answers,
    Events,
    Selection,
    Statistics,
    Table,
    UnitTable,
    summed,
)
from consentgate.ledger.reports.as_json import as_json
from consentgate.ledger.reports.as_text import as_text
from consentgate.ledger.reports.page import as_page
from consentgate.ledger.reports.series import Unit, series
from consentgate.ledger.reports.withholding import withheld

FIRST = datetime.date(2026, 11, 2)  # a Monday
MADE = datetime.datetime(2026, 12, 1, 9, 30, tzinfo=datetime.UTC)
EMPTY = Table({})
SVG = "{http://www.w3.org/2000/svg}"


def day(number: int) -> datetime.date:
    return FIRST + datetime.timedelta(days=number)


def events(**counts: int) -> Events:
    return summed([{Event(name): count for name, count in counts.items()}])


def table(**counts: int) -> Table:
    return Table({name: events(given=count) for name, count in counts.items()})


def statistics(**given: Any) -> Statistics:
    """Counts of nothing but what is given."""
    nothing = Statistics(
        selection=Selection(),
        days={},
        hosts=EMPTY,
        controllers=EMPTY,
        languages=EMPTY,
        policies=EMPTY,
        controls=EMPTY,
        sources=EMPTY,
        first_seen={},
        categories=UnitTable({}),
        services=UnitTable({}),
        to_all=0,
        to_some=0,
        unattributed=0,
    )
    return replace(nothing, **given)


SOME = statistics(
    days={day(0): events(given=6, refused=3), day(1): events(given=2, withdrawn=5, objected=6)},
    hosts=Table({"www.example.org": events(given=8, refused=3, withdrawn=5)}),
    controllers=Table({"Example Ltd": events(given=8, refused=3, withdrawn=5)}),
    languages=Table({"en": events(given=6, refused=3), "ar": events(given=2, withdrawn=5)}),
    policies=Table({"5" * 16: events(given=8, refused=3, withdrawn=5)}),
    first_seen={"5" * 16: FIRST},
    services=UnitTable({"stats": Answers(6, 2, 3), "films": Answers(2, 6, 3)}),
    categories=UnitTable({"performance": Answers(8, 0, 3)}),
    to_all=6,
    to_some=2,
)


# -- over time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "unit"),
    [(1, Unit.DAY), (31, Unit.DAY), (32, Unit.WEEK), (182, Unit.WEEK), (183, Unit.MONTH), (900, Unit.MONTH)],
)
def test_the_longer_a_period_the_longer_its_stretches(days: int, unit: Unit) -> None:
    assert Unit.for_range(FIRST, day(days - 1)) is unit


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    days = {day(-1): events(given=1), day(0): events(given=2), day(6): events(given=4)}

    weeks = series(days, Unit.WEEK, day(-1), day(8))
    months = series(days, Unit.MONTH, datetime.date(2026, 10, 30), datetime.date(2026, 12, 2))

    assert [(one.first, one.last, one.total) for one in weeks] == [
        (day(-1), day(-1), 1),
        (day(0), day(6), 6),
        (day(7), day(8), 0),
    ]
    assert [(one.first.month, one.total) for one in months] == [(10, 0), (11, 7), (12, 0)]


def test_days_with_few_decisions_are_joined_with_the_next() -> None:
    days = {
        day(0): events(given=1),
        day(2): events(given=4),
        day(3): events(given=9),
        day(5): events(given=2),
    }

    joined = series(days, Unit.DAY, day(0), day(6), least=5)

    assert [(one.first, one.last, one.total, one.units) for one in joined] == [
        (day(0), day(2), 5, 3),
        # The last ones have nobody after them.
        (day(3), day(6), 11, 4),
    ]


DAYS = st.dictionaries(st.integers(0, 60), st.integers(1, 9), max_size=20)


@given(days=DAYS, unit=st.sampled_from(Unit), least=st.integers(1, 12), last=st.integers(60, 70))
def test_a_series_covers_its_period_once_and_loses_nothing(
    days: Mapping[int, int], unit: Unit, least: int, last: int
) -> None:
    by_day = {day(number): events(given=count) for number, count in days.items()}

    found = series(by_day, unit, day(0), day(last), least=least)

    assert found[0].first == day(0)
    assert found[-1].last == day(last)
    for before, after in pairwise(found):
        assert after.first - before.last == datetime.timedelta(days=1)
    total = sum(days.values())
    assert sum(one.total for one in found) == total
    # None is small, unless all together are.
    assert len(found) == 1 or all(one.total == 0 or one.total >= least for one in found)


# -- small numbers -------------------------------------------------------------------------------------------


def test_small_rows_are_put_together() -> None:
    found = withheld(statistics(languages=table(en=50, de=20, mt=3, ga=2)), 5).languages

    assert [*found.rows] == ["en", "de"]
    assert (found.left, found.others[Event.GIVEN]) == (2, 5)


def test_a_row_that_is_small_by_itself_takes_the_next_one_with_it() -> None:
    """Else the total less the other rows would tell it."""
    found = withheld(statistics(languages=table(en=50, de=20, mt=1)), 5).languages

    assert [*found.rows] == ["en"]
    assert (found.left, found.others[Event.GIVEN]) == (2, 21)


def test_services_and_versions_are_put_together_too() -> None:
    few = statistics(
        services=UnitTable({"a": Answers(9), "b": Answers(1, 1), "c": Answers(0, 1, 2)}),
        policies=table(old=3, new=40, other=4),
        first_seen={"old": FIRST, "new": FIRST, "other": FIRST},
    )

    found = withheld(few, 5)

    assert found.services == UnitTable({"a": Answers(9)}, Answers(1, 2, 2), 2)
    assert [*found.first_seen] == ["new"]


@given(
    rows=st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(1, 12), max_size=12),
    others=st.integers(0, 9),
    least=st.integers(1, 10),
)
def test_nothing_small_is_shown_or_can_be_computed(rows: dict[str, int], others: int, least: int) -> None:
    given = Table({name: events(given=count) for name, count in rows.items()}, events(refused=others), others)

    found = withheld(statistics(hosts=given), least).hosts

    assert all(sum(one.values()) >= least for one in found.rows.values())
    hidden = sum(found.others.values())
    assert least == 1 or hidden == 0 or hidden >= least or not found.rows
    assert sum(map(sum, (one.values() for one in found.rows.values()))) + hidden == (
        sum(rows.values()) + others
    )


# -- for machines, and in a terminal -------------------------------------------------------------------------


def test_the_json_has_all_events_everywhere() -> None:
    found = json.loads(as_json(SOME))

    names = {event.value for event in Event}
    assert found["form"] == 1
    assert found["events"] == {
        **dict.fromkeys(names, 0),
        "given": 8,
        "refused": 3,
        "withdrawn": 5,
        "objected": 6,
    }
    assert found["days"].keys() == {"2026-11-02", "2026-11-03"}
    assert all(row.keys() == names for row in found["languages"].values())
    assert found["policies"]["5" * 16]["first_seen"] == "2026-11-02"
    assert found["services"]["stats"] == {"granted": 6, "left_out": 2, "refused": 3, "share": 0.5455}


def test_the_json_of_days_that_were_joined_has_intervals() -> None:
    days = {day(0): events(given=2), day(4): events(given=3)}

    assert [*json.loads(as_json(statistics(days=days), least=5))["days"]] == ["2026-11-02/2026-11-06"]


def test_the_tables_of_a_terminal_have_what_happened_and_no_more() -> None:
    lines = [*as_text(SOME)]

    assert lines[0] == "2 to 3 November 2026"
    assert lines[2].split() == ["by", "day", "consented", "withdrew", "refused", "objected"]
    assert lines[3].split() == ["all", "8", "5", "3", "6"]
    assert any(line.endswith("since 2026-11-02") for line in lines)
    assert any(line.split() == ["stats", "6", "2", "3", "55", "%"] for line in lines)
    assert max(map(len, lines)) < 100


def test_a_made_up_host_does_nothing_to_a_terminal() -> None:
    hostile = statistics(days=SOME.days, hosts=Table({"\x1b[2J\n" + "x" * 300: events(given=8)}))

    assert not any(set(line) & set("\x1b\n") or len(line) > 100 for line in as_text(hostile))


def test_nothing_to_count_is_said() -> None:
    assert [*as_text(statistics())] == ["no decision yet"]
    assert json.loads(as_json(statistics()))["days"] == {}


# -- the page ------------------------------------------------------------------------------------------------


def page(counted: Statistics, **options: Any) -> str:
    return as_page(counted, MADE, **{"least": 1, **options})


def parsed(written: str) -> Any:
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(written)


def texts(found: Iterable[Any]) -> list[str]:
    return [" ".join("".join(one.itertext()).split()) for one in found]


@pytest.mark.parametrize("counted", [SOME, statistics()], ids=["some", "none"])
def test_the_page_is_valid_and_refers_to_nothing(counted: Statistics) -> None:
    written = page(counted)

    document = parsed(written)

    for element in document.iter():
        assert element.tag.removeprefix(SVG) not in ("script", "link", "img", "iframe", "object", "a", "base")
        for name, value in element.attrib.items():
            assert not str(name).startswith("on")
            assert "//" not in value
            assert name not in ("src", "href")
    assert set(re.findall(r"url\(([^)]*)\)", written)) <= {
        "#fill-no",
        "#fill-back",
        "#fill-part",
        "#fill-object",
    }
    assert "@import" not in written


def test_every_chart_has_a_title_a_description_and_a_table() -> None:
    document = parsed(page(SOME))
    ids = {element.attrib["id"]: element for element in document.iter() if "id" in element.attrib}

    charts = [svg for svg in document.iter(f"{SVG}svg") if svg.attrib.get("role") == "img"]

    assert len(charts) >= 7
    for chart in charts:
        title, description = (ids[id] for id in chart.attrib["aria-labelledby"].split())
        assert "".join(title.itertext())
        assert len("".join(description.itertext())) > 10
    assert all(one.attrib["scope"] for one in document.iter("th"))
    assert texts(document.iter("caption"))


def test_the_page_says_whose_it_is_and_what_it_cannot_say() -> None:
    written = page(SOME)

    assert "<h1>Consent: www.example.org</h1>" in written
    assert "<dd>2 to 3 November 2026 (days in UTC)</dd>" in written
    assert "<dd>Example Ltd</dd>" in written
    assert "1 December 2026, 09:30 UTC" in written
    assert "Visitors who ignored the banner are not counted" in written
    # 8 of 11 first answers.
    assert "<b>73 %</b> of 11 first answers" in written
    assert "Of the consents, 6 were to all that was asked for and 2 to a part" in written


def test_a_version_of_the_policy_has_its_date_and_a_language_its_name() -> None:
    written = page(SOME)

    assert "<td>2 Nov 2026</td>" in written
    assert "العربية (ar)" in written


def test_a_policy_gives_names() -> None:
    policy = Policy.parse(
        '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n[[service]]\n'
        'id = "stats"\nname = "Our <statistics>"\ncategory = "performance"\nhosts = ["stats.example"]\n'
    )

    written = page(SOME, policy=policy)

    assert '<th scope="row">Our &lt;statistics&gt;</th>' in written
    assert '<th scope="row">Performance</th>' in written
    # One that the policy does not have any more.
    assert '<th scope="row">films</th>' in written


def test_what_a_browser_made_up_is_only_text() -> None:
    hostile = '"><script>alert(1)</script>' + "x" * 300
    table = Table({hostile: events(given=8), "www.example.org": events(given=9)})

    document = parsed(page(statistics(days=SOME.days, hosts=table)))

    assert not [*document.iter("script")]
    assert hostile in texts(document.iter("th"))


def test_few_decisions_are_not_shown_at_all() -> None:
    few = statistics(days={day(0): events(given=4)}, hosts=table(**{"www.example.org": 4}))

    written = page(few, least=5)

    assert "Fewer than 5 decisions were made" in written
    assert "said yes" not in written
    assert "In short" in page(few, least=4)


def test_columns_of_joined_days_have_the_area_of_their_number() -> None:
    days = {day(0): events(given=2), day(3): events(given=4), day(4): events(given=6)}

    document = parsed(page(statistics(days=days), least=5))

    columns = [
        [float(rect.attrib[name].rstrip("%")) for name in ("width", "height")]
        for rect in document.iter(f"{SVG}rect")
        if rect.attrib.get("class") == "of-yes" and "%" in rect.attrib["height"]
    ]
    (joined_width, joined_height), (one_width, one_height) = columns
    assert joined_width > 3 * one_width
    # Six in four days beside six in one.
    assert joined_height * 4 == pytest.approx(one_height, rel=0.01)


@given(
    counts=st.lists(st.integers(0, 10**6), min_size=3, max_size=3),
    days=st.integers(0, 700),
    answers=st.lists(st.integers(0, 10**6), min_size=3, max_size=3),
)
def test_any_counts_make_a_valid_page(counts: list[int], days: int, answers: list[int]) -> None:
    of_day = events(given=counts[0], refused=counts[1], withdrawn=counts[2])
    some = statistics(
        days={day(0): of_day, day(days): of_day},
        languages=Table({"en": of_day, "": of_day}),
        services=UnitTable({"stats": Answers(*answers)}),
    )

    document = parsed(page(some))

    rects = [*document.iter(f"{SVG}rect")]
    assert rects
    for rect in rects:
        for name in ("x", "y", "width", "height"):
            value = rect.attrib.get(name, "0%")
            assert not value.endswith("%") or -0.01 <= float(value[:-1]) <= 100.01
