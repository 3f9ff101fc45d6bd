"""The visitor's own record in a browser, from the consent to its erasure: without JavaScript, and with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from consentgate import Gate, Policy
from consentgate.ledger import Ledger
from consentgate.wsgi import ConsentMiddleware

from .servers import Site
from .visit import Visitor

pytestmark = pytest.mark.browser

HOST = "www.shop.example"
POLICY = """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"
languages = ["en", "ar"]

[[service]]
id = "stats"
name = "Stats"
category = "performance"
hosts = ["stats.example"]
"""


def shop(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b'<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>']


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(f"sqlite:///{tmp_path / 'consent.db'}")) as opened:
        yield opened


@pytest.fixture
def site(serve: Callable[..., Site], ledger: Ledger) -> Site:
    gate = Gate(Policy.parse(POLICY), secret_key="a key for the tests", ledger=ledger)
    return serve(ConsentMiddleware(shop, gate), host=HOST)


@pytest.fixture(
    params=[False, pytest.param(True, marks=pytest.mark.long)], ids=["no-javascript", "javascript"]
)
def visitor(request: pytest.FixtureRequest, new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor(javascript=request.param)


def consents(visitor: Visitor, site: Site) -> Any:
    """Consent, and go to the record by the link on the page of the choices."""
    visitor.opens(site.at("/"))
    visitor.presses("Accept")
    visitor.opens(site.at("/_privacy/choices?next=/"))
    visitor.follows("Record of your choices")
    return visitor.page


def findings(page: Any, rules: str) -> str:
    found = Axe().run(page, options={"runOnly": {"type": "rule", "values": [rules]}} if rules else None)
    return str(found.generate_report()) if found.violations_count else ""


def test_a_visitor_sees_their_record_saves_it_erases_it_and_the_choices_say_so(
    visitor: Visitor, site: Site, ledger: Ledger
) -> None:
    page = consents(visitor, site)
    assert "you gave your consent" in page.inner_text("main")
    assert "Notice on a page" in page.inner_text("main")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the receipt").click()
    assert download.value.suggested_filename == "consent-receipt.json"
    receipt = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert receipt["record_id"] in page.inner_text("main")

    visitor.follows("Withdraw and erase")
    assert "This cannot be undone." in page.inner_text("main")
    visitor.presses("Withdraw and erase")

    assert page.url.endswith("/_privacy/choices?next=/#consentgate-erased")
    assert page.get_by_text("its record is being erased").is_visible()
    assert "You refused on" in page.inner_text("main")
    ledger.move()
    assert ledger.history(receipt["record_id"]) == []
    visitor.follows("Record of your choices")
    assert "nothing that identifies you" in page.inner_text("main")
    assert receipt["record_id"] not in page.content()
    # What says so is not there for who comes by another way.
    visitor.opens(site.at("/_privacy/choices"))
    assert not page.get_by_text("its record is being erased").is_visible()


def test_what_was_shown_is_seen_and_does_nothing(visitor: Visitor, site: Site) -> None:
    page = consents(visitor, site)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    visitor.follows("What you were shown")

    banner, choices = (page.frame_locator("iframe").nth(number) for number in (0, 1))
    accept = banner.get_by_role("button", name="Accept")
    assert accept.is_visible()
    assert choices.get_by_role("heading", name="Privacy settings").is_visible()
    accept.click()
    choices.get_by_role("button", name="Refuse all").click()
    choices.get_by_role("link", name="Record of your choices").click()
    page.wait_for_timeout(300)
    assert "notice=" in page.url
    beside = [url for url in asked if "record?notice=" not in url]
    assert all(".css" in url for url in beside), beside
    visitor.opens(site.at("/_privacy/record"))
    assert "you gave your consent" in page.inner_text("main")


@pytest.mark.parametrize(
    "colours", ["light", *(pytest.param(one, marks=pytest.mark.long) for one in ("dark", "forced"))]
)
def test_axe_finds_nothing_in_any_colours_width_or_direction(
    new_visitor: Callable[..., Visitor], site: Site, colours: str
) -> None:
    page = consents(new_visitor(), site)
    if colours == "forced":
        page.emulate_media(forced_colors="active")
    else:
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    # All other rules say the same in any colours.
    rules = "" if colours == "light" else "color-contrast"
    notice = page.get_by_role("link", name="What you were shown").get_attribute("href")
    for lang in ("", "&lang=ar"):
        for path in ("/_privacy/record?next=/", "/_privacy/record?erase=&next=/", notice):
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(site.at(f"{path}{lang}"))
                assert findings(page, rules) == "", (path, lang, width)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_there_is_what_was_decided_and_no_button(
    new_visitor: Callable[..., Visitor], site: Site
) -> None:
    page = consents(new_visitor(), site)
    page.emulate_media(media="print")

    assert page.get_by_text("you gave your consent").is_visible()
    assert page.get_by_text("privacy@shop.example").is_visible()
    assert not page.get_by_role("link", name="Withdraw and erase").is_visible()
    assert not page.get_by_role("link", name="Save the receipt").is_visible()
