"""Writes the policy file of a project that has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from consentgate.policy import NECESSARY, Policy
from consentgate.policy.model import reasons_under

from .additions import Sighting, additions_to
from .project import NAMES, Project, ThirdParty
from .site import SiteAnswers, declaration_table, site_table
from .tables import TableWriter
from .toml import comment, commented_out, quoted, wrapped


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
    sightings: Sequence[Sighting] = (),
    *,
    more_follow: bool = False,
) -> Draft:
    """Draft the policy of the site in `project`, with the `third_parties` in its pages, the catalogue's
    `services`, and what a running site has written down as `sightings`.

    Where `more_follow`, the caller adds third parties. What only its makers know is asked in comments.
    Raises PolicyError where an answer is not usable.
    """
    head = [*_head(), *site_table(answers)]
    writer = TableWriter(Policy.parse("\n".join(head), "consentgate.toml"), answers.host)
    parts = [head, [*declaration_table()], [*_framework_cookies(project)]]
    if project.cookies:
        parts.append([*_own_cookies(writer.policy)])
    parts += [[*writer.cookie(name, f"Set in {place}.")] for name, place in project.cookies]
    parts.append([_heading("Third parties")])
    parts += [[*writer.service(id)] for id in services]
    found = [
        [*writer.third_party(one.service, one.host, f"In {one.place}.", url=one.url)] for one in third_parties
    ]
    parts += found
    if not (more_follow or any((*services, *found))):
        parts.append([*_no_third_parties()])
    text = "\n\n".join("\n".join(part) for part in parts if part) + "\n"
    added = additions_to(text, "consentgate.toml", sightings, answers.host)
    if added.text:
        text = f"{text}\n{_heading('Found while the site was running')}\n\n{added.text}"
    drafted = Policy.parse(text, "consentgate.toml")
    return Draft(
        text,
        tuple(service.id for service in drafted.services),
        tuple(writer.hosts),
        tuple(cookie.name for cookie in drafted.cookies),
        (*writer.asked, *added.questions),
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
    yield from wrapped(", ".join(map(quoted, reasons_under(policy.site.regime))), indent="  ")
    yield from wrapped(f"If visitors are to be asked, category is one of {askable}, and there is no reason.")


def _heading(text: str) -> str:
    return comment(f"-- {text} ".ljust(90, "-"))


def _no_third_parties() -> Iterator[str]:
    yield comment("None was found in templates. A service that the catalogue knows is declared like this:")
    yield commented_out('[[service]]\nuse = "youtube"')
