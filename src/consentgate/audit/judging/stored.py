"""Judges what the browser keeps: cookies, and all other storage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consentgate.audit.absolute_urls import host_of, resolved
from consentgate.audit.observations import SeenCookie, SeenItem, State
from consentgate.audit.tour import Stage, Tour
from consentgate.policy import Claim
from consentgate.policy.model import CONSENT_COOKIES

from .exemptions import level_of_host, level_of_name
from .findings import Finding, Level, some
from .rules import IN_WORDS, WHEN
from .verdicts import Verdicts, named, shown

_OF_APPLICATIONS = frozenset(("service worker", "cache storage", "IndexedDB"))
"""Kinds of storage that policies have no table for. Applications that work offline need them."""


@dataclass(frozen=True, slots=True)
class StorageRules:
    """Finds what is stored without consent, or still there after it has ended.

    `answers` are the names of cookies that a refusal itself set: one of them keeps it.
    """

    verdicts: Verdicts
    answers: frozenset[str] = frozenset()

    def broken_in(self, stage: Stage) -> Iterator[Finding]:
        """Yield what the cookies and the storage of a stage break."""
        owners = self.verdicts.owners
        for visit in stage.visits:
            for request in visit.requests:
                owners.of_url(resolved(request.url))
            for cookie in visit.cookies:
                yield from self._by_cookie(cookie, stage.state, "is set")
            for item in visit.items:
                yield from self._by_item(item, stage.state, "stores")
        if stage.state not in (State.REFUSED, State.WITHDRAWN) or not stage.was_reached:
            return
        # A browser deletes what another domain stored at no site's request.
        for cookie in stage.kept_cookies:
            if owners.is_own(_domain(cookie)):
                yield from self._by_cookie(cookie, stage.state, "is still there")
        for item in stage.kept_items:
            if owners.is_own(host_of(item.origin)):
                yield from self._by_item(item, stage.state, "still has")

    def _by_cookie(self, cookie: SeenCookie, state: State, does: str) -> Iterator[Finding]:
        if cookie.name in CONSENT_COOKIES:
            return
        if not self.verdicts.owners.is_own(_domain(cookie)):
            yield from self._by_foreign_cookie(cookie, state)
            return
        claim = self.verdicts.judge(cookie.page, state).cookie(cookie.name)
        level = self._level(cookie.name, state)
        if claim is None or level is None:
            return
        rule = f"cookie-{WHEN[state]}" if state in WHEN else "undeclared-cookie"
        whose = self._whose(claim, cookie.name, cookie.by, _domain(cookie))
        facts = ", ".join((_life(cookie), *(["HttpOnly"] if cookie.http_only else [])))
        yield Finding(
            rule,
            level,
            state,
            cookie.name,
            f"{IN_WORDS[state]}, the cookie {cookie.name} {does} ({facts})",
            self._to_do(rule, claim, whose),
            some(cookie.page),
            whose.name if whose.service else "",
            some(cookie.by),
            declare=self._lines(cookie.name, claim, whose),
            service_id="" if whose.declared else whose.service or "",
        )

    def _by_foreign_cookie(self, cookie: SeenCookie, state: State) -> Iterator[Finding]:
        host = _domain(cookie)
        claim = self._blocked_owner(cookie.name, cookie.by, host, cookie.page, state)
        if claim is None or state not in WHEN:
            return  # after consent the host itself is the finding
        rule = f"cookie-{WHEN[state]}"
        yield Finding(
            rule,
            self._level_of_host(host),
            state,
            f"{cookie.name} on {host}",
            f"{IN_WORDS[state]}, {shown(host, claim)} sets the cookie {cookie.name} ({_life(cookie)})",
            self.verdicts.to_do(rule, claim),
            some(cookie.page),
            named(claim, host),
            some(cookie.by),
        )

    def _by_item(self, item: SeenItem, state: State, does: str) -> Iterator[Finding]:
        if state not in WHEN:
            return
        host = host_of(item.origin)
        is_own = self.verdicts.owners.is_own(host)
        if is_own:
            claim = self.verdicts.judge(item.page, state).cookie(item.key)
        else:
            claim = self._blocked_owner(item.key, item.by, host, item.page, state)
        level = self._level_of_item(item, state, claim) if is_own else self._level_of_host(host)
        if claim is None or level is None:
            return
        rule = f"storage-{WHEN[state]}"
        whose = self._whose(claim, item.key, item.by, host)
        has_table = is_own and item.kind not in _OF_APPLICATIONS
        who = "the site" if is_own else shown(host, claim)
        yield Finding(
            rule,
            level,
            state,
            f"{item.kind}: {item.key}",
            f"{IN_WORDS[state]}, {who} {does} {item.key!a} in the browser ({item.kind})",
            self._to_do(rule, claim, whose),
            some(item.page),
            whose.name if whose.service else "",
            some(item.by),
            declare=self._lines(item.key, claim, whose) if has_table else "",
        )

    def _whose(self, claim: Claim, name: str, by: str, host: str) -> Claim:
        """Return the claim of whoever stored something called `name`, of which the policy makes this
        `claim`."""
        owner = None if claim.declared else self.verdicts.owners.of_stored(name, by, host)
        return claim if owner is None else owner.claim

    def _blocked_owner(self, name: str, by: str, host: str, page: str, state: State) -> Claim | None:
        """Return the claim on what another `host` keeps, None where it may pass."""
        owner = self.verdicts.owners.of_stored(name, by, host)
        return self.verdicts.judge(page, state).first_blocked(((owner.claim,),)) if owner else None

    def _to_do(self, rule: str, claim: Claim, whose: Claim) -> str:
        if whose.declared and whose is not claim and whose.service:
            return f'Add it to the cookies of the service "{whose.service}" in the policy, or take it out'
        return self.verdicts.to_do(rule, claim)

    def _lines(self, name: str, claim: Claim, whose: Claim) -> str:
        """Return the lines that declare something by its `name`: in a table of its own, where the service
        that stored it has one already."""
        return self.verdicts.cookie_lines(name, claim if whose.declared else whose)

    def _level_of_item(self, item: SeenItem, state: State, claim: Claim | None) -> Level | None:
        if item.kind in _OF_APPLICATIONS and (claim is None or not claim.service):
            return "warning"
        return self._level(item.key, state)

    def _level(self, name: str, state: State) -> Level | None:
        """Return how bad it is that something called `name` is stored; None where nothing says that it is."""
        if self.verdicts.declared is not None:
            return "error"
        level = level_of_name(name, state) if state in WHEN else None
        return "note" if level == "warning" and name in self.answers else level

    def _level_of_host(self, host: str) -> Level:
        return "error" if self.verdicts.declared is not None else level_of_host(host, "/")


def _domain(cookie: SeenCookie) -> str:
    return cookie.domain.removeprefix(".")


def _life(cookie: SeenCookie) -> str:
    if cookie.lifetime is None:
        return "until the browser closes"
    days = round(cookie.lifetime / 86_400)
    return f"for {days} days" if days > 1 else f"for {max(1, round(cookie.lifetime / 3600))} hours"


def set_by_refusing(tour: Tour) -> frozenset[str]:
    """Return the names of the cookies that were set where the visitor refused."""
    stage = tour.stage(State.REFUSED)
    return frozenset(cookie.name for visit in (stage.visits[:1] if stage else ()) for cookie in visit.cookies)
