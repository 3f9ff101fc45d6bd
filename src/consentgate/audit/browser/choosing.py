"""Answers a site's question for consent as a visitor does, and counts the clicks.

What we know of our own banner comes first, then autoconsent's rules for the banners of others, then the words
on the buttons.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from consentgate.audit.observations import State
from consentgate.audit.tour import Act, SeenQuestion

from . import autoconsent, words
from .looks import looks_of

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Page

_Way: TypeAlias = "Callable[[Page, State, Callable[[], None]], Act | None]"

OURS = "consentgate"
BY_WORDS = "the words on the buttons"

_BANNER = ".consentgate-banner"
_DECISIONS = {State.ACCEPTED: "accept", State.REFUSED: "refuse", State.WITHDRAWN: "withdraw"}
# A site may have a link of its own to the settings instead of ours. "choices" is the same in all of them.
_SETTINGS = ".consentgate-settings, a[href*='/choices?'], a[href$='/choices']"
_PLACE = """button => {
    const { top, left } = button.getBoundingClientRect();
    return [button.innerText, Math.round(top), Math.round(left)].join(" ");
}"""
"""A button that is in the same place after an answer as it was before asks the same again."""
_SLOW = 1500
"""Milliseconds for what a click opens to be there. A frame has to be loaded, a layer to be faded in."""
_MOST_LAYERS = 2
_CLICK_TIMEOUT = 5000


def decide(page: Page, state: State, about_to: Callable[[], None]) -> Act:
    """Get the visitor on `page` into this state, if there is a way; the act says which one and how far.

    Calls `about_to` right before the click that decides, as often as one is tried. Raises CannotLook where
    autoconsent is missing and would be needed.
    """
    ways: tuple[_Way, ...] = (_by_our_hooks, _by_autoconsent, _by_words)
    if state is State.WITHDRAWN:
        ways = (_by_our_hooks, _by_withdrawing)
    found = (way(page, state, about_to) for way in ways)
    return next((act for act in found if act is not None), Act(state, None))


def question_on(page: Page) -> str:
    """Return what tells the page's question for consent from others, "" where it asks none that is seen."""
    if page.query_selector(f"{_BANNER}, .consentgate-settings") is not None:
        return OURS if _first_visible(page, f"{_BANNER} [name=decision]") is not None else ""
    accept = _find(page, words.ACCEPT)
    if accept is None:
        return ""
    with contextlib.suppress(_errors()):
        return str(accept.evaluate(_PLACE))
    return ""


def question_seen(page: Page) -> SeenQuestion | None:
    """Return what visitors see of the buttons that accept and refuse; None where the page does not show both
    at once, on one notice."""
    accept, refuse = (
        _first_visible(page, f"{_BANNER} [name=decision][value={_DECISIONS[state]}]")
        for state in (State.ACCEPTED, State.REFUSED)
    )
    if accept is None:
        accept = _find(page, words.ACCEPT)
        refuse = _find(page, words.REFUSE, accept) if accept is not None else None
    return looks_of(accept, refuse) if accept is not None and refuse is not None else None


def _by_our_hooks(page: Page, state: State, about_to: Callable[[], None]) -> Act | None:
    button = f"[name=decision][value={_DECISIONS[state]}]"
    on_banner = f"{_BANNER} {button}"
    if state is not State.WITHDRAWN and (found := _first_visible(page, on_banner)) is not None:
        return Act(state, 1, OURS) if _press(page, found, about_to) else None
    settings = _first_visible(page, _SETTINGS)
    if settings is None or not _press(page, settings):
        return None
    found = _first_visible(page, button)
    if found is not None:
        return Act(state, 2, OURS) if _press(page, found, about_to) else None
    # The link was one of the site's own, to something else.
    with contextlib.suppress(_errors()):
        page.go_back(timeout=_CLICK_TIMEOUT)
    return None


def _by_autoconsent(page: Page, state: State, about_to: Callable[[], None]) -> Act | None:
    about_to()
    answered = autoconsent.answer(page, "optIn" if state is State.ACCEPTED else "optOut")
    if answered is None:
        return None
    return Act(state, max(answered.clicks, 1), f"autoconsent's rule {answered.rule}")


def _by_words(page: Page, state: State, about_to: Callable[[], None]) -> Act | None:
    accept = _find(page, words.ACCEPT)
    # Elsewhere than on a banner, words like these may do anything.
    if accept is None:
        return None
    for clicks in range(1, _MOST_LAYERS + 2):
        button = accept if state is State.ACCEPTED else _find(page, words.REFUSE, accept)
        if button is not None:
            return Act(state, clicks, BY_WORDS) if _press(page, button, about_to) else None
        more = _find(page, words.MORE, accept)
        if more is None or not _press(page, more):
            return None
    return None


def _by_withdrawing(page: Page, state: State, about_to: Callable[[], None]) -> Act | None:
    button = _find(page, words.WITHDRAW)
    if button is not None:
        return Act(state, 1, BY_WORDS) if _press(page, button, about_to) else None
    settings = _find(page, words.SETTINGS)
    if settings is None or not _press(page, settings):
        return None
    button = _find(page, words.WITHDRAW) or _find(page, words.REFUSE)
    if button is not None:
        return Act(state, 2, BY_WORDS) if _press(page, button, about_to) else None
    answered = _by_autoconsent(page, state, about_to)
    return Act(state, 1 + (answered.clicks or 0), answered.by) if answered is not None else None


def _first_visible(page: Page, selector: str) -> ElementHandle | None:
    """Find what can be seen, in the page or a frame in it, shadow roots included."""
    for frame in page.frames:
        with contextlib.suppress(_errors()):
            for element in frame.query_selector_all(f"css={selector}"):
                if element.is_visible():
                    return element
    return None


def _find(page: Page, pattern: str, near: ElementHandle | None = None) -> ElementHandle | None:
    """Find a button by its words, in the frame of the element `near` first."""
    first = near.owner_frame() if near is not None else None
    for frame in sorted(page.frames, key=lambda frame: frame is not first):
        with contextlib.suppress(_errors()):
            beside = near if frame is first else None
            element = frame.evaluate_handle(words.FIND, [pattern, beside]).as_element()
            if element is not None:
                return element
    return None


def _press(page: Page, element: ElementHandle, about_to: Callable[[], None] = lambda: None) -> bool:
    """Press it as a person does, and wait for what comes of it. Say whether it could be pressed."""
    try:
        element.scroll_into_view_if_needed(timeout=_CLICK_TIMEOUT)
        about_to()
        element.click(timeout=_CLICK_TIMEOUT)
    except _errors():
        return False
    page.wait_for_timeout(_SLOW)
    with contextlib.suppress(_errors()):
        page.wait_for_load_state("load", timeout=_CLICK_TIMEOUT)
    return True


def _errors() -> type[Exception]:
    from playwright.sync_api import Error

    return Error
