"""What a policy lacks of what a site was seen to use, and the policy with that in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from consentgate.audit.absolute_urls import resolved
from consentgate.drafting.additions import Additions, Sighting, additions_to
from consentgate.drafting.in_place import NewCookie, with_cookies
from consentgate.policy import NEVER, Cookie, Policy, PolicyError
from consentgate.policy.lifetime import lifetime_text

from .inventory import FoundCookie, FoundItem, FoundService, Inventory, Where, inventory_of
from .observations import Visit

_LONGEST_PLACE = 60
_MOST_ROUNDS = 4
_SERVICES = ("host", "service")


@dataclass(slots=True)
class Update:
    """The `text` of a policy file with what it lacked: ids of `services`, names of `cookies`, and
    `questions`, which stand there in comments. Those in `waiting` did so before. `completed` are names that
    went into tables of services, by their ids."""

    text: str
    services: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    completed: dict[str, list[str]] = field(default_factory=dict)


def updated(
    text: str, file: str, visits: Sequence[Visit], host: str, more: Sequence[Sighting] = ()
) -> Update:
    """Return the policy `text` with what it lacks of what was seen on `visits` to the site on `host`, and of
    `more`.

    Everything that stands there keeps its bytes: cookies of declared services are added to their tables, and
    new tables follow at the end. What only the site's makers know is asked there, in comments. Raises
    PolicyError where `text` is no policy.
    """
    update = Update(text)
    # Services come first: they declare cookies, and their tables can take those that they were seen to set.
    _complete(update, file, visits, host, more, _SERVICES)
    for _ in range(_MOST_ROUNDS):
        before = update.text
        _complete(update, file, visits, host, more)
        if update.text == before:
            break
    return update


def _complete(
    update: Update,
    file: str,
    visits: Sequence[Visit],
    host: str,
    more: Sequence[Sighting],
    kinds: Collection[str] = (),
) -> None:
    """Add to the `update` what is missing: all, or what is of these `kinds`."""
    before = update.text
    inventory = inventory_of(visits, Policy.parse(before, file), host)
    update.text, completed = with_cookies(before, _lacking(inventory))
    for id, names in completed.items():
        update.completed.setdefault(id, []).extend(names)
    sightings = [
        one
        for one in (*sightings_of(inventory, host), *more)
        if not any(one.name in names for names in completed.values()) and (not kinds or one.kind in kinds)
    ]
    added = additions_to(update.text, file, sightings, host)
    update.text = _with(update.text, added)
    update.services += added.services
    update.cookies += added.cookies
    update.waiting += (
        one for one in added.waiting if one not in update.waiting and one not in update.questions
    )
    update.questions += (one for one in added.questions if one not in update.questions)


def _with(text: str, added: Additions) -> str:
    if not added.text:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    gap = end if text.endswith("\n") else 2 * end
    return f"{text}{gap}{added.text.replace(chr(10), end)}"


def _lacking(inventory: Inventory) -> dict[str, list[NewCookie]]:
    """List what the scripts of declared services keep on the site's hosts, and their tables lack. A name
    alone proves nothing."""
    lacking: dict[str, dict[str, NewCookie]] = {}
    for service in inventory.services:
        for one in _missing_of(service) if service.declared else ():
            if one.where.by and _can_be_declared(_name(one)):
                lacking.setdefault(service.id, {}).setdefault(_name(one), NewCookie(_name(one), _lasts(one)))
    return {id: [*new.values()] for id, new in lacking.items()}


def _can_be_declared(name: str) -> bool:
    """Say whether a policy can name it. A star would be a wildcard there."""
    try:
        Policy(cookies=(Cookie(name=name, category=NEVER),))
    except PolicyError:
        return False
    return "*" not in name


def _missing_of(service: FoundService) -> Iterator[FoundCookie | FoundItem]:
    kept: list[FoundCookie | FoundItem] = [*service.cookies, *service.items]
    return (one for one in kept if one.is_own and not one.declared)


def sightings_of(inventory: Inventory, host: str) -> Iterator[Sighting]:
    """Yield what is in the `inventory` of a site on `host`, as additions to a policy take it."""
    for service in inventory.services:
        hosts = [one for one in service.hosts if one.host != host]
        for one in hosts:
            yield Sighting("host", one.host, service.id, f"{_words(one.where)}.", one.url)
        is_seen = service.hosts or service.markup
        if service.id and is_seen and not hosts:
            yield Sighting("service", service.name, service.id, f"{_words(service.where)}.")
        # A service that will be declared takes what it keeps with it.
        if service.declared or not (service.id and is_seen):
            yield from map(_stored, _missing_of(service))
    yield from map(_stored, _missing_of(inventory.own))


def _stored(one: FoundCookie | FoundItem) -> Sighting:
    kind = "cookie" if isinstance(one, FoundCookie) else "entry"
    place = "Set" if isinstance(one, FoundCookie) else f"In the {one.kind}:"
    return Sighting(
        kind,
        _name(one),
        "",
        f"{place} {_words(one.where)[:1].lower()}{_words(one.where)[1:]}.",
        lifetime=_lasts(one),
    )


def _name(one: FoundCookie | FoundItem) -> str:
    return one.name if isinstance(one, FoundCookie) else one.key


def _lasts(one: FoundCookie | FoundItem) -> str:
    """Return the lifetime as a policy writes it, "" for a storage, which has none."""
    return lifetime_text(one.lifetime or 0) if isinstance(one, FoundCookie) else ""


def _words(where: Where) -> str:
    """Say where something was seen: "On /news and 3 more pages, by https://..."."""
    more = len(where.pages) - 1
    others = f" and {more} more page{'' if more == 1 else 's'}" if more > 0 else ""
    page = resolved(where.pages[0]).path if where.pages else "/"
    by = f", by {_cut(where.by[0].partition('?')[0])}" if where.by else ""
    return f"On {_cut(page)}{others}{by}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_PLACE else f"{text[:_LONGEST_PLACE]}..."
