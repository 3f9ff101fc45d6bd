"""The declaration in a browser: readable by everyone, in small windows, in any colours, on paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from .servers import Site
from .settings_page import POLICY, SettingsPage, Shop
from .visit import Visitor

pytestmark = pytest.mark.browser

HOST = "www.shop.example"
LOCATION = "/_privacy/declaration?next=/done"
DECLARED = (
    POLICY.replace("[site]\n", '[site]\nlanguages = ["en", "ar"]\nupdated = 2026-05-04\n')
    + """
[[service]]
id = "spy"
name = "Spy"
category = "never"
hosts = ["spy.example"]

[declaration]
address = "1 Quay Street"
dpo = "dpo@shop.example"
authority = "Authority"
authority_url = "https://authority.example/"
transfers = "none"
version = "2"
earlier = [{ version = "1", date = 2025-01-31, url = "/cookies-1" }]
"""
)


@pytest.fixture
def shop(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> SettingsPage:
    return SettingsPage(new_visitor(), serve(Shop(DECLARED), host=HOST))


def opens(shop: SettingsPage, *, lang: str = "", width: int = 800, height: int = 800) -> Any:
    shop.page.set_viewport_size({"width": width, "height": height})
    shop.page.goto(shop.site.at(f"{LOCATION}{lang}"))
    return shop.page


def findings(page: Any) -> str:
    found = Axe().run(page)
    return str(found.generate_report()) if found.violations_count else ""


@pytest.mark.parametrize("colours", ["light", "dark", "forced"])
def test_axe_finds_nothing(shop: SettingsPage, colours: str) -> None:
    if colours == "forced":
        shop.page.emulate_media(forced_colors="active")
    else:
        shop.page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    assert findings(opens(shop)) == ""
    shop.opens()
    shop.presses("Accept all")
    for lang in ("", "&lang=ar"):
        assert findings(opens(shop, lang=lang, width=320, height=640)) == ""


@pytest.mark.parametrize("lang", ["", "&lang=ar"])
@pytest.mark.parametrize("width", [320, 800, 1280])
def test_nothing_is_wider_than_the_window(shop: SettingsPage, width: int, lang: str) -> None:
    """WCAG 1.4.10."""
    page = opens(shop, lang=lang, width=width)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_consent_is_withdrawn_here_and_the_page_says_so(shop: SettingsPage) -> None:
    shop.opens()
    shop.presses("Accept all")
    page = opens(shop)
    assert page.get_by_text("You have allowed this.").count() == 3
    with page.expect_navigation(url="**/done#consentgate-saved"):
        page.get_by_role("button", name="Withdraw", exact=True).click()
    page = opens(shop)
    assert "You refused on" in page.inner_text("main")
    assert page.get_by_text("You have allowed this.").count() == 0


def test_on_paper_all_is_there_but_what_can_be_pressed(shop: SettingsPage) -> None:
    shop.opens()
    shop.presses("Accept all")
    page = opens(shop)
    said = {*page.inner_text("main").splitlines()}
    page.emulate_media(media="print")
    printed = {*page.inner_text("main").splitlines()}
    assert not page.get_by_role("button", name="Withdraw").is_visible()
    left_out = {line for line in said - printed if line.strip()}
    assert not {line for line in left_out if "Stats" in line or "_st" in line or "Authority" in line}
    after = "one => getComputedStyle(one, '::after').content"
    link = page.get_by_role("link", name="Privacy information of Stats")
    assert "https://stats.example/privacy" in link.evaluate(after)
