"""What the catalogue knows: plain data about services, cookies and the owners of hosts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .patterns import UrlPattern


@dataclass(frozen=True, slots=True)
class KnownCookie:
    """A cookie that a service sets on the site's own host. `name` may end in `*`.

    `lifetime` is "session", or a number of minutes, hours, days, months or years.
    """

    name: str
    lifetime: str


@dataclass(frozen=True, slots=True)
class InlineSignature:
    """What gives an inline script away as a service's.

    `token` is an identifier that stands as a whole word in every script that `pattern` matches. With
    `loads`, the text is a mere address, which counts only where the script also loads something.
    """

    token: bytes
    pattern: re.Pattern[bytes]
    loads: bool = False


@dataclass(frozen=True, slots=True)
class WidgetSignature:
    """What gives an element away as a service's widget: its tag, one class, its id, one attribute or its
    script type.

    `pattern` matches the whole name or token. `keep` says that the markup is of use without its script.
    """

    kind: str
    pattern: str
    keep: bool = False


@dataclass(frozen=True, slots=True)
class KnownService:
    """One vendor's product, as the catalogue has it; of equal standing with what a policy declares.

    `category` is the catalogue's own word, which a policy maps to one of its categories. `urls` is all that
    the service is known to load; services may share a loader. `paths` are globs that give it away on any
    host. An empty text is an unknown one.
    """

    id: str
    name: str
    category: str
    controller: str = ""
    privacy_url: str = ""
    urls: tuple[UrlPattern, ...] = ()
    paths: tuple[str, ...] = ()
    cookies: tuple[KnownCookie, ...] = ()
    inline: tuple[InlineSignature, ...] = ()
    widgets: tuple[WidgetSignature, ...] = ()


@dataclass(frozen=True, slots=True)
class Widget:
    """An element that was recognised: whose it is, and whether it may stay while the service is blocked."""

    service: KnownService
    keep: bool


@dataclass(frozen=True, slots=True)
class Entity:
    """Who is behind a host, and what they do there. For labels only."""

    name: str
    category: str
