"""What the configurations of consent managers have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class NotThatFormat(ValueError):
    """A file is no configuration of the kind that was expected, or cannot be read as one."""


@dataclass(frozen=True, slots=True)
class ForeignCookie:
    """A cookie. `name` may end in `*`; a `lifetime` is as policies write it, "" where none is stated."""

    name: str
    purpose: str = ""
    lifetime: str = ""


@dataclass(frozen=True, slots=True)
class ForeignCategory:
    """A purpose that visitors are asked about, with what they read by language."""

    id: str
    titles: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    required: bool = False


@dataclass(frozen=True, slots=True)
class ForeignService:
    """A service, under the other manager's `id`. `known` is its id in our catalogue, or "".

    `names` and `purposes` are what visitors read, by language; "" is for words in no certain one.
    """

    id: str
    names: Mapping[str, str] = field(default_factory=dict)
    category: str = ""
    purposes: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[ForeignCookie, ...] = ()
    required: bool = False
    known: str = ""


@dataclass(frozen=True, slots=True)
class ForeignConfiguration:
    """A configuration of the consent manager `of`.

    `cookies` has by category those that belong to no service. `titles` and `intros` are the banner's, by
    language. `kept` is the lifetime of choices, "" where none is stated. `left_out` says what could not be
    carried over.
    """

    of: str
    categories: tuple[ForeignCategory, ...] = ()
    services: tuple[ForeignService, ...] = ()
    cookies: tuple[tuple[str, ForeignCookie], ...] = ()
    languages: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    intros: Mapping[str, str] = field(default_factory=dict)
    privacy_url: str = ""
    kept: str = ""
    left_out: tuple[str, ...] = ()
