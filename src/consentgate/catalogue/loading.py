"""Reads the data files: `services.toml`, `share_links.toml` and `consent_mode.toml`, which are written by
hand, and `domains.csv` (see NOTICE.md)."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files

import msgspec

from .embeds import EmbedPage
from .inline_scripts import inline_signature
from .model import (
    CookiePurpose,
    Entity,
    InlineSignature,
    KnownConsentMode,
    KnownCookie,
    KnownService,
    ScriptSignature,
    ShownBy,
    WidgetSignature,
)
from .patterns import UrlPattern
from .share_links import Button, Network

_HERE = files(__package__)


# Each class below is a table of a file. A misspelt key is an error.


class _Inline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    then: str = ""
    loads: bool = False


class _Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str = ""
    id: str = ""
    attribute: str = ""
    value: str = ".+"


class _Widget(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    tag: str = ""
    class_: str = ""
    id: str = ""
    attribute: str = ""
    value: str = ""
    type: str = ""
    keep: bool = False


class _Embed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    frame: str
    page: str


class _Cookie(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    lifetime: str
    purpose: CookiePurpose = ""


class _Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    name: str
    category: str
    controller: str = ""
    privacy_url: str = ""
    aliases: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    scripts: tuple[_Script, ...] = ()
    cookies: tuple[_Cookie, ...] = ()
    inline: tuple[str | _Inline, ...] = ()
    stubs: tuple[str, ...] = ()
    widgets: tuple[_Widget, ...] = ()
    embeds: tuple[_Embed, ...] = ()
    shows: ShownBy = ""
    closed: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sets: dict[str, tuple[str, ...]]
    service: tuple[_Service, ...]


def services() -> tuple[KnownService, ...]:
    """Read the known services, in the order of the file. Raises ValueError where it is not well formed."""
    tables = tomllib.loads(_HERE.joinpath("services.toml").read_text("utf-8"))
    file = msgspec.convert(tables, _File)
    return tuple(_service(row, file.sets) for row in file.service)


class _Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    name: str
    source: str
    address: str = ""
    query: dict[str, str] = {}
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


class _ShareLinks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sets: dict[str, tuple[str, ...]]
    network: tuple[_Network, ...]
    button: tuple[dict[str, str | bool | list[str]], ...]


def buttons() -> tuple[Button, ...]:
    """Read the social buttons, in the order of the file. Raises ValueError where it is not well formed."""
    tables = tomllib.loads(_HERE.joinpath("share_links.toml").read_text("utf-8"))
    file = msgspec.convert(tables, _ShareLinks)
    networks = {row.id: _network(row) for row in file.network}
    return tuple(_button(row, networks, file.sets) for row in file.button)


class _ConsentMode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    services: tuple[str, ...]
    types: dict[str, tuple[str, ...]]


def consent_modes() -> tuple[KnownConsentMode, ...]:
    """Read how vendors' tags are told of consent. Raises ValueError where the file is not well formed."""
    tables = tomllib.loads(_HERE.joinpath("consent_mode.toml").read_text("utf-8"))
    modes = msgspec.convert(tables, dict[str, _ConsentMode])
    return tuple(KnownConsentMode(vendor, row.services, row.types) for vendor, row in modes.items())


def _network(row: _Network) -> Network:
    return Network(
        id=row.id,
        name=row.name,
        address=row.address,
        query=tuple(row.query.items()),
        paths=row.paths,
        hosts=tuple(map(UrlPattern.parse, row.hosts)),
    )


def _button(
    row: Mapping[str, str | bool | list[str]],
    networks: Mapping[str, Network],
    sets: Mapping[str, tuple[str, ...]],
) -> Button:
    texts = {key: value for key, value in row.items() if isinstance(value, str)}
    lists = {key: tuple(value) for key, value in row.items() if isinstance(value, list)}
    flags = {key: value for key, value in row.items() if isinstance(value, bool)}
    network, page = networks[texts.pop("network")], texts.pop("page", "")
    at = tuple(UrlPattern.parse(url) for text in lists.pop("at", ()) for url in _expand(text, sets))
    ((kind, pattern),) = texts.items() or [("at", "")]
    if kind not in ("class", "tag", "type", "value", "at") or (kind == "at") != bool(at):
        raise ValueError(f"a button needs exactly one of class, tag, type, value and at: {row}")
    return Button(network, kind, pattern, at, lists, page, **flags)


def _service(row: _Service, sets: Mapping[str, tuple[str, ...]]) -> KnownService:
    return KnownService(
        id=row.id,
        name=row.name,
        category=row.category,
        controller=row.controller,
        privacy_url=row.privacy_url,
        aliases=row.aliases,
        urls=tuple(UrlPattern.parse(url) for text in row.urls for url in _expand(text, sets)),
        needs=tuple(map(UrlPattern.parse, row.needs)),
        paths=row.paths,
        scripts=tuple(map(_script, row.scripts)),
        cookies=tuple(KnownCookie(cookie.name, cookie.lifetime, cookie.purpose) for cookie in row.cookies),
        inline=tuple(map(_inline, row.inline)),
        stubs=row.stubs,
        widgets=tuple(map(_widget, row.widgets)),
        shows=row.shows,
        embeds=tuple(EmbedPage(re.compile(embed.frame), embed.page) for embed in row.embeds),
        closed=row.closed,
    )


def _expand(text: str, sets: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield `text` once for each member of the set whose name stands in it as `{name}`."""
    before, brace, rest = text.partition("{")
    if not brace:
        yield text
        return
    name, _, after = rest.partition("}")
    for member in sets[name]:
        yield before + member + after


def _inline(row: str | _Inline) -> InlineSignature:
    if isinstance(row, str):
        return inline_signature(row)
    return inline_signature(row.text, row.then, loads=row.loads)


def _script(row: _Script) -> ScriptSignature:
    if not (row.path or row.id or row.attribute):
        raise ValueError("a script needs at least one of path, id and attribute")
    id = re.compile(row.id) if row.id else None
    return ScriptSignature(row.path, id, row.attribute, re.compile(row.value))


def _widget(row: _Widget) -> WidgetSignature:
    kinds = {
        "tag": row.tag,
        "class": row.class_,
        "id": row.id,
        "attribute": row.attribute,
        "value": row.value,
        "type": row.type,
    }
    given = {kind: pattern for kind, pattern in kinds.items() if pattern}
    if len(given) != 1:
        raise ValueError(f"a widget needs exactly one of tag, class, id, attribute, value and type: {row}")
    ((kind, pattern),) = given.items()
    return WidgetSignature(kind, pattern, row.keep)


def entities() -> Iterator[tuple[UrlPattern, Entity]]:
    """Yield every host pattern of `domains.csv` with its owner. In that file `*.x` stands for x as well."""
    lines = _HERE.joinpath("domains.csv").read_text("utf-8").splitlines()
    for row in csv.DictReader(lines):
        pattern = UrlPattern.parse(row["domain"])
        entity = Entity(row["entity"], row["category"])
        yield pattern, entity
        if pattern.subdomains:
            yield UrlPattern(pattern.host), entity
