"""Writes the policy file of a project that has none."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from consentgate.catalogue import catalogue
from consentgate.gate.log.proposals import Proposals
from consentgate.policy import NECESSARY, REASONS, Claim, Policy
from consentgate.policy.well_known_cookies import certain_reason, likely_reason, reason_in_front

from .project import NAMES, Place, Project, ThirdParty
from .site import SiteAnswers, site_table
from .toml import comment, commented_out, quoted

_LIBRARIES = frozenset(
    (
        *("adobe-fonts", "bootstrapcdn", "cdnjs", "font-awesome", "google-fonts", "google-hosted-libraries"),
        *("jquery-cdn", "jsdelivr", "monotype-fonts", "unpkg", "wordpress-org"),
    )
)
"""Services that a site can do without, by serving the same files itself."""
_ANY_PATH = "/"


@dataclass(frozen=True, slots=True)
class Draft:
    """The `text` of a policy file, and what it has in it: ids of `services`, `hosts` that are asked about,
    `cookies` that are declared, those that are `asked_cookies`, and services that have `closed`."""

    text: str
    services: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    asked_cookies: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


def draft_of(
    answers: SiteAnswers,
    project: Project,
    third_parties: Iterable[ThirdParty] = (),
    services: Iterable[str] = (),
) -> Draft:
    """Draft the policy of the site in `project`, with the `third_parties` in its pages and the catalogue's
    `services`.

    What only its makers know is asked in comments. Raises PolicyError where an answer is not usable.
    """
    head = [*_head(), *site_table(answers)]
    writer = _Writer(Policy.parse("\n".join(head), "consentgate.toml"), answers.host)
    parts = [head, [*_framework_cookies(project)]]
    if project.cookies:
        parts.append([*_own_cookies(writer.policy)])
    parts += [[*writer.cookie(name, place)] for name, place in project.cookies]
    parts.append([_heading("Third parties")])
    parts += [[*writer.service(id)] for id in services]
    found = [[*writer.third_party(one.service, one.host, one.url, one.place)] for one in third_parties]
    parts += found
    if not any((*services, *found)):
        parts.append([*_no_third_parties()])
    text = "\n\n".join("\n".join(part) for part in parts if part) + "\n"
    drafted = Policy.parse(text, "consentgate.toml")
    return Draft(
        text,
        tuple(service.id for service in drafted.services),
        tuple(writer.hosts),
        tuple(cookie.name for cookie in drafted.cookies),
        tuple(writer.asked),
        tuple(writer.closed),
    )


def _head() -> Iterator[str]:
    yield comment(
        "What this site uses, and what visitors are asked for. What is not named here stays blocked."
    )
    yield comment(
        "Where a line asks something, decide and take its comment sign away. Then: consentgate check"
    )
    yield ""


def _framework_cookies(project: Project) -> Iterator[str]:
    if not project.framework:
        return
    name = NAMES[project.framework]
    yield _heading("Cookies that are declared already")
    if not project.framework_cookies:
        yield comment(f"The integration for {name} exempts the session cookies of middleware by itself.")
        return
    yield comment(
        f"The integration for {name} exempts these by itself, under the names in your settings. They"
    )
    yield comment("need no table here:")
    for cookie in project.framework_cookies:
        yield comment(f"  {cookie.name or '(a name that is made when the site runs)'}: {cookie.purpose}")


def _own_cookies(policy: Policy) -> Iterator[str]:
    askable = ", ".join(quoted(category.id) for category in policy.categories if category.id != NECESSARY)
    yield _heading("Cookies that your code sets")
    yield comment('What is each of them for? If the site cannot do without it: category = "necessary", and a')
    yield comment("reason (see docs/policy.md), which is one of")
    yield from map(
        comment, textwrap.wrap(", ".join(map(quoted, REASONS)), initial_indent="  ", subsequent_indent="  ")
    )
    yield comment(f"If visitors are to be asked, category is one of {askable}, and there is no reason.")


def _heading(text: str) -> str:
    return comment(f"-- {text} ".ljust(90, "-"))


def _no_third_parties() -> Iterator[str]:
    yield comment("None was found in templates. A service that the catalogue knows is declared like this:")
    yield commented_out('[[service]]\nuse = "youtube"')


@dataclass(slots=True)
class _Writer:
    """Writes tables that fit a `policy` of a site on `host`, and remembers what they are about."""

    policy: Policy
    host: str
    hosts: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    _proposals: Proposals = field(init=False)

    def __post_init__(self) -> None:
        self._proposals = Proposals(self.policy)

    def cookie(self, name: str, place: Place) -> Iterator[str]:
        """Write a table for a cookie of the site's own: nobody but its makers knows what it is for."""
        lines = self._proposals.own_cookie(name)
        if not lines.startswith("["):
            return
        yield comment(f"Set in {place}.")
        if certain_reason(name) or reason_in_front(name):
            yield lines
            return
        self.asked.append(name)
        known = catalogue().by_cookie(name)
        if known is not None:
            yield comment(f"{known.name} uses this name, too. Is it that? Then declare the service instead.")
        likely = likely_reason(name)
        hint = f"  # {quoted(NECESSARY)}, with reason = {quoted(likely)}?" if likely else ""
        yield commented_out(f'[[cookie]]\nname = {quoted(name)}\ncategory = "?"{hint}')

    def service(self, id: str) -> Iterator[str]:
        """Write the table of a service that the catalogue has under this id or alias."""
        known = catalogue().named(id)
        assert known is not None
        (claim, *_) = self.policy.claims.by_known(known)
        yield from self._table(self._proposals.service(claim), known.id)

    def third_party(self, service: str, host: str, url: str, place: Place) -> Iterator[str]:
        """Write the table of a third party that stands in markup at a `place`."""
        if catalogue().has_closed(service):
            if service not in self.closed:
                self.closed.append(service)
                yield comment(f"{service} has closed: take its markup out of {place}.")
            return
        claim = self._claim(service, host)
        lines = self._proposals.host(host, claim, url, self.host) if host else self._proposals.service(claim)
        is_known = "\nuse = " in lines
        if not is_known and host in self.hosts:
            return
        where = comment(f"In {place}.")
        if is_known:
            yield from self._table(lines, service, where)
        elif lines.startswith(("[", "#")):
            self.hosts.append(host)
            yield f"{where} Whose is it, and what for?"
            yield commented_out(lines)

    def _claim(self, service: str, host: str) -> Claim:
        known = catalogue().service(service)
        if known is not None:
            return self.policy.claims.by_known(known)[0]
        return self.policy.claims.by_url(host, _ANY_PATH, own=False)[0][0]

    def _table(self, lines: str, id: str, where: str = "") -> Iterator[str]:
        if not lines.startswith(("[", "#")):
            return
        if where:
            yield where
        if id in _LIBRARIES:
            yield comment(
                "Pages lack these files until visitors allow them. Serve them yourself, and nobody is asked."
            )
        yield lines
