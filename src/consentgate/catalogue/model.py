"""The catalogue's plain data: services, cookies, signatures and the owners of hosts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .embeds import EmbedPage
from .patterns import UrlPattern
from .share_links import ShareLink

CookiePurpose: TypeAlias = Literal[
    "",
    "visitor",
    "session",
    "campaign",
    "test",
    "limit",
    "probe",
    "settings",
    "choice",
    "login",
    "security",
    "load-balancing",
]
"""The purpose of a cookie, in a word that texts/ translate; services.toml explains each."""


@dataclass(frozen=True, slots=True)
class KnownCookie:
    """A cookie that a service sets on the site's own host. `name` may end in `*`.

    `lifetime` is "session", or a number of minutes, hours, days, months or years. `purpose` is empty where it
    is not known.
    """

    name: str
    lifetime: str
    purpose: CookiePurpose = ""


@dataclass(frozen=True, slots=True)
class InlineSignature:
    """A text that gives an inline script away as a service's.

    `token` is an identifier that stands as a whole word in every script that `pattern` matches. With
    `loads`, the text is a mere address and counts only where the script loads something.
    """

    token: bytes
    pattern: re.Pattern[bytes]
    loads: bool = False


@dataclass(frozen=True, slots=True)
class ScriptSignature:
    """A mark by which a script is known as a service's, wherever its file is. All that is given must fit.

    `path` is a glob for the path of the script's URL, `id` a pattern for the whole of what its query has as
    `id`, and `attribute` the name of one that the element has, the whole value of which `value` matches.
    """

    path: str = ""
    id: re.Pattern[str] | None = None
    attribute: str = ""
    value: re.Pattern[str] = re.compile(r".+")


@dataclass(frozen=True, slots=True)
class WidgetSignature:
    """A name that gives an element away as a service's widget.

    `kind` says which name it is: the tag, a class, the id, an attribute, an attribute's `value` (written
    name=value) or the script type. `pattern` matches the whole of it. `keep` says that the markup is of use
    without its script.
    """

    kind: str
    pattern: str
    keep: bool = False


ShownBy: TypeAlias = Literal["", "script", "inline script"]
"""The kind of markup that shows something where it stands, as violations name it."""


@dataclass(frozen=True, slots=True)
class KnownService:
    """One vendor's product, as the catalogue knows it.

    `category` is the catalogue's own word, which a policy maps to one of its categories. Policies may call it
    by one of its `aliases`, too. `urls` is all that the service is known to load, and services may share a
    loader; `needs` is what its scripts load of other services. `paths` are globs that give the service away
    on any host, and `scripts` is what gives the elements away that load its scripts. `embeds` lead from its
    frames to the pages of what these show, and `shows` says which of its scripts show something where they
    stand, none by default. `stubs` are the globals by which the code of pages calls the service; one that
    ends in [] is a queue. One that is `closed` has ended, and only its markup is still about. A text is empty
    where it is unknown.
    """

    id: str
    name: str
    category: str
    controller: str = ""
    privacy_url: str = ""
    aliases: tuple[str, ...] = ()
    urls: tuple[UrlPattern, ...] = ()
    needs: tuple[UrlPattern, ...] = ()
    paths: tuple[str, ...] = ()
    scripts: tuple[ScriptSignature, ...] = ()
    cookies: tuple[KnownCookie, ...] = ()
    inline: tuple[InlineSignature, ...] = ()
    stubs: tuple[str, ...] = ()
    widgets: tuple[WidgetSignature, ...] = ()
    embeds: tuple[EmbedPage, ...] = ()
    shows: ShownBy = ""
    closed: bool = False

    @property
    def globals(self) -> frozenset[str]:
        """The names of the `stubs`, of queues and others."""
        return frozenset(name.removesuffix("[]") for name in self.stubs)

    def purpose_of(self, cookie: str) -> CookiePurpose:
        """Return what the cookie of this name is for; empty where that is not known."""
        return next((known.purpose for known in self.cookies if known.name == cookie), "")


@dataclass(frozen=True, slots=True)
class KnownConsentMode:
    """How the tags of a `vendor` are told of consent.

    `services` has the ids of those that have such tags. `types` has the ids of the services that each type of
    consent is about, by the vendor's name for the type.
    """

    vendor: str
    services: tuple[str, ...]
    types: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Widget:
    """An element that was recognised: its service, whether it may stay while that is blocked, and the share
    link that can take its place, or make up for what it lacks."""

    service: KnownService
    keep: bool
    link: ShareLink | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """The company behind a host, and what it does there. For labels only."""

    name: str
    category: str
