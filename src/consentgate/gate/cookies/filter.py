"""The rules for cookies: which of them pass, in both directions, for one visitor on one page. How cookies are
written is in `sent` and `set_cookie`."""

from __future__ import annotations

import time
from collections.abc import Mapping

from consentgate.catalogue import catalogue
from consentgate.consent import Choice, Consent, Judge
from consentgate.consent.choice import takes_back
from consentgate.consent.coverage import UNOBJECTED, digests
from consentgate.gate.log.advice import Advice
from consentgate.policy import NECESSARY, Claim

from .sent import SentCookies
from .set_cookie import SetCookie

_MOST_NAMES = 1000
"""The most cookies that are remembered."""
_LONGEST_NAME = 256
"""The longest name of a cookie that is remembered, in characters."""


class SetByApplication:
    """Remembers the names of cookies that need consent and that the application has set. Safe to share by
    threads."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """Remember `name`."""
        if len(name) <= _LONGEST_NAME and len(self._names) < _MOST_NAMES:
            self._names.add(name)


class CookieFilter:
    """Filters the cookies that a browser `sent` and those that the application sets, as `judge` decides.

    `consent_cookies` are the names of the gate's own cookies. `set_by_application` is shared by all requests.
    What was blocked is logged in `log`.
    """

    def __init__(
        self,
        judge: Judge,
        sent: SentCookies,
        consent_cookies: tuple[str, ...],
        set_by_application: SetByApplication,
        log: Advice,
    ) -> None:
        self._judge = judge
        self._sent = sent
        self._consent_cookies = consent_cookies
        self._set_by_application = set_by_application
        self._log = log
        self._kept_back = self._uncovered(judge)

    def incoming(self) -> tuple[str, ...]:
        """Return the request's cookies that the application may see, in one header or none."""
        for name in self._sent.names if self._kept_back else ():
            if name in self._kept_back:
                self._log.declarations.cookie_sent(name, self._kept_back[name])
        return self._sent.without(self._kept_back)

    def outgoing(self, line: str) -> str | None:
        """Return a Set-Cookie `line` of the application's as it may leave, None where it may not."""
        cookie = SetCookie.parse(line, time.time())
        if not cookie.name:
            self._log.cookies.nameless(line)
            return None
        if any(cookie.name.lower() == own.lower() for own in self._consent_cookies):
            self._log.cookies.reserved_name(cookie.name)
            return None
        if cookie.deletes:
            return cookie.deletion
        claim = self._judge.cookie(cookie.name)
        if claim is None and self._is_exempt(cookie.name):
            if self._judge.policy.claims.counts_audience(cookie.name) and not self._may_count(cookie):
                return None
            return self._clamped(cookie)
        # Remembered, since a cookie that needs consent and that the application has set is deleted after a
        # refusal.
        self._set_by_application.add(cookie.name)
        if claim is None:
            return line
        self._log.declarations.cookie_set(cookie.name, claim)
        return None

    def _is_exempt(self, name: str) -> bool:
        return any(claim.category == NECESSARY for claim in self._judge.policy.claims.by_cookie(name))

    def _may_count(self, cookie: SetCookie) -> bool:
        """Say whether a cookie that counts visits without consent may be set. Later visits must not extend it
        (CNIL 2020-091, section 5), and it must not reach other hosts than the site's own."""
        if cookie.name in self._sent.names:
            self._log.cookies.not_extended(cookie.name)
            return False
        wide = (domain for domain in cookie.domains if not f".{domain}".endswith(self._judge.own.endings))
        too_wide = next(wide, None)
        if too_wide is not None:
            self._log.cookies.too_wide(cookie.name, too_wide)
        return too_wide is None

    def _clamped(self, cookie: SetCookie) -> str:
        """Return the line of an exempt cookie with a lifetime of at most what the policy allows."""
        claims = self._judge.policy.claims
        longest = claims.cookie_lifetime(cookie.name)
        of_framework = self._judge.policy.framework_cookie(cookie.name)
        if cookie.age is not None and cookie.age > longest:
            self._log.cookies.clamped(cookie.name, cookie.age, longest, of_framework)
        elif of_framework and cookie.age and cookie.age > claims.stated_lifetime(cookie.name):
            self._log.cookies.outlives_setting(of_framework, cookie.age)
        return cookie.clamped(longest)

    def to_delete(self) -> list[str]:
        """List the cookies that the visitor refused and the browser still sends. After a refusal or
        withdrawal these are all that are not exempt, after a grant those of services that were not granted,
        after an objection those of services that it is about, and before a decision none."""
        consent = self._judge.consent
        if not self._kept_back or (consent.choice is None and not consent.objects):
            return []
        return self._deletable(self._refused(self._kept_back, consent))

    def to_delete_with(self, choice: Choice, judge: Judge) -> tuple[list[str], list[str]]:
        """List the cookies to delete with the decision `choice`, after which `judge` decides: those that the
        browser sent and that are not covered any more, and after a withdrawal or an objection also the
        declared cookies that the browser did not send."""
        uncovered = self._uncovered(judge)
        arrived = self._deletable(uncovered if choice.is_answer else self._refused(uncovered, judge.consent))
        before = self._judge.consent
        if not takes_back(before.choice, choice) and before.granted <= judge.consent.granted:
            return arrived, []
        claims = self._judge.policy.claims
        declared = {
            name: claim
            for name in claims.exact_cookie_names()
            if name not in arrived and (claim := judge.cookie(name)) is not None
        }
        return arrived, [*(declared if choice.is_answer else self._refused(declared, judge.consent))]

    def _refused(self, uncovered: Mapping[str, Claim], consent: Consent) -> Mapping[str, Claim]:
        """Return the ones among the `uncovered` cookies that the visitor refused or objected to, by the
        choice in `consent`."""
        choice, units, claims = consent.choice, digests(self._judge.policy), self._judge.policy.claims
        refuses_all = choice is not None and choice.is_answer and not choice.is_grant
        if refuses_all and (consent.objects or not claims.objectable):
            return uncovered
        refused = choice.refused if choice is not None else frozenset()
        if consent.objects:
            refused |= {UNOBJECTED}

        def is_refused(name: str) -> bool:
            asked = {units.get(one.unit) for one in claims.by_cookie(name) if one.unit is not None}
            # What passes unless visitors object was not refused: this page kept it back by itself.
            return not asked.isdisjoint(refused) or (refuses_all and UNOBJECTED not in asked)

        return {name: claim for name, claim in uncovered.items() if is_refused(name)}

    def _deletable(self, arrived: Mapping[str, Claim]) -> list[str]:
        """List the ones among the cookies that `arrived` which may be deleted. A load balancer or a bot
        protection in front of the application may need the others."""
        names = [name for name, claim in arrived.items() if self._is_deletable(name, claim)]
        if len(names) < len(arrived):
            for name in arrived.keys() - names:
                self._log.cookies.not_deleted(name)
        return names

    def _is_deletable(self, name: str, claim: Claim) -> bool:
        """Say whether the policy declares the cookie, the application set it, it is a known tracker's, or it
        has no name by which anyone could know it."""
        if claim.declared or not name or name in self._set_by_application:
            return True
        known = catalogue().service(claim.service) if claim.service else None
        return known is not None and known.category != NECESSARY

    def _uncovered(self, judge: Judge) -> dict[str, Claim]:
        """Return the cookies that the browser sent and that are not covered, each with the claim on it."""
        own = self._consent_cookies
        names = self._sent.names
        return {
            name: claim for name in names if name not in own and (claim := judge.cookie(name)) is not None
        }
