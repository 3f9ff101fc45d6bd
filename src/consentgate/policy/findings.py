"""What is found in a policy that loads: something wrong or incomplete, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from .messages import place_of
from .model import Banner, Category, ConsentMode, Cookie, Service, Site, Theme

Level: TypeAlias = Literal["error", "warning"]
"""An error misleads visitors, or leaves out what they have to be told. A warning is for the site to judge."""


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """Something in a policy that loads: `what` is wrong or incomplete at `key` of `table`, and what `to_do`.

    `key` is empty where the whole table is meant. `line` is where that is in the file, as for a `Mistake`;
    None where no file was looked at.
    """

    level: Level
    table: str
    key: str
    what: str
    to_do: str
    line: int | None = None

    def __str__(self) -> str:
        place = ", ".join(filter(None, (self.table, self.key)))
        return ": ".join(filter(None, (place, f"{self.what}. {self.to_do}")))


class PolicyParts(Protocol):
    """The parts of a policy, as a `Policy` has them, and a file that is being loaded."""

    @property
    def site(self) -> Site: ...
    @property
    def categories(self) -> tuple[Category, ...]: ...
    @property
    def cookies(self) -> tuple[Cookie, ...]: ...
    @property
    def services(self) -> tuple[Service, ...]: ...
    @property
    def banner(self) -> Banner: ...
    @property
    def texts(self) -> Mapping[str, Any]: ...
    @property
    def theme(self) -> Theme: ...
    @property
    def consent_mode(self) -> ConsentMode: ...


def cookies_of(policy: PolicyParts) -> Iterator[tuple[str, Cookie]]:
    """Yield the site's own cookies, each with its place."""
    for number, cookie in enumerate(policy.cookies, 1):
        yield place_of("[[cookie]]", number, cookie.name), cookie


def services_of(policy: PolicyParts) -> Iterator[tuple[str, Service]]:
    """Yield the services, each with its place."""
    for number, service in enumerate(policy.services, 1):
        yield place_of("[[service]]", number, service.id), service
