"""DuckDuckGo's autoconsent: a script and a thousand rules that know how banners of other makers are answered.

The package `duckduckgo-autoconsent-py` has them (MPL 2.0). They are read while an audit runs.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from consentgate.policy.messages import missing_extra

from .errors import CannotLook
from .readable import readable

if TYPE_CHECKING:
    from playwright.sync_api import Page

_LISTEN = "name => { window.autoconsentSendMessage = async message => { await window[name](message) } }"
# A megabyte of rules travels faster as one string.
_START = """([rules, config]) => window.autoconsentReceiveMessage({
    type: "initResp", rules: { autoconsent: JSON.parse(rules) }, config,
})"""
_NAMES = (f"consentgateHears{number}" for number in itertools.count())
_RETRIES = 4
"""How often it looks for a banner, every half second."""
_LONGEST = 12
"""Seconds for all the steps of a rule. The slowest ones wait for a second layer."""


class Answered(NamedTuple):
    """The rule of autoconsent that answered, and its clicks."""

    rule: str
    clicks: int


def answer(page: Page, action: Literal["optOut", "optIn"]) -> Answered | None:
    """Answer the banner on a page; None where no rule knows it, or the one that does fails.

    Raises CannotLook where the package is missing.
    """
    try:
        from duckduckgo_autoconsent import bundle, rules_json
    except ImportError:
        raise CannotLook(missing_extra("scan", "duckduckgo-autoconsent-py")) from None
    hearing = _Hearing(action)
    name = next(_NAMES)
    # Messages are heard outside of the page, which may be loaded anew as soon as it is answered.
    page.expose_binding(name, lambda _source, message: hearing.hears(message))
    page.on("framenavigated", lambda frame: hearing.loses_page() if frame is page.main_frame else None)
    config = {"isMainWorld": True, "autoAction": action, "detectRetries": _RETRIES, "enablePrehide": False}
    for frame in page.frames:
        with contextlib.suppress(_errors()):  # a frame that is going away
            frame.evaluate(_LISTEN, name)
            frame.evaluate(bundle())
            frame.evaluate(_START, [rules_json(), config])
    began = time.monotonic()
    while not hearing.is_over and (passed := time.monotonic() - began) < _LONGEST:
        if not hearing.rule and passed > _RETRIES * 0.5 + 2:
            return None
        page.wait_for_timeout(100)
    return Answered(hearing.rule, hearing.clicks) if hearing.has_answered else None


@dataclass(slots=True)
class _Hearing:
    """The messages of autoconsent about one `action`. A page can forge them: nothing else
    depends on them."""

    action: str
    rule: str = ""
    clicks: int = 0
    is_over: bool = False
    has_answered: bool = False

    def hears(self, message: Any) -> None:
        """Take in a message of autoconsent's."""
        if not isinstance(message, dict):
            return
        kind, state = message.get("type"), message.get("state")
        if kind == "popupFound":
            self.rule = str(readable(message.get("cmp")))
        elif kind == "report" and isinstance(state, dict) and isinstance(state.get("clicks"), int):
            self.clicks = max(self.clicks, state["clicks"])
        elif kind == f"{self.action}Result" and not message.get("result"):
            self.is_over = True
        elif kind == "autoconsentDone":
            # What only hides the banner answers nothing.
            self._ends(answered=not message.get("isCosmetic"))

    def loses_page(self) -> None:
        """Take in that another page came: many sites load theirs anew once they have an answer."""
        if self.rule and self.clicks:
            self._ends(answered=True)

    def _ends(self, *, answered: bool) -> None:
        if not self.is_over:
            self.is_over, self.has_answered = True, answered


def _errors() -> type[Exception]:
    from playwright.sync_api import Error

    return Error
