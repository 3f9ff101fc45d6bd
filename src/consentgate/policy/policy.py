"""The `Policy`: a site's declarations, checked and ready to be asked."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec

from .categories import DEFAULT_CATEGORIES
from .check import check
from .claims import Claims
from .errors import Mistake, PolicyError
from .lifetime import lifetime_seconds
from .loading import parse
from .model import NECESSARY, NEVER, Category, Cookie, Service, Site

_UNNAMED_SITE = Site(
    name="This site",
    controller="The operator of this site",
    contact="See the site's imprint",
    undeclared="third-party",
)


@dataclass(frozen=True, eq=False)
class Policy:
    """What a site declares. `Policy()` is the policy of a site that has declared nothing yet: the three
    default categories, and whatever nobody claims opens with "third-party". `necessary` is always among
    the categories, first where it is not named.

    `set_by_framework` names those of the cookies that the application's framework sets by itself, under
    whatever lifetime the application asks of it.

    Raises PolicyError, with every mistake at once, when the parts do not fit together.
    """

    site: Site = _UNNAMED_SITE
    categories: tuple[Category, ...] = DEFAULT_CATEGORIES
    cookies: tuple[Cookie, ...] = ()
    services: tuple[Service, ...] = ()
    set_by_framework: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        found = check(self.site, self.categories, self.cookies, self.services)
        if found:
            raise PolicyError(Mistake("policy", *mistake) for mistake in found)
        if all(category.id != NECESSARY for category in self.categories):
            object.__setattr__(self, "categories", (Category(id=NECESSARY), *self.categories))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Policy:
        """The policy in the TOML file at `path`.

        Raises PolicyError with every mistake in it, and OSError when the file cannot be read.
        """
        file = Path(path)
        raw = file.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            expected = f"expected text in UTF-8; line {line} has a byte 0x{raw[error.start]:02X} that is not"
            raise PolicyError([Mistake(str(file), "", "", expected)]) from None
        policy = cls.parse(text, str(file))
        if policy.site.updated is None:
            changed = datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.UTC).date()
            policy = replace(policy, site=msgspec.structs.replace(policy.site, updated=changed))
        return policy

    @classmethod
    def parse(cls, text: str, file: str = "policy") -> Policy:
        """The policy written in `text` (TOML); `file` is the name that messages show."""
        return cls(*parse(text, file))

    def with_exempt(self, *cookies: Cookie) -> Policy:
        """This policy and `cookies` too, except those whose name it already claims: how an integration
        adds its framework's session and CSRF cookies, and how a site overrides that."""
        claims = self.claims
        # Of two with one name the longer-lived comes last, and counts.
        ordered = sorted(cookies, key=lambda cookie: lifetime_seconds(cookie.lifetime or "session"))
        by_name = {cookie.name: cookie for cookie in ordered if not claims.cookie_is_declared(cookie.name)}
        new = tuple(by_name.values())
        if not new:
            return self
        names = self.set_by_framework.union(by_name)
        return replace(self, cookies=(*self.cookies, *new), set_by_framework=names)

    def framework_cookie(self, name: str) -> Cookie | None:
        """Find the cookie of this name among those that the framework sets."""
        if name not in self.set_by_framework:
            return None
        return next(cookie for cookie in self.cookies if cookie.name == name)

    def misfiled(self, *cookies: Cookie) -> list[tuple[Cookie, str]]:
        """Find which of a framework's `cookies` this policy files under another category than "necessary",
        and under which."""
        filed = [
            (cookie, [claim.category or NEVER for claim in self.claims.by_cookie(cookie.name)])
            for cookie in cookies
            if self.claims.cookie_is_declared(cookie.name)
        ]
        return [(cookie, categories[0]) for cookie, categories in filed if NECESSARY not in categories]

    @cached_property
    def claims(self) -> Claims:
        """The index over this policy: to whom a URL, cookie, script or widget belongs."""
        return Claims(
            self.site, self.categories, self.cookies, self.services, set_by_framework=self.set_by_framework
        )

    @property
    def askable(self) -> tuple[Category, ...]:
        """The categories that a visitor is asked for: those that something belongs to."""
        asked = {unit.category for unit in self.claims.units}
        return tuple(category for category in self.categories if category.id in asked)

    def services_of(self, category: str) -> tuple[Service, ...]:
        """The declared services of one category."""
        return tuple(service for service in self.services if service.category == category)

    @cached_property
    def restricted(self) -> tuple[Service, ...]:
        """The services that no consent opens everywhere: those that nothing opens, and the necessary ones
        of some pages only."""
        return tuple(service for service in self.services if service.category == NEVER or service.pages)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Ids that consent can be given to: categories and the services in them."""
        services = (service.id for service in self.services if service.category not in (NECESSARY, NEVER))
        return frozenset((*(category.id for category in self.categories), *services))
