"""What is logged of things that nobody declared: each once, with the lines that would declare it."""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter

from consentgate.catalogue import catalogue
from consentgate.html import Cut
from consentgate.policy import NECESSARY, NEVER, Claim, Cookie, Policy, PolicyError, Service
from consentgate.policy.loading import category_for

_log = logging.getLogger("consentgate")

MOST = 500
"""So many names of a kind are logged by a process: they come from pages and browsers, which can make up any
number. What browsers send has its own count, so that it cannot crowd out what the site does."""

_LONGEST = 200
_UNFIT = "no policy can: it is not a name that one could write"


class Notices:
    """Logs each undeclared host and cookie that was blocked once per process. Safe to share by threads.

    The lines that it proposes fit into `policy` as they are.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._ids = {service.id for service in policy.services} | {c.id for c in policy.categories}
        self._proposed: set[str] = set()
        self._category = _likely_category(policy)
        self._seen: set[tuple[str, str]] = set()
        self._count: Counter[str] = Counter()
        self._lock = threading.Lock()

    def cookie(self, name: str, claim: Claim) -> None:
        """The application's cookie `name` was kept back."""
        self._cookie(name, claim, source="site")

    def arrived(self, name: str, claim: Claim) -> None:
        """The cookie `name` came along with a request and was kept from the application."""
        self._cookie(name, claim, source="browsers")

    def host(self, host: str, claim: Claim) -> None:
        """Something that would contact `host` was kept back."""
        if not claim.declared and self._is_new("host", host):
            self._warn(f"the host {_toml(host)}", self._use(claim) or self._service(host))

    def service(self, claim: Claim) -> None:
        """A script or widget that the catalogue recognised was kept back."""
        if not claim.declared and claim.service and self._is_new("name", claim.service):
            self._warn(_toml(claim.name), self._use(claim))

    def cut(self, cut: Cut, page: str, offset: int) -> None:
        """A page (its path) was cut at a byte of it, since it could not be read in full. Each page is
        logged once with each kind of cut, and with the first place."""
        if self._is_new("cut", f"{cut.name} {page[:_LONGEST]}"):
            _log.warning(
                "%s: at byte %d of the page %s. To do: %s", cut.what, offset, _toml(page), cut.advice
            )

    def refused_decision(self, origin: str, authority: str) -> None:
        """A decision was refused because it did not come from a page of the host that it was sent to."""
        if self._is_new("origin", f"{origin} {authority}", source="browsers"):
            _log.warning(
                "refused a decision that came from %s to the host %s (403). If that is your own site behind "
                "a proxy, let the proxy pass the Host header on, or set trusted_proxies",
                _toml(origin or "nowhere"),
                _toml(authority),
            )

    def insecure_decision(self) -> None:
        """A decision came over plain HTTP to a gate whose cookie is for HTTPS."""
        if self._is_new("decision", "insecure"):
            _log.warning(
                "a decision came over plain http, and browsers drop the consent cookie there: while you "
                "develop, use Gate(..., insecure=True), CONSENTGATE_INSECURE or INSECURE; later, serve https"
            )

    def _cookie(self, name: str, claim: Claim, source: str) -> None:
        if not claim.declared and self._is_new("cookie", name, source):
            self._warn(f"the cookie {_toml(name)}", self._use(claim) or self._own_cookie(name))

    @staticmethod
    def _warn(what: str, lines: str) -> None:
        if lines.startswith("[["):
            _log.warning("blocked %s, which the policy does not declare. To declare it:\n%s", what, lines)
        else:
            _log.warning("blocked %s, which the policy does not declare; %s", what, lines)

    def _is_new(self, kind: str, name: str, source: str = "site") -> bool:
        key = (kind, name)
        if key in self._seen:
            return False
        with self._lock:
            if key in self._seen or self._count[f"{kind} {source}"] >= MOST:
                return False
            self._seen.add(key)
            self._count[f"{kind} {source}"] += 1
            return True

    def _use(self, claim: Claim) -> str:
        """The lines that declare a service of the catalogue, or a word that they have been logged."""
        known = catalogue().service(claim.service) if claim.service else None
        if known is None or known.id in self._ids:
            return ""
        if not self._is_new("service", known.id):
            return f"use = {_toml(known.id)} declares it too"
        lines = f"[[service]]\nuse = {_toml(known.id)}"
        if category_for(known.category, self._policy.categories) is None:
            lines += f"\ncategory = {_toml(self._category)}"
        return lines

    def _own_cookie(self, name: str) -> str:
        cookie = Cookie(name=name, category=self._category)
        if not self._fits(cookies=(cookie,)):
            return _UNFIT
        return f"[[cookie]]\nname = {_toml(name)}\ncategory = {_toml(self._category)}"

    def _service(self, host: str) -> str:
        id = self._free_id(host)
        service = Service(id=id, name=host, category=self._category, hosts=(host,))
        if not self._fits(services=(service,)):
            return _UNFIT
        self._proposed.add(id)
        return (
            f"[[service]]\nid = {_toml(id)}\nname = {_toml(host)}\n"
            f"category = {_toml(self._category)}\nhosts = [{_toml(host)}]"
        )

    def _free_id(self, host: str) -> str:
        stem = re.sub(r"[^a-z0-9_-]", "-", host.lower()).strip("-_")[:56] or "service"
        number = 1
        while (id := stem if number == 1 else f"{stem}-{number}") in (*self._ids, *self._proposed, NEVER):
            number += 1
        return id

    def _fits(self, **parts: tuple[Cookie, ...] | tuple[Service, ...]) -> bool:
        """True when a policy can hold these `parts`: names from outside may be anything."""
        if any(len(part.name) > _LONGEST for group in parts.values() for part in group):
            return False
        try:
            Policy(self._policy.site, self._policy.categories, **parts)  # type: ignore[arg-type]
        except PolicyError:
            return False
        return True


def _likely_category(policy: Policy) -> str:
    askable = [category.id for category in policy.categories if category.id != NECESSARY]
    if policy.site.undeclared != NEVER:
        return policy.site.undeclared
    return askable[-1] if askable else NEVER


def _toml(text: str) -> str:
    """`text` as a TOML string of printable ASCII: it comes from outside and goes into a log."""
    plain = (c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in text[:_LONGEST])
    return f'"{"".join(plain)}"'
