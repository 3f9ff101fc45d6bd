"""`consentgate services` lists what the catalogue knows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import click

from consentgate.catalogue import KnownCookie, KnownService, catalogue
from consentgate.catalogue.naming import names_meant
from consentgate.catalogue.search import find_services
from consentgate.policy import Claim, Policy
from consentgate.policy.advice.proposals import Proposals
from consentgate.policy.messages import shown, suggestion

_CLOSED = "has closed: take its markup out of your pages"


@click.command()
@click.argument("query", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects with all that is known.")
def services(query: tuple[str, ...], as_json: bool) -> None:
    """List the services that the catalogue knows.

    QUERY is an id, or a part of an id, name, controller, host or cookie. Of a single service all is shown.

    \b
    Example:
      consentgate services cdn.hotjar.com
    """
    wanted, known = " ".join(query), catalogue().services
    found = find_services(wanted, known)
    if not found:
        hint = suggestion(names_meant(wanted, known)) or "; `consentgate services` lists all"
        raise click.ClickException(f"QUERY: no service of the catalogue has {shown(wanted)} in it{hint}")
    if as_json:
        click.echo(json.dumps([_described(service) for service in found], indent=2))
    elif len(found) == 1:
        click.echo("\n".join(_sheet(found[0])))
    else:
        click.echo("\n".join(_rows(found)))


def _rows(found: Iterable[KnownService]) -> Iterator[str]:
    """Yield a line for each service: its id, category, name and aliases."""
    rows = [(one.id, one.category, one.name + _beside(one)) for one in found]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for id, category, name in rows:
        yield f"{id:<{widths[0]}}  {category:<{widths[1]}}  {name}"


def _beside(service: KnownService) -> str:
    notes = [*service.aliases, *(["closed"] if service.closed else [])]
    return f" ({', '.join(notes)})" if notes else ""


def _sheet(service: KnownService) -> Iterator[str]:
    """Yield all lines about one service. What nobody knows is left out."""
    yield f"{service.name}{' ' + _CLOSED if service.closed else ''}"
    cookies = [f"{cookie.name} ({_terms(cookie)})" for cookie in service.cookies]
    for label, values in (
        ("id", [service.id]),
        ("aliases", [", ".join(service.aliases)]),
        ("category", [service.category]),
        ("controller", [service.controller]),
        ("privacy", [service.privacy_url]),
        ("hosts", [*map(str, service.urls)]),
        ("needs", [*map(str, service.needs)]),
        ("paths", service.paths),
        ("cookies", cookies),
        ("stubs", [", ".join(service.stubs)]),
    ):
        for number, value in enumerate(filter(None, values)):
            yield f"  {label if number == 0 else '':<10}  {value}"
    declaration = _declaration(service)
    if declaration:
        yield f"\n{declaration}"


def _terms(cookie: KnownCookie) -> str:
    return f"{cookie.lifetime}, {cookie.purpose}" if cookie.purpose else cookie.lifetime


def _described(service: KnownService) -> dict[str, object]:
    return {
        "id": service.id,
        "name": service.name,
        "category": service.category,
        "aliases": service.aliases,
        "closed": service.closed,
        "controller": service.controller,
        "privacy_url": service.privacy_url,
        "urls": [*map(str, service.urls)],
        "needs": [*map(str, service.needs)],
        "paths": service.paths,
        "cookies": [
            {"name": cookie.name, "lifetime": cookie.lifetime, "purpose": cookie.purpose}
            for cookie in service.cookies
        ],
        "stubs": service.stubs,
        "declaration": _declaration(service),
    }


def _declaration(service: KnownService) -> str:
    """Write the lines of a policy that declare `service`; none where it has closed."""
    if service.closed:
        return ""
    return Proposals(Policy()).service(Claim(service.id, service.name, None, None, declared=False))
