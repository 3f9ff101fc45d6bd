"""The lines of a policy that would declare what nobody declared, for logs, commands and drafts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consentgate.catalogue import KnownService, UrlPattern, catalogue
from consentgate.catalogue.hosting import is_rented
from consentgate.policy.categories import category_for, default_category
from consentgate.policy.claims.claim import Claim
from consentgate.policy.claims.first_party import registrable_domain
from consentgate.policy.errors import PolicyError
from consentgate.policy.model import NECESSARY, NEVER, Cookie, Regime, Service, reasons_under
from consentgate.policy.policy import Policy
from consentgate.policy.well_known_cookies import certain_reason, likely_reason, reason_in_front

LONGEST = 200
"""The longest name that is proposed: names come from outside."""

_UNFIT = "no policy can: it is not a name that one could write"
_THIRD_PARTY = "third-party"
_OF_OTHERS = ("marketing", _THIRD_PARTY)
"""Categories that a cookie of the site's own is not proposed for."""
# What companies do, in the catalogue's words for what services are for. The rest tells nothing.
_PURPOSES = {
    "ad": "marketing",
    "analytics": "performance",
    "marketing": "marketing",
    "tag-manager": "all",
}
# Google's one script serves several products, and the id in its address says which.
_GOOGLE_TAG = "google-tag"
_GOOGLE_ID = re.compile(r"[?&]id=(G|UA|AW)-")
_GOOGLE_PRODUCTS = {"G": "google-analytics", "UA": "google-analytics", "AW": "google-ads"}
_IN_FRONT = {"load-balancing": "Load balancers", "security": "Protections against bots"}
_SHORTEST_BRAND = 4
"""A shorter name of a site is in half of all host names."""


class Proposals:
    """Proposes lines that fit into `policy` as they are. What only the site can know is asked in comments."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._categories = {category.id for category in policy.categories}
        self._ids = {service.id for service in policy.services} | self._categories
        self._proposed: set[str] = set()
        self._used: set[str] = set()
        self._third_party = _likely_category(policy)
        self._own = _likely_own_category(policy)

    def cookie(self, name: str, claim: Claim) -> str:
        """Propose lines that declare the cookie `name`, or say that they have been proposed."""
        # What stands in front of a site is not the site's to ask about, whoever made it.
        used = "" if reason_in_front(name) else self._use(claim)
        return used or self.own_cookie(name)

    def service(self, claim: Claim) -> str:
        """Propose lines that declare a service of the catalogue, or say that they have been proposed."""
        return self._use(claim)

    def host(self, host: str, claim: Claim, url: str, page: str) -> str:
        """Propose lines that declare `host`, which a `url` on a page of the host `page` would contact."""
        return self._use(claim, host, url, page) or self._service(host, page)

    def _use(self, claim: Claim, host: str = "", url: str = "", page: str = "") -> str:
        known = catalogue().service(claim.service) if claim.service else None
        if known is None or known.id in self._ids:
            return ""
        known = _told_by_id(known, url)
        for other in (known, *catalogue().sharers(known)):
            if other.id in self._used | self._ids:
                return f"use = {toml_text(other.id)} declares it too"
        self._used.add(known.id)
        return "\n".join(self._lines_of(known, host, page))

    def _lines_of(self, known: KnownService, host: str, page: str) -> Iterator[str]:
        covering = category_for(known.category, self._policy.categories)
        default = default_category(known.category)
        if covering is None and default not in self._ids | self._proposed:
            self._proposed.add(default)
            yield f"[[category]]\nid = {toml_text(default)}\n"
        yield f"[[service]]\nuse = {toml_text(known.id)}"
        if known.category == NECESSARY and covering is not None:
            yield (
                f"category = {toml_text(covering)}\n# If the site cannot do without it, write instead:\n"
                f"# category = {toml_text(NECESSARY)}\n# {asked_reason(known.id, self._policy.site.regime)}"
            )
        elif covering is None and default in self._ids:
            yield f"category = {toml_text(default if default in self._categories else self._third_party)}"
        if host and known.paths and not _is_found(known.urls, host) and not _is_main(host, page):
            # A service that sites run on hosts of their own: this one is for nothing else.
            yield f"hosts = [{toml_text(host)}]"
        sharers = catalogue().sharers(known)
        if sharers:
            names = " or ".join(toml_text(service.id) for service in sharers)
            yield f"# Others load the same. If the site has it for {names}, use that instead."

    def own_cookie(self, name: str) -> str:
        """Propose lines that declare `name` as a cookie of the site's own, whoever else is known to use the
        name."""
        cookie = Cookie(name=name, category=self._own)
        if not self._fits(cookies=(cookie,)):
            return _UNFIT
        own, necessary = toml_text(self._own), toml_text(NECESSARY)
        certain, users = certain_reason(name), "Frameworks use"
        if certain is None and (certain := reason_in_front(name)) is not None:
            users = f"{_IN_FRONT[certain]} in front of applications use"
        declared = f"[[cookie]]\nname = {toml_text(name)}\ncategory = "
        if certain is not None:
            return (
                f"{declared}{necessary}\nreason = {toml_text(certain)}\n"
                f"# {users} this name for that. If it is for something else here, write instead:\n"
                f"# category = {own}"
            )
        return (
            f"{declared}{own}\n# What is it for? If the site cannot do without it, write instead:\n"
            f"# category = {necessary}\n# {asked_reason(name, self._policy.site.regime)}"
        )

    def _service(self, host: str, page: str) -> str:
        id = self._free_id(host)
        category, doubt = self._category_of(host)
        service = Service(id=id, name=host, category=category, hosts=(host,))
        if not self._fits(services=(service,)):
            return _UNFIT
        self._proposed.add(id)
        lines = (
            f"[[service]]\nid = {toml_text(id)}\nname = {toml_text(host)}\n"
            f"category = {toml_text(category)}\nhosts = [{toml_text(host)}]{doubt}"
        )
        if not _may_be_own(host, page):
            return lines
        hosts = ", ".join(map(toml_text, (*self._own_hosts(page), host)))
        return (
            f"# Does nobody but this site use it, as its CDN or bucket? Then name it in [site] instead:\n"
            f"# hosts = [{hosts}]\n{lines}"
        )

    def _category_of(self, host: str) -> tuple[str, str]:
        """Choose a category for what loads from `host`, by what its company is known for.

        Where the policy has none for that, a comment says so.
        """
        entity = catalogue().entity(host)
        purpose = _PURPOSES.get(entity.category) if entity else None
        if entity is None or purpose is None:
            return self._third_party, ""
        covering = category_for(purpose, self._policy.categories)
        if covering is not None:
            return covering, ""
        known_for = toml_text(default_category(purpose))
        return self._third_party, (
            f"\n# {toml_text(entity.name)} is known for {known_for}, which no category of this policy covers."
        )

    def _own_hosts(self, page: str) -> Iterable[str]:
        """List what is the site itself already: `hosts` in [site] stands for all of it."""
        if self._policy.site.hosts:
            return self._policy.site.hosts
        domain = registrable_domain(page)
        return (domain, f"*.{domain}") if domain else ()

    def _free_id(self, host: str) -> str:
        stem = re.sub(r"[^a-z0-9_-]", "-", host.lower()).strip("-_")[:56] or "service"
        number = 1
        while (id := stem if number == 1 else f"{stem}-{number}") in (*self._ids, *self._proposed, NEVER):
            number += 1
        return id

    def _fits(self, *, cookies: tuple[Cookie, ...] = (), services: tuple[Service, ...] = ()) -> bool:
        """Say whether a policy can hold these: names from outside may be anything."""
        names = (*(cookie.name for cookie in cookies), *(service.name for service in services))
        if any(len(name) > LONGEST for name in names):
            return False
        try:
            Policy(self._policy.site, self._policy.categories, cookies, services)
        except PolicyError:
            return False
        return True


def asked_reason(name: str, regime: Regime) -> str:
    """Write the line that asks for the reason of the cookie `name`, of those that there are under a `regime`.
    Where its words tell nothing, none is suggested: visitors read it."""
    likely = likely_reason(name)
    others = ", ".join(toml_text(one) for one in reasons_under(regime) if one != likely)
    if likely is None:
        return f'reason = "..."  # one of {others}'
    return f"reason = {toml_text(likely)}  # or {others}"


def toml_text(text: str) -> str:
    """Write `text` as a TOML string of printable ASCII: it comes from outside and goes into a log."""
    return f'"{"".join(map(_toml_character, text[:LONGEST]))}"'


def _toml_character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\U{ord(character):08x}"


def _likely_category(policy: Policy) -> str:
    """Choose a category for a third party that nobody declared."""
    askable = [category.id for category in policy.categories if category.id != NECESSARY]
    if policy.site.undeclared != NEVER:
        return policy.site.undeclared
    return _THIRD_PARTY if _THIRD_PARTY in askable else askable[-1] if askable else NEVER


def _likely_own_category(policy: Policy) -> str:
    """Choose a category for a cookie of the site's own, which belongs to no third party."""
    askable = [c.id for c in policy.categories if c.id not in (NECESSARY, *_OF_OTHERS)]
    undeclared = policy.site.undeclared
    return undeclared if undeclared in askable else askable[0] if askable else NEVER


def _told_by_id(known: KnownService, url: str) -> KnownService:
    """Find the product that an address of Google's tag is for, where the id in it says so."""
    match = _GOOGLE_ID.search(url) if known.id == _GOOGLE_TAG else None
    product = catalogue().service(_GOOGLE_PRODUCTS[match[1]]) if match else None
    return product or known


def _is_found(urls: Iterable[UrlPattern], host: str) -> bool:
    """Say whether one of the patterns is for `host`, whatever its path."""
    return any(
        host.endswith(f".{pattern.host}") if pattern.subdomains else host == pattern.host for pattern in urls
    )


def _is_main(host: str, page: str) -> bool:
    """Say whether a site's pages are on `host`, so that a service there has only a path."""
    domain = registrable_domain(page)
    return host in (page, domain, f"www.{domain}")


def _may_be_own(host: str, page: str) -> bool:
    """Say whether a site may have `host` to itself: it is rented of a provider, or under a domain with the
    site's name in it. Where others are known to be behind it, it is theirs."""
    entity = catalogue().entity(host)
    if is_rented(host):
        return entity is None or entity.category in ("cdn", "hosting", "utility", "other")
    brand = (registrable_domain(page) or "").partition(".")[0]
    domain = registrable_domain(host) or ""
    return entity is None and len(brand) >= _SHORTEST_BRAND and brand in domain.rpartition(".")[0]
