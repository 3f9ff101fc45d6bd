"""The gate's own row in docs/comparison.md, and that the page compared on does what it is said to do."""

from __future__ import annotations

import re

import pytest
from documentation.pages import ROOT

from .comparison import (
    HOST,
    NOBODY,
    OURS,
    OWN,
    STORED,
    THIRD,
    VECTORS,
    WITHOUT_SCRIPTS,
    damaged,
    gate,
    outcome,
    page,
    rows,
)
from .engine import Engine
from .recorder import Recorder
from .visit import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_the_page_contacts_and_stores_all_that_it_is_said_to(engine: Engine, recorder: Recorder) -> None:
    found = outcome(NOBODY, None, engine, recorder)
    assert (found.contacted, found.stored) == (set(VECTORS), set(STORED))
    assert found.without_scripts == set(WITHOUT_SCRIPTS)
    assert found.damaged == set()


def test_behind_the_gate_nothing_is_contacted_stored_or_damaged(engine: Engine, recorder: Recorder) -> None:
    found = outcome(OURS, gate(), engine, recorder)
    assert {*found.contacted, *found.stored, *found.without_scripts, *found.damaged} == set()
    assert found.contacted_refused == found.stored_refused == set()
    *head, row = rows({OURS.name: found})
    document = (ROOT / "docs/comparison.md").read_text("utf-8")
    assert "\n".join(head) in document
    assert f"\n{row}\n" in document


def test_only_what_contacts_third_parties_changes() -> None:
    """All that stands around what is blocked is there in its order, and with everything granted all is."""
    html, url = page(), f"https://{HOST}/"
    result = gate().rewrite(html, url=url)
    in_markup = {f"https://{name}.{THIRD}/{name}" for name in (*WITHOUT_SCRIPTS, "script")}
    # An inline script has no URL; it goes where it loads from one of a service.
    assert {one.url for one in result.blocked} == {*in_markup, ""}
    assert all(THIRD.encode() in html[one.start : one.end] for one in result.blocked)
    ends = [0, *(one.end for one in result.blocked)]
    starts = [*(one.start for one in result.blocked), len(html)]
    around = [re.escape(html[end:start]) for end, start in zip(ends, starts, strict=True)]
    assert re.fullmatch(b".*".join(around), result.html, re.DOTALL)
    assert gate().rewrite(html, url=url, grants=["marketing"]).html == html


def test_every_own_part_is_found_damaged_where_it_is(visitor: Visitor) -> None:
    """A page of nothing has none of them."""
    visitor.page.goto("about:blank")
    assert damaged(visitor.page) == set(OWN)
