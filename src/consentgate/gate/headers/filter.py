"""Filters the application's headers on their way out: each is judged by its rule."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from consentgate.consent import Judge
from consentgate.gate.cookies.filter import CookieFilter
from consentgate.gate.log.advice import Advice
from consentgate.gate.message import Header
from consentgate.gate.request.visit import Visit
from consentgate.web.client_hints import tells_of_the_device
from consentgate.web.url import resolve

from .caching import is_shared, private, vary
from .permissions import Allowed
from .rules import rule_for

# Request headers that send back what a header in `rules` made the browser keep.
_KEPT_FROM_APPLICATION = frozenset(("available-dictionary", "dictionary-id", "sec-browsing-topics"))


class JudgedHeader(NamedTuple):
    """A header with the value that is `sent`, None where the header is dropped.

    `differs` says that visitors who have consented to nothing get another value than the application's.
    """

    name: str
    sent: str | None
    is_cookie: bool = False
    differs: bool = False


class HeaderFilter:
    """Filters the headers of a response on a `visit`. `cookies` is the filter for Set-Cookie, and what was
    blocked is logged in `log`."""

    def __init__(self, visit: Visit, cookies: CookieFilter, log: Advice) -> None:
        self._visit = visit
        self._cookies = cookies
        self._log = log

    def kept_from_application(self) -> list[str]:
        """Return the names of the request's headers that the application may not see: those in which the
        browser sends what an earlier response made it keep, or asked it to tell."""
        names = [*filter(_is_kept_back, self._visit.request.headers)]
        return [] if names and self._visit.consent.covers_undeclared else names

    def response(self, given: list[Header]) -> list[Header]:
        """Return a response's headers without what is not allowed. Where visitors get different ones, Vary
        and Cache-Control say so."""
        if not any(_is_judged(name) for name, _ in given):
            return given
        judged = self._all_judged(given, self._visit.judge)
        sent = _sent(judged)
        cookies = [header.sent for header in judged if header.is_cookie]
        differ = True in [header.differs for header in judged]
        if cookies or differ:
            sent = vary(sent)
        is_personal = (
            any(cookies)
            # Caches may have left the page alone because of its cookie. Without it they must not store it.
            or (cookies and not is_shared(given))
            or (differ and self._visit.consent.is_open)
        )
        return private(sent) if is_personal else sent

    def trailers(self, given: list[Header]) -> list[Header]:
        """Return the trailer fields without what is not allowed."""
        return _sent(self._all_judged(given, self._visit.judge))

    def hints(self, given: list[Header]) -> list[Header]:
        """Return the headers of an early hint, or of a request that a server push makes up, without what is
        not allowed for everyone: caches and networks replay them to other visitors."""
        without_cookies = [header for header in given if not _is_cookie(header)]
        return _sent(self._all_judged(without_cookies, self._visit.everyone))

    def handshake(self, given: list[Header]) -> list[Header]:
        """Return the headers of a WebSocket's handshake, which browsers read for cookies and nothing else."""
        return _sent(
            [self._cookie(*header) if _is_cookie(header) else JudgedHeader(*header) for header in given]
        )

    def may_be_pushed(self, url: str) -> bool:
        """Say whether a server may push what is at `url` to every visitor."""
        everyone = self._visit.everyone
        allowed = Allowed(everyone, everyone, self._visit.page)
        passes = allowed.url(url)
        self._tell(allowed)
        return passes

    def _all_judged(self, given: list[Header], judge: Judge) -> list[JudgedHeader]:
        allowed = Allowed(judge, self._visit.everyone, self._visit.page, given)
        judged = [
            self._judged(name, value, allowed) if _is_judged(name) else JudgedHeader(name, value)
            for name, value in given
        ]
        self._tell(allowed)
        return judged

    def _judged(self, name: str, value: str, allowed: Allowed) -> JudgedHeader:
        key = name.lower()
        rule = rule_for(key)
        if rule is None:
            # Set-Cookie has a filter of its own.
            return self._cookie(name, value)
        sent = rule.read(value, allowed, key)
        differs = not rule.for_everyone and rule.read(value, allowed.to_everyone, key) != value
        return JudgedHeader(name, sent, differs=differs)

    def _cookie(self, name: str, line: str) -> JudgedHeader:
        return JudgedHeader(name, self._cookies.outgoing(line), is_cookie=True)

    def _tell(self, allowed: Allowed) -> None:
        """Log what was not allowed."""
        page = self._visit.page
        for url, claim in allowed.blocked:
            self._log.declarations.url_blocked(url, page, claim, "header")
        for url in allowed.to_others:
            self._log.headers.link_goes_to_others(resolve(url, page).host)
        for name in allowed.undeclarable:
            self._log.headers.undeclarable(name)
        for name in allowed.ambiguous:
            self._log.headers.not_plain(name, page.path)


def _sent(judged: Iterable[JudgedHeader]) -> list[Header]:
    return [(header.name, header.sent) for header in judged if header.sent is not None]


def _is_cookie(header: Header) -> bool:
    return header[0].lower() == "set-cookie"


# The same names come with every message. The two caches spare 0.3 microseconds for each header, of about 20
# for a whole JSON answer.
@lru_cache(maxsize=256)
def _is_kept_back(name: str) -> bool:
    """Say whether the application may not see a request's header, by its lowercase name."""
    return name in _KEPT_FROM_APPLICATION or tells_of_the_device(name)


@lru_cache(maxsize=256)
def _is_judged(name: str) -> bool:
    """Say whether a response's header has a rule, by its name in any case."""
    return name.lower() == "set-cookie" or rule_for(name.lower()) is not None
