"""The report of the ledger in a real browser: it opens from a file, asks nobody for anything, and can be
read by everyone."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from ledger.records import DAY, NOTICE, NOW, SECRET, grant, refusal, withdrawal

from consentgate.cli import main
from consentgate.ledger import Event, Ledger

from .engine import in_firefox_too
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on some weeks of two hosts, several languages, a long name and versions of a policy."""
    folder = tmp_path_factory.mktemp("report")
    url = f"sqlite:///{folder / 'consent.db'}"
    with closing(Ledger(url, secret_key=SECRET)) as ledger:
        for number in range(60):
            at = NOW + DAY * (number % 40)
            language = ("en", "de", "ar")[number % 3]
            host = f"{'a-long-name.' * 8}example.org" if number % 2 else "www.example.org"
            policy = ("1f" if number % 40 < 20 else "2e") * 8
            given = grant(at=at, language=language, host=host, policy=policy)
            ledger.record(given, NOTICE)
            if number % 5 == 0:
                ledger.record(withdrawal(given, at=at + 60), NOTICE)
            for event in (Event.REFUSED, Event.OBJECTED)[: 1 + number % 2]:
                counted = {"at": at - at % DAY, "language": language, "host": host, "policy": policy}
                ledger.record(refusal(event=event, **counted), NOTICE)
        assert ledger.move()
    file = folder / "report.html"
    result = CliRunner().invoke(main, ["ledger", "--url", url, "report", "--output", str(file)])
    assert result.exit_code == 0, result.output
    return file


@pytest.fixture
def page(report: Path, new_visitor: Callable[..., Visitor]) -> Any:
    visitor = new_visitor(javascript=False)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.page.goto(report.as_uri())
    visitor.page.asked = asked
    return visitor.page


def test_nothing_but_the_file_is_asked_for(page: Any, report: Path) -> None:
    # Firefox does not tell of the file itself.
    assert {*page.asked} <= {report.as_uri()}
    assert page.locator("h1").inner_text() == "Consent: Example Ltd"


@pytest.mark.parametrize("width", [360, 768, 1200])
def test_the_page_is_as_wide_as_the_window(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    # Beside a scrollbar that takes room the page is narrower than the window.
    root = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert root[0] == root[1] <= width
    for svg in page.locator("svg[role=img]").all():
        # Letters are as large as they are, however wide the chart is.
        box = svg.bounding_box()
        assert box["width"] <= width
        inside = svg.locator("text").evaluate_all(
            "all => all.map(one => [one.getBoundingClientRect().left, one.getBoundingClientRect().right])"
        )
        assert all(left >= -1 and right <= width + 1 for left, right in inside)


@pytest.mark.parametrize("width", [360, 1200])
def test_no_label_is_on_another(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    boxes = page.locator("svg[role=img] text").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect())"
        ".map(box => [box.left, box.top, box.right, box.bottom])"
    )

    boxes.sort(key=lambda box: box[1])
    for index, (left, _, right, bottom) in enumerate(boxes):
        for other_left, other_top, other_right, _ in boxes[index + 1 :]:
            assert other_top >= bottom - 1 or other_left >= right or other_right <= left


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(report: Path, new_visitor: Callable[..., Visitor], scheme: Any) -> None:
    page = new_visitor().page
    page.emulate_media(color_scheme=scheme)
    page.goto(report.as_uri())

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


def test_a_print_has_all_tables(page: Any) -> None:
    table = page.locator("details table")
    assert table.is_visible()

    page.emulate_media(media="print", color_scheme="dark")

    assert table.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_year_is_shown_by_month(page: Any) -> None:
    first = datetime.datetime.fromtimestamp(NOW, datetime.UTC).date()

    assert f"{first.day} November to 27 December 2026" in page.locator("dl.facts").inner_text()
    assert "By week." in page.locator("#time + p").inner_text()
