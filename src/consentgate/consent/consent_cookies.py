"""Reads and writes a visitor's choice in the cookie of the host, or in one for all hosts of a domain."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

from consentgate.policy import Site

from .choice import Choice, granted_by_both
from .choice_validity import Validity
from .cookie import ConsentCookie
from .signed_ids import SignedIds


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
        self.record_ids = SignedIds(secret_keys)

    def at(self, host: str) -> ConsentCookie:
        """Return the cookie that keeps what is decided on `host`."""
        return self._of_domain if self._of_domain is not None and self.is_for_domain(host) else self._of_host

    def is_for_domain(self, host: str) -> bool:
        """Say whether what is decided on `host` counts for all hosts of the domain."""
        return bool(self._domain) and (host == self._domain or host.endswith(f".{self._domain}"))

    def read(self, sent: Callable[[str], Iterable[str]], host: str) -> Choice | None:
        """Return the choice that is valid on `host`, None where there is none. `sent` returns the values
        that the browser sent under a cookie's name."""
        choices = self.choices(sent, host)
        return granted_by_both(*choices) if len(choices) == 2 else next(iter(choices), None)

    def choices(self, sent: Callable[[str], Iterable[str]], host: str) -> list[Choice]:
        """List the choices that are valid on `host`: its own, and that of the domain. `sent` is as for
        `read`."""
        own, kept_in = self._of_host, self.at(host)
        cookies = (own,) if kept_in is own else (own, kept_in)
        found = [cookie.read(sent(cookie.name), host) for cookie in cookies]
        return [choice for choice in found if choice is not None]

    def set_cookies(self, choice: Choice, host: str, sent: Container[str]) -> list[str]:
        """Return the values of the Set-Cookie headers that store `choice`, made just now on `host`. It
        replaces the choice in the cookies whose names were `sent`."""
        kept_in = self.at(host)
        lines = [kept_in.set_cookie(choice, host)]
        if kept_in is not self._of_host and self._of_host.name in sent:
            lines.append(self._of_host.deletion)
        return lines
