"""Which cookies pass, in which direction, for one visitor on one page: the rules. How cookies are written is
the matter of `cookies`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from consentgate.catalogue import catalogue
from consentgate.consent import Choice, Judge
from consentgate.consent.choice import takes_back
from consentgate.consent.coverage import digests
from consentgate.policy import NECESSARY, Claim, Unit

from .parsing import SentCookies, SetCookie

if TYPE_CHECKING:
    from consentgate.gate.gate import Gate


_MOST_NAMES = 1000
_LONGEST_NAME = 256


class SetByApplication:
    """Remembers the names of cookies that need consent and that the application has set, few and short
    ones. Safe to share by threads."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """Remember one more."""
        if len(name) <= _LONGEST_NAME and len(self._names) < _MOST_NAMES:
            self._names.add(name)


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
        if not cookie.name:
            self._gate.notices.odd_cookie(line)
            return None
        if cookie.name.lower() == self._gate.cookie.name.lower():
            self._gate.notices.gates_own_cookie(self._gate.cookie.name)
            return None
        if cookie.deletes:
            return cookie.deletion
        claim = self._judge.cookie(cookie.name)
        if claim is not None:
            self._gate.set_by_application.add(cookie.name)
            self._gate.notices.cookie(cookie.name, claim)
            return None
        claims = self._gate.policy.claims
        if any(claim.category == NECESSARY for claim in claims.by_cookie(cookie.name)):
            return self._clamped(cookie)
        self._gate.set_by_application.add(cookie.name)
        return line

    def _clamped(self, cookie: SetCookie) -> str:
        """The line of an exempt cookie with a lifetime of at most what the policy allows."""
        policy, notices = self._gate.policy, self._gate.notices
        most = policy.claims.cookie_lifetime(cookie.name)
        line = cookie.clamped(most)
        of_framework = policy.framework_cookie(cookie.name)
        if cookie.age is not None and cookie.age > most:
            notices.clamped(cookie.name, cookie.age, most, of_framework)
        elif of_framework and cookie.age and cookie.age > policy.claims.stated_lifetime(cookie.name):
            notices.outlives(of_framework, cookie.age)
        return line

    def refused(self) -> list[str]:
        """The cookies that came along although the visitor said no to them: everything that is not exempt
        after a refusal or withdrawal, and what was left out of a grant. Before a decision there are none."""
        choice = self._judge.consent.choice
        if choice is None or not self._kept_back:
            return []
        if not choice.is_grant:
            return self._deletable(self._kept_back)
        units = digests(self._gate.policy)
        return self._deletable(
            {name: c for name, c in self._kept_back.items() if self._is_left_out(name, choice, units)}
        )

    def withdrawn_by(self, choice: Choice, judge: Judge) -> tuple[list[str], list[str]]:
        """The cookies to delete with a decision, as the `judge` finds who knows of it: those that came along
        and are not covered, and, where it takes back a consent, those that the policy declares."""
        arrived = self._deletable(self._arrived(judge))
        if not takes_back(self._judge.consent.choice, choice):
            return arrived, []
        declared = self._gate.policy.claims.exact_cookie_names()
        return arrived, [name for name in declared if name not in arrived and judge.cookie(name) is not None]

    def _deletable(self, arrived: Mapping[str, Claim]) -> list[str]:
        """List the cookies to delete, of those that `arrived`. A load balancer or a bot protection in front
        of the application may need the others."""
        names = [name for name, claim in arrived.items() if self._is_deletable(name, claim)]
        if len(names) < len(arrived):
            for name in arrived.keys() - names:
                self._gate.notices.not_deleted(name)
        return names

    def _is_deletable(self, name: str, claim: Claim) -> bool:
        """True for what the policy declares, what the application set, known trackers, and what has no name
        by which anyone could know it."""
        if claim.declared or not name or name in self._gate.set_by_application:
            return True
        known = catalogue().service(claim.service) if claim.service else None
        return known is not None and known.category != NECESSARY

    def _arrived(self, judge: Judge) -> dict[str, Claim]:
        """The cookies that came along and are not covered, each with the claim on it."""
        own = self._gate.cookie.name
        names = self._sent.names
        return {name: claim for name in names if name != own and (claim := judge.cookie(name)) is not None}

    def _is_left_out(self, name: str, choice: Choice, units: Mapping[Unit, bytes]) -> bool:
        claims = self._gate.policy.claims.by_cookie(name)
        return any(claim.unit is not None and units.get(claim.unit) in choice.refused for claim in claims)
