"""Which cookies pass, in which direction, for one visitor on one page: the rules. How cookies are written is
the matter of `cookies`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from consentgate.consent import Choice, Judge
from consentgate.consent.choice import takes_back
from consentgate.consent.coverage import digests
from consentgate.policy import NECESSARY, Claim, Unit

from .cookies import SentCookies, SetCookie

if TYPE_CHECKING:
    from .gate import Gate


class CookieFilter:
    """Decides by `judge` about the cookies that a browser `sent` and those that the application sets."""

    def __init__(self, gate: Gate, judge: Judge, sent: SentCookies) -> None:
        self._gate = gate
        self._judge = judge
        self._sent = sent
        self._kept_back = self._arrived(judge)

    def incoming(self) -> tuple[str, ...]:
        """The request's cookies that the application may see, in one header or none."""
        for name in self._sent.names if self._kept_back else ():
            if name in self._kept_back:
                self._gate.notices.arrived(name, self._kept_back[name])
        return self._sent.but_for(self._kept_back)

    def outgoing(self, line: str) -> str | None:
        """The value of a Set-Cookie header of the application's as it may leave, None where it may not."""
        cookie = SetCookie.parse(line, time.time())
        if cookie.is_sent_as(self._gate.cookie.name.lower()):
            self._gate.notices.gates_own_cookie(self._gate.cookie.name)
            return None
        if cookie.deletes:
            return line
        claim = self._judge.cookie(cookie.name)
        if claim is not None:
            self._gate.notices.cookie(cookie.name, claim)
            return None
        claims = self._gate.policy.claims
        if any(claim.category == NECESSARY for claim in claims.by_cookie(cookie.name)):
            return cookie.clamped(claims.cookie_lifetime(cookie.name))
        return line

    def refused(self) -> list[str]:
        """The cookies that came along although the visitor said no to them: everything that is not exempt
        after a refusal or withdrawal, and what was left out of a grant. Before a decision there are none."""
        choice = self._judge.consent.choice
        if choice is None:
            return []
        if not choice.is_grant:
            return [*self._kept_back]
        units = digests(self._gate.policy)
        return [name for name in self._kept_back if self._is_left_out(name, choice, units)]

    def withdrawn_by(self, choice: Choice, judge: Judge) -> tuple[list[str], list[str]]:
        """The cookies to delete with a decision, as the `judge` finds who knows of it: those that came along
        and are not covered, and, where it takes back a consent, those that the policy declares."""
        arrived = [*self._arrived(judge)]
        if not takes_back(self._judge.consent.choice, choice):
            return arrived, []
        declared = self._gate.policy.claims.exact_cookie_names()
        return arrived, [name for name in declared if name not in arrived and judge.cookie(name) is not None]

    def _arrived(self, judge: Judge) -> dict[str, Claim]:
        """The cookies that came along and are not covered, each with the claim on it."""
        own = self._gate.cookie.name
        names = self._sent.names
        return {name: claim for name in names if name != own and (claim := judge.cookie(name)) is not None}

    def _is_left_out(self, name: str, choice: Choice, units: Mapping[Unit, bytes]) -> bool:
        claims = self._gate.policy.claims.by_cookie(name)
        return any(claim.unit is not None and units.get(claim.unit) in choice.refused for claim in claims)
