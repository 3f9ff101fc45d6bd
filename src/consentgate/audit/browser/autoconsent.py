"""DuckDuckGo's autoconsent: a script and a thousand rules that know how banners of other makers are answered.

The package `duckduckgo-autoconsent-py` has them (MPL 2.0). They are read while an audit runs.
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .errors import CannotLook

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

_LISTEN = """() => {
    window.consentgateHeard = [];
    window.autoconsentSendMessage = async message => { consentgateHeard.push(message) };
}"""
# A megabyte of rules travels faster as one string.
_START = """([rules, config]) => window.autoconsentReceiveMessage({
    type: "initResp", rules: { autoconsent: JSON.parse(rules) }, config,
})"""
_HEARD = "() => window.consentgateHeard ?? []"
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
        raise CannotLook("pip install 'consentgate[scan]': duckduckgo-autoconsent-py is missing") from None
    config = {"isMainWorld": True, "autoAction": action, "detectRetries": _RETRIES, "enablePrehide": False}
    frames = page.frames
    for frame in frames:
        with contextlib.suppress(_errors()):  # a frame that is going away
            frame.evaluate(_LISTEN)
            frame.evaluate(bundle())
            frame.evaluate(_START, [rules_json(), config])
    began = time.monotonic()
    while (passed := time.monotonic() - began) < _LONGEST:
        page.wait_for_timeout(200)
        heard = [message for frame in frames for message in _heard(frame)]
        done = [message for message in heard if message.get("type") == "autoconsentDone"]
        if done:
            is_real = not done[0].get("isCosmetic")  # what only hides the banner answers nothing
            return (
                Answered(str(done[0].get("cmp")), int(done[0].get("totalClicks") or 0)) if is_real else None
            )
        kinds = {message.get("type") for message in heard}
        failed = any(m.get("type") == f"{action}Result" and not m.get("result") for m in heard)
        if failed or ("popupFound" not in kinds and passed > _RETRIES * 0.5 + 2):
            return None
    return None


def _heard(frame: Frame) -> list[dict[str, Any]]:
    with contextlib.suppress(_errors()):
        heard = json.loads(json.dumps(frame.evaluate(_HEARD)))
        return [message for message in heard if isinstance(message, dict)]
    return []


def _errors() -> type[Exception]:
    from playwright.sync_api import Error

    return Error
