"""The choices open over the page that the visitor is on, close, and send a decision from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_every_engine
from .servers import Site
from .test_decisions import POLICY
from .test_neutrality import GATED, page_of, pages
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_every_engine]

LONG = "<p>line</p>" * 300 + "<input aria-label=Name>"
DIALOG = "() => Boolean(document.body.shadowRoot.querySelector('dialog'))"
FOCUSED = "() => document.body.shadowRoot.activeElement?.innerText"


SAID = "() => document.body.shadowRoot.querySelector('.consentgate-saved > :not([hidden])').innerText"
# With a key held down, as who wants a new window does. Here none opens.
WITH_CONTROL = """() => {
    let isOurs;
    addEventListener('click', (event) => {
        isOurs = event.defaultPrevented;
        event.preventDefault();
    }, {once: true});
    const link = document.body.shadowRoot.querySelector('.consentgate-settings');
    const init = {ctrlKey: true, bubbles: true, composed: true, cancelable: true};
    link.dispatchEvent(new MouseEvent('click', init));
    return isOurs;
}"""


@pytest.fixture
def opens(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """`opens(*headers)`: a visitor who has refused, on a long page, with the choices open."""

    def opens(*headers: tuple[str, str], decision: str = "Refuse") -> Visitor:
        app = pages({"/": page_of("", content=LONG)}, *headers)
        gate = Gate(Policy.parse(POLICY), secret_key="a key for the tests")
        visitor = new_visitor(settle=0.3)
        visitor.opens(serve(ConsentMiddleware(app, gate), host=GATED).url)
        visitor.presses(decision)
        visitor.page.evaluate("() => { scrollTo(0, 700); window.kept = 1 }")
        visitor.follows("Privacy settings")
        return visitor

    return opens


def in_dialog(visitor: Visitor, code: str) -> Any:
    """Evaluate something in the page of the choices."""
    return visitor.page.frames[1].evaluate(code)


def test_they_open_over_the_page_and_have_the_focus(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    assert visitor.page.url == f"https://{GATED}/"
    assert visitor.page.evaluate(DIALOG)
    assert in_dialog(visitor, "() => document.querySelector('h1').innerText") == "Privacy settings"
    assert in_dialog(visitor, "() => document.hasFocus()")
    # The page behind them neither has the focus nor is read.
    assert visitor.page.evaluate("() => document.body.shadowRoot.querySelector('dialog').matches(':modal')")


@pytest.mark.parametrize("way", ["Escape", "Back to the site"])
def test_they_close_and_the_focus_goes_back(opens: Callable[..., Visitor], way: str) -> None:
    visitor = opens()
    if way == "Escape":
        visitor.does(lambda page: page.keyboard.press("Escape"))
    else:
        visitor.follows(way)
    assert not visitor.page.evaluate(DIALOG)
    assert visitor.page.evaluate(FOCUSED) == "Privacy settings"
    assert visitor.page.evaluate("() => [kept, Math.round(scrollY)]") == [1, 700]
    # And they open again.
    visitor.follows("Privacy settings")
    assert visitor.page.evaluate(DIALOG)


def test_the_declaration_is_read_in_the_dialog_and_leads_back(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    visitor.follows("Cookie declaration")
    assert in_dialog(visitor, "() => document.querySelector('h1').innerText") == "Cookie declaration"
    assert visitor.page.url == f"https://{GATED}/"
    visitor.follows("Back to the site")
    assert not visitor.page.evaluate(DIALOG)
    assert visitor.page.evaluate("() => kept") == 1


def test_what_is_saved_counts_after_one_load_at_the_same_place(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    assert visitor.page.evaluate("() => consentgate.allows('performance')") is False
    in_dialog(visitor, "() => { document.querySelector('[value=performance]').checked = true }")
    visitor.presses("Save choice")
    assert visitor.page.evaluate("() => [consentgate.allows('performance'), Math.round(scrollY)]") == [
        True,
        700,
    ]
    assert visitor.page.evaluate("() => window.kept") is None
    assert visitor.page.url == f"https://{GATED}/"
    assert visitor.page.evaluate(SAID) == "Your choice has been saved."


def test_a_refusal_that_changes_nothing_loads_nothing(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    visitor.presses("Refuse all")
    assert not visitor.page.evaluate(DIALOG)
    assert visitor.page.evaluate("() => [kept, Math.round(scrollY)]") == [1, 700]
    assert visitor.page.evaluate(SAID) == "Your choice has been saved."


def test_a_withdrawal_closes_the_page(opens: Callable[..., Visitor]) -> None:
    visitor = opens(decision="Accept")
    visitor.presses("Withdraw")
    assert visitor.page.evaluate("() => [consentgate.allows('performance'), Math.round(scrollY)]") == [
        False,
        700,
    ]
    assert visitor.page.evaluate("() => window.kept") is None


def test_only_a_person_accepts_there(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    pressed = "() => document.querySelector('[value=accept]').click()"
    visitor.does(lambda page: in_dialog(visitor, pressed))
    visitor.reloads()
    assert visitor.page.evaluate("() => consentgate.allows('performance')") is False


@pytest.mark.long
def test_a_page_that_may_have_no_frames_leads_to_them(opens: Callable[..., Visitor]) -> None:
    visitor = opens(("Content-Security-Policy", "frame-src 'none'"))
    assert visitor.page.url == f"https://{GATED}/_privacy/choices?next=%2F"
    assert visitor.shows("Save choice")


@pytest.mark.long
def test_a_new_window_is_what_the_visitor_asked_for(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    visitor.does(lambda page: page.keyboard.press("Escape"))
    assert visitor.page.evaluate(WITH_CONTROL) is False
    assert not visitor.page.evaluate(DIALOG)
