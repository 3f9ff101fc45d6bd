"""The `Policy`: what a site declares, checked and ready to be asked."""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from consentgate.texts import Texts, nearest, texts

from .categories import DEFAULT_CATEGORIES, category_for
from .checks.check import check
from .checks.consent_mode import ToldVendor, told_vendors
from .checks.texts import replaced_in, spoken
from .claims.claims import Claims
from .errors import Mistake, PolicyError
from .installed import DeclaredService, installed_services
from .lifetime import lifetime_seconds
from .loading import parse, read_service, read_text
from .model import NECESSARY, NEVER, Banner, Category, ConsentMode, Cookie, Declaration, Service, Site, Theme

_UNNAMED_SITE = Site(
    name="This site",
    controller="The operator of this site",
    contact="See the site's imprint",
    undeclared="third-party",
)


_PLAIN_BANNER = Banner()
_PLAIN_THEME = Theme()
_USUAL_CONSENT_MODE = ConsentMode()
_UNANSWERED_DECLARATION = Declaration()


@dataclass(frozen=True, slots=True)
class OneOfMany:
    """Marks a policy as one of several that an application has, each for hosts of its own.

    `ids` are those that the application's code may ask for although this policy lacks them. None stands for
    every id: nobody has listed them.
    """

    ids: frozenset[str] | None = None

    def may_lack(self, id: str) -> bool:
        """Say whether code may ask for an `id` that is not in the policy."""
        return self.ids is None or id in self.ids


@dataclass(frozen=True, eq=False)
class Policy:
    """What a site declares.

    `Policy()` is for a site that has declared nothing yet. It has the four default categories, and what
    nobody claims opens with "third-party". `necessary` is always one of the categories, the first where it
    is not named.

    `texts` are those that replace ours, as the `[texts]` table has them.

    `set_by_framework` names the cookies that the application's framework sets by itself. Their lifetime is
    whatever the application asks the framework for.

    With `among` it is one of several policies: its site is the very host that was asked, unless `[site]
    hosts` says more.

    Raises PolicyError, with every mistake at once, where the parts do not fit together.
    """

    site: Site = _UNNAMED_SITE
    categories: tuple[Category, ...] = DEFAULT_CATEGORIES
    cookies: tuple[Cookie, ...] = ()
    services: tuple[Service, ...] = ()
    banner: Banner = _PLAIN_BANNER
    texts: Mapping[str, Any] = field(default_factory=dict)
    theme: Theme = _PLAIN_THEME
    consent_mode: ConsentMode = _USUAL_CONSENT_MODE
    declaration: Declaration = _UNANSWERED_DECLARATION
    set_by_framework: frozenset[str] = frozenset()
    among: OneOfMany | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.site, Site):
            kind = type(self.site).__name__
            raise TypeError(f"site: expected a Site, not a {kind}; Policy.load(path) reads a policy file")
        found = check(
            self.site,
            self.categories,
            self.cookies,
            self.services,
            self.banner,
            self.texts,
            self.theme,
            self.consent_mode,
            self.declaration,
        )
        if found:
            raise PolicyError(Mistake("policy", *mistake) for mistake in found)
        if all(category.id != NECESSARY for category in self.categories):
            object.__setattr__(self, "categories", (Category(id=NECESSARY), *self.categories))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, date_from_file: bool = True) -> Policy:
        """Load the policy from the TOML file at `path`.

        Where it does not say when it was `updated`, that is the day the file was last changed; it stays
        unknown without `date_from_file`.

        Raises PolicyError with every mistake in the file, and OSError where it cannot be read.
        """
        file = Path(path)
        return cls.parse(read_text(file), str(file)).found_at(file, date_from_file=date_from_file)

    def found_at(self, file: Path, *, date_from_file: bool = True) -> Policy:
        """Return this policy as the one in `file`: its templates are beside that, and where it names no day,
        it is from the day on which that was changed, unless `date_from_file` is off."""
        policy = self
        if policy.theme.templates:
            folder = str(file.parent / policy.theme.templates)
            policy = replace(policy, theme=msgspec.structs.replace(policy.theme, templates=folder))
        if policy.site.updated is None and date_from_file:
            changed = datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.UTC).date()
            policy = replace(policy, site=msgspec.structs.replace(policy.site, updated=changed))
        return policy

    @classmethod
    def parse(cls, text: str, file: str = "policy") -> Policy:
        """Make the policy that `text` (TOML) describes. `file` is the name that messages show.

        Raises PolicyError with every mistake in it, and TypeError for what is no text.
        """
        if not isinstance(text, str):
            expected = f"text: expected the text of a policy, not {type(text).__name__}"
            raise TypeError(f"{expected}; Policy.load(path) reads a file")
        return cls(*parse(text, file))

    def with_service(self, **table: Any) -> Policy:
        """Return this policy with one service more, described as a `[[service]]` table of a policy file:
        `policy.with_service(use="youtube")`. One that the policy has already, by its id, stays as it is.

        Raises PolicyError with every mistake in it.
        """
        return self._with(table, "with_service")

    def with_installed_services(self) -> Policy:
        """Return this policy with the services that installed packages declare (entry points of the group
        `consentgate.services`). The integrations do so by themselves.

        Raises PolicyError with every mistake in one, and whatever the package's own code raises.
        """
        return self.with_declared(installed_services())

    def with_declared(self, services: Iterable[DeclaredService]) -> Policy:
        """Return this policy with `services` that code declares. Raises PolicyError, as `with_service`
        does."""
        policy = self
        for declared_by, table in services:
            policy = policy._with(policy._filed(table), declared_by)
        return policy

    def _filed(self, table: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a service's table with a category of this policy: who declares it does not know which
        there are."""
        category = table.get("category")
        if not isinstance(category, str) or category in (*(c.id for c in self.categories), NEVER):
            return table
        return {**table, "category": category_for(category, self.categories) or self.site.undeclared}

    def _with(self, table: Mapping[str, Any], source: str) -> Policy:
        askable = {category.id for category in self.categories} - {NECESSARY}
        undeclared = self.site.undeclared if self.site.undeclared in askable else NEVER
        service = read_service(table, source, self.categories, undeclared)
        if self.claims.has_service(service.id):
            return self
        try:
            return replace(self, services=(*self.services, service))
        except PolicyError as error:
            raise PolicyError(dataclasses.replace(one, file=source) for one in error.mistakes) from None

    def with_exempt(self, *cookies: Cookie) -> Policy:
        """Return this policy with `cookies` added, except those whose names it declares already.

        So an integration adds its framework's session and CSRF cookies, and a site can still declare them
        in another way.
        """
        claims = self.claims
        # Of two cookies with the same name, the one that lives longer comes last and counts.
        ordered = sorted(cookies, key=lambda cookie: lifetime_seconds(cookie.lifetime or "session"))
        by_name = {cookie.name: cookie for cookie in ordered if not claims.cookie_is_declared(cookie.name)}
        new = tuple(by_name.values())
        if not new:
            return self
        names = self.set_by_framework.union(by_name)
        return replace(self, cookies=(*self.cookies, *new), set_by_framework=names)

    def not_asking_on(self, *paths: str) -> Policy:
        """Return this policy with `paths` as those on which nobody is asked, unless it names any itself.

        So an integration leaves its framework's own pages alone, and a site can still decide otherwise.
        """
        if self.banner.not_on is not None or not paths:
            return self
        return replace(self, banner=msgspec.structs.replace(self.banner, not_on=paths))

    def as_one_of_many(self, ids: frozenset[str] | None = None) -> Policy:
        """Return this policy as one of several that an application has. `ids` are all that its code asks
        for, None where nobody has listed them."""
        return replace(self, among=OneOfMany(ids))

    def framework_cookie(self, name: str) -> Cookie | None:
        """Return the cookie of this name that the framework sets, or None where it sets none."""
        if name not in self.set_by_framework:
            return None
        return next(cookie for cookie in self.cookies if cookie.name == name)

    def misfiled(self, *cookies: Cookie) -> list[tuple[Cookie, str]]:
        """Find a framework's `cookies` that this policy does not file under "necessary".

        Each comes with the category that it is filed under.
        """
        filed = [
            (cookie, [claim.category or NEVER for claim in self.claims.by_cookie(cookie.name)])
            for cookie in cookies
            if self.claims.cookie_is_declared(cookie.name)
        ]
        return [(cookie, categories[0]) for cookie, categories in filed if NECESSARY not in categories]

    @cached_property
    def claims(self) -> Claims:
        """The index over this policy, which says who a URL, cookie, script or widget belongs to."""
        return Claims(
            self.site,
            self.categories,
            self.cookies,
            self.services,
            set_by_framework=self.set_by_framework,
            exact_host=self.among is not None,
        )

    @cached_property
    def memories(self) -> dict[Callable[..., Any], Callable[..., Any]]:
        """What functions that are `remembered` have found out about this policy."""
        return {}

    @cached_property
    def told_vendors(self) -> tuple[ToldVendor, ...]:
        """The vendors whose tags are told what a visitor has consented to."""
        return told_vendors(self.consent_mode, self.services, self.claims)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that visitors are spoken to in, the default first: those of the site that there are
        texts in."""
        return spoken(self.site.languages)

    def language_for(self, tag: str) -> str:
        """Return the one of the `languages` that a page in the language `tag` is spoken to in."""
        found = nearest(tag, self.languages) if tag else None
        return found or self.languages[0]

    def texts_in(self, language: str) -> Texts:
        """Return what visitors read in one of the `languages`: our texts, with those of this policy in their
        places."""
        ours = texts(language)
        own = {category.id: _own_words(category, ours) for category in self.categories}
        return ours.replacing({"categories": own}, *replaced_in(language, self.texts))

    @property
    def askable(self) -> tuple[Category, ...]:
        """The categories that a visitor is asked about: those that have something in them."""
        asked = {unit.category for unit in self.claims.units}
        return tuple(category for category in self.categories if category.id in asked)

    def services_of(self, category: str) -> tuple[Service, ...]:
        """Return the declared services of one category."""
        return tuple(service for service in self.services if service.category == category)

    @cached_property
    def restricted(self) -> tuple[Service, ...]:
        """The services that no consent opens on every page.

        Nothing opens some of them; others are necessary, but on some pages only.
        """
        return tuple(service for service in self.services if service.category == NEVER or service.pages)

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids that consent can be given to: categories and the services in them."""
        services = (service.id for service in self.services if service.category not in (NECESSARY, NEVER))
        return frozenset((*(category.id for category in self.categories), *services))


def _own_words(category: Category, ours: Texts) -> dict[str, str]:
    """Return what the policy says of a `category`; its id is the title where nobody has one."""
    title = category.name or ("" if category.id in ours.categories else category.id)
    return {key: text for key, text in (("title", title), ("description", category.description)) if text}
