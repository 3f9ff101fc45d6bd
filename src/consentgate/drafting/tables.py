"""Writes the tables that a policy lacks. What nobody but a site's makers can decide stands in comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from consentgate.catalogue import catalogue
from consentgate.policy import NECESSARY, Claim, Policy
from consentgate.policy.advice.proposals import Proposals
from consentgate.policy.well_known_cookies import certain_reason, likely_reason, reason_in_front

from .toml import comment, commented_out, quoted

LIBRARIES = frozenset(
    (
        *("adobe-fonts", "bootstrapcdn", "cdnjs", "font-awesome", "google-fonts", "google-hosted-libraries"),
        *("jquery-cdn", "jsdelivr", "monotype-fonts", "unpkg", "wordpress-org"),
    )
)
"""Services that a site can do without, by serving the same files itself."""
_ANY_PATH = "/"
_SESSION = "session"
"""The lifetime of a cookie that ends with the browser."""
_TABLE = ("[", "#")
"""How lines begin that declare something: the others say that something else does."""


@dataclass(slots=True)
class TableWriter:
    """Writes tables that fit a `policy` of a site on `host`, and remembers what they are about.

    Each comes with a line that says where the thing was found, "" for none. What is not `certain`, since
    browsers may have made it up, is put into comments.
    """

    policy: Policy
    host: str
    hosts: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    _proposals: Proposals = field(init=False)

    def __post_init__(self) -> None:
        self._proposals = Proposals(self.policy)

    def cookie(self, name: str, where: str, *, certain: bool = True, lifetime: str = "") -> Iterator[str]:
        """Write a table for a cookie of the site's own: nobody but its makers knows what it is for. Its
        `lifetime` is the one that it was seen with, "" where that is not known."""
        lines = self._proposals.own_cookie(name)
        if not lines.startswith(_TABLE):
            return
        yield comment(where)
        if certain_reason(name) or reason_in_front(name):
            lines = _with_lifetime(lines, lifetime)
            yield lines if certain else commented_out(lines)
            return
        self.asked.append(name)
        known = catalogue().by_cookie(name)
        if known is not None:
            yield comment(f"{known.name} uses this name, too. Is it that? Then declare the service instead.")
        likely = likely_reason(name)
        hint = f"  # {quoted(NECESSARY)}, with reason = {quoted(likely)}?" if likely else ""
        lasts = f"\nlifetime = {quoted(lifetime)}" if lifetime else ""
        yield commented_out(f'[[cookie]]\nname = {quoted(name)}\ncategory = "?"{hint}{lasts}')

    def service(self, id: str, where: str = "", *, certain: bool = True) -> Iterator[str]:
        """Write the table of a service that the catalogue has under this id or alias."""
        known = catalogue().named(id)
        if known is None:
            return
        if known.closed:
            if known.id not in self.closed:
                self.closed.append(known.id)
                yield comment(f"{known.name} has closed: its markup can go. {where}")
            return
        lines = self._proposals.service(self._claim(known.id, ""))
        yield from self._table(lines, known.id, where, certain=certain)

    def third_party(
        self, service: str, host: str, where: str, *, url: str = "", certain: bool = True
    ) -> Iterator[str]:
        """Write the table of a third party: the catalogue's `service`, or "", on a `host`, or "", to which a
        `url` leads."""
        if not host or catalogue().has_closed(service):
            yield from self.service(service, where, certain=certain)
            return
        lines = self._proposals.host(host, self._claim(service, host), url, self.host)
        if "\nuse = " in lines:
            yield from self._table(lines, service, where, certain=certain)
        elif lines.startswith(_TABLE) and host not in self.hosts:
            self.hosts.append(host)
            yield comment(f"{where} Whose is it, and what for?")
            yield commented_out(lines)

    def _claim(self, service: str, host: str) -> Claim:
        known = catalogue().service(service)
        if known is not None:
            return self.policy.claims.by_known(known)[0]
        return self.policy.claims.by_url(host, _ANY_PATH, own=False)[0][0]

    def _table(self, lines: str, id: str, where: str, *, certain: bool) -> Iterator[str]:
        if not lines.startswith(_TABLE):
            return
        if where:
            yield comment(where)
        if id in LIBRARIES:
            yield comment(
                "Pages lack these files until visitors allow them. Serve them yourself, and nobody is asked."
            )
        yield lines if certain else commented_out(lines)


def _with_lifetime(lines: str, lifetime: str) -> str:
    """Add to the table of a cookie the `lifetime` that it was seen with, "" for none."""
    if lifetime == _SESSION:
        table, comments, rest = lines.partition("\n#")
        return f"{table}\nlifetime = {quoted(lifetime)}{comments}{rest}"
    # A login may live longer than what a visitor gets who has none.
    return f"{lines}\n# It was set with lifetime = {quoted(lifetime)}." if lifetime else lines
