"""The application's headers on their way out: each name is looked up, judged, and goes on or not."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from consentgate.consent import Judge
from consentgate.gate.cookies.filter import CookieFilter
from consentgate.gate.message import Header, Request, header_values
from consentgate.gate.response.variants import is_shared, private, vary
from consentgate.policy import Claim
from consentgate.web.client_hints import tells_of_the_device
from consentgate.web.url import Url

from .permissions import Allowed
from .rules import rule_for

if TYPE_CHECKING:
    from consentgate.gate.gate import Gate

# What a browser sends of what it keeps: the counterparts of headers that `header_rules` knows.
_KEPT_FROM_APPLICATION = frozenset(("available-dictionary", "dictionary-id", "sec-browsing-topics"))


class HeaderFilter:
    """Filters the headers of a response to a request for the page `base`, as `judge` decides and with
    `cookies` as their filter."""

    def __init__(self, gate: Gate, judge: Judge, base: Url, cookies: CookieFilter) -> None:
        self._gate = gate
        self._judge = judge
        self._base = base
        self._cookies = cookies

    def kept_from_application(self, request: Request) -> list[str]:
        """The names of a request's headers with what the browser keeps or tells because a response once said
        so."""
        names = [name for name in request.headers if _is_kept_back(name)]
        return [] if names and self._judge.consent.covers_undeclared else names

    def response(self, given: list[Header]) -> list[Header]:
        """A response's headers. Where they are not the same for every visitor, caches are told so."""
        if not [name for name, _ in given if _is_judged(name)]:
            return given
        sent, kept, dropped = self.set_cookies(given)
        sent, differ = self._by_rules(sent)
        # A page whose only obstacle to being stored was a cookie must not become everybody's.
        unsaid = dropped and not is_shared(given)
        if kept or dropped or differ:
            sent = vary(sent)
        return private(sent) if kept or unsaid or (differ and self._judge.consent.is_open) else sent

    def trailers(self, given: list[Header]) -> list[Header]:
        """The fields after a body, which may say what the headers may."""
        sent, _, _ = self.set_cookies(given)
        return self._by_rules(sent)[0]

    def hints(self, given: list[Header]) -> list[Header]:
        """Headers that go ahead of a response, or along with a request that the server makes up. They are the
        same for everyone: who replays them does not know the visitor."""
        sent, _ = _ruled(given, self._allowed(given, self._everyone))
        return [(name, value) for name, value in sent if name.lower() != "set-cookie"]

    def may_be_pushed(self, url: str) -> bool:
        """True when a server may send what is at `url` to anyone who did not ask for it."""
        return self._allowed((), self._everyone).url(url)

    def set_cookies(self, headers: list[Header]) -> tuple[list[Header], bool, bool]:
        """The headers with the cookies that may be set, and whether there were any such, and any others."""
        sent: list[Header] = []
        kept = dropped = False
        for name, value in headers:
            if name.lower() == "set-cookie":
                line = self._cookies.outgoing(value)
                kept, dropped = kept or line is not None, dropped or line is None
                if line is None:
                    continue
                value = line
            sent.append((name, value))
        return sent, kept, dropped

    def leads_astray(
        self, status: int, headers: list[Header], *, everyone: bool = False
    ) -> list[tuple[str, Claim]]:
        """The URLs that a redirect would lead to although the visitor may not be led there, each with the
        claim on it. With `everyone` the visitor is one who has consented to nothing."""
        found: list[tuple[str, Claim]] = []
        if 300 <= status < 400:
            allowed = Allowed(
                self._everyone if everyone else self._judge,
                self._everyone,
                self._base,
                on_blocked=lambda claim, url: found.append((url, claim)),
            )
            allowed.urls(header_values(headers, "location"))
        return found

    def is_blocked_worker(self, request: Request) -> bool:
        """True for a request for a service worker whose script belongs to a service that is not allowed: it
        would go on when the page has gone."""
        if "script" not in request.values("service-worker"):
            return False
        return not self._allowed((), self._judge).this_script()

    def _by_rules(self, headers: list[Header]) -> tuple[list[Header], bool]:
        if not any(rule_for(name.lower()) for name, _ in headers):
            return headers, False
        return _ruled(headers, self._allowed(headers, self._judge))

    def _allowed(self, headers: Iterable[Header], judge: Judge) -> Allowed:
        return Allowed(
            judge,
            self._everyone,
            self._base,
            headers,
            on_blocked=self._notice,
            on_header=self._gate.notices.header,
            on_odd=lambda name: self._gate.notices.odd_header(name, self._base.path),
        )

    @property
    def _everyone(self) -> Judge:
        """The judge for visitors who have consented to nothing."""
        judge = self._judge
        if not judge.consent.is_open:
            return judge
        return Judge(self._gate.undecided, self._base.host, self._base.path)

    def _notice(self, claim: Claim, url: str) -> None:
        self._gate.notices.url(url, self._base, claim)


@lru_cache(maxsize=256)
def _is_kept_back(name: str) -> bool:
    """True for a request's header of which the application must not know, by its name in small letters."""
    return name in _KEPT_FROM_APPLICATION or tells_of_the_device(name)


@lru_cache(maxsize=256)
def _is_judged(name: str) -> bool:
    """True for a response's header, by its name in any case, of which the value matters."""
    return name.lower() == "set-cookie" or rule_for(name.lower()) is not None


def _ruled(headers: list[Header], allowed: Allowed) -> tuple[list[Header], bool]:
    """The headers as they are `allowed`, and whether that depends on what the visitor consented to."""
    sent: list[Header] = []
    differ = False
    for name, value in headers:
        rule = rule_for(name.lower())
        if rule is not None:
            judged = rule.read(value, allowed, name.lower())
            closed = judged if rule.for_everyone else rule.read(value, allowed.to_everyone(), name.lower())
            differ = differ or (closed != value and not rule.for_everyone)
            if judged is None:
                continue
            value = judged
        sent.append((name, value))
    return sent, differ
