"""Reads and writes a visitor's choice in the cookie of the host, or in one for all hosts of a domain."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

from consentgate.policy import Site

from .choice import Choice, granted_by_both
from .choice_validity import Validity
from .cookie import ConsentCookie


class ConsentCookies:
    """The cookies in which choices under one policy travel.

    With `[site] consent_domain` one choice counts for all hosts of that domain and controller. A host may
    have an older choice of its own. Then only what both grant is granted, until the visitor decides anew.
    """

    def __init__(self, secret_keys: Sequence[str | bytes], site: Site, *, insecure: bool = False) -> None:
        validity, domain = Validity.of(site), site.consent_domain
        self._of_host = ConsentCookie(secret_keys, validity=validity, insecure=insecure)
        self._of_domain = (
            ConsentCookie(
                secret_keys, validity=validity, insecure=insecure, domain=domain, controller=site.controller
            )
            if domain
            else None
        )
        self.names = tuple(cookie.name for cookie in (self._of_host, self._of_domain) if cookie)
        self._domain = domain

    def at(self, host: str) -> ConsentCookie:
        """Return the cookie that keeps what is decided on `host`."""
        if self._of_domain is not None and (host == self._domain or host.endswith(f".{self._domain}")):
            return self._of_domain
        return self._of_host

    def read(self, sent: Callable[[str], Iterable[str]], host: str) -> Choice | None:
        """Return the choice that is valid on `host`; None where there is none. `sent` returns the values that
        the browser sent under a cookie's name."""
        own = self._of_host.read(sent(self._of_host.name), host)
        shared = self.at(host)
        if shared is self._of_host:
            return own
        choice = shared.read(sent(shared.name), host)
        return granted_by_both(own, choice) if own is not None and choice is not None else own or choice

    def set_cookies(self, choice: Choice, host: str, sent: Container[str]) -> list[str]:
        """Return the values of the Set-Cookie headers that store `choice`, made just now on `host`. It
        replaces the choice in the cookies whose names were `sent`."""
        kept_in = self.at(host)
        lines = [kept_in.set_cookie(choice, host)]
        if kept_in is not self._of_host and self._of_host.name in sent:
            lines.append(self._of_host.deletion)
        return lines
