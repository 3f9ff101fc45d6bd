"""Reads a configuration of Klaro: `var klaroConfig = {...}`, or the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from .javascript import Skipped, Value
from .model import ForeignCategory, ForeignConfiguration, ForeignCookie, ForeignService
from .values import (
    NO_BUTTONS,
    cookie_names,
    cookies,
    days,
    items,
    no_name,
    skipped_in,
    table,
    text,
    unread_in,
)

_ALL = "zz"
"""The language of texts that are for all languages."""
_NOTICES = ("consentModal", "consentNotice")
_READ = ("lang", "translations", "services", "apps", "privacyPolicy", "cookieExpiresAfterDays")
_READ_IN_SERVICES = ("name", "title", "description", "translations", "purposes", "cookies", "required")
_NO_WORDS = ("purposes", "consentModal", "privacyPolicyUrl")
_OF_A_DOMAIN = ("name", "pattern")


def read_klaro(config: dict[str, Value]) -> ForeignConfiguration:
    """Read the object that Klaro is given."""
    translations = {tag: table(words) for tag, words in table(config.get("translations")).items()}
    languages = [tag for tag in translations if tag != _ALL]
    if isinstance(main := config.get("lang"), str) and main:
        languages = [main, *(tag for tag in languages if tag != main)]
    left_out: list[str] = []
    services = [_service(table(one), translations, left_out) for one in _services(config)]
    purposes = dict.fromkeys(service.category for service in services if service.category)
    ids = {service.id for service in services}
    if any(key not in (*_NO_WORDS, *ids) for words in translations.values() for key in words):
        left_out.append(NO_BUTTONS)
    in_services = (key for one in _services(config) for key in table(one) if not _is_code(table(one)[key]))
    left_out += unread_in("Klaro", (key for key in config if not _is_code(config[key])), _READ)
    left_out += unread_in("services", in_services, _READ_IN_SERVICES)
    skipped = [one for one in skipped_in(config) if not one.startswith("translations")]
    return ForeignConfiguration(
        "Klaro",
        tuple(_category(id, translations) for id in purposes),
        tuple(service for service in services if service.id),
        languages=tuple(languages),
        titles={
            tag: title
            for tag, words in translations.items()
            if tag != _ALL and (title := _in(words, "consentModal", "title"))
        },
        intros={
            tag: intro
            for tag, words in translations.items()
            if tag != _ALL and (intro := _first(_in(words, notice, "description") for notice in _NOTICES))
        },
        privacy_url=_privacy_url(config, translations),
        kept=days(config.get("cookieExpiresAfterDays")),
        left_out=(*left_out, *skipped),
    )


def _services(config: dict[str, Value]) -> list[Value]:
    return [*items(config.get("services")), *items(config.get("apps"))]


def _is_code(value: Value) -> bool:
    return isinstance(value, Skipped)


def _in(words: Value, *keys: str) -> str:
    for key in keys:
        words = table(words).get(key)
    return text(words)


def _service(
    one: dict[str, Value], translations: dict[str, dict[str, Value]], left_out: list[str]
) -> ForeignService:
    id = text(one.get("name"))
    words: list[tuple[str, Value]] = [
        ("", one),
        *table(one.get("translations")).items(),
        *((tag, words.get(id)) for tag, words in translations.items()),
    ]
    purposes = [text(purpose) for purpose in items(one.get("purposes"))]
    if len(purposes) > 1:
        left_out.append(
            f"{id}: it has several purposes, {', '.join(purposes)}; a service has one category here"
        )
    return ForeignService(
        id,
        _by_language(words, "title"),
        purposes[0] if purposes else "",
        _by_language(words, "description"),
        tuple(_cookies(id, items(one.get("cookies")), left_out)),
        required=one.get("required") is True,
    )


def _by_language(words: Iterable[tuple[str, Value]], key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag, table_ in words:
        if one := _in(table_, key):
            found.setdefault("" if tag == _ALL else tag, one)
    return found


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _cookies(id: str, written: list[Value], left_out: list[str]) -> list[ForeignCookie]:
    found: list[ForeignCookie] = []
    for one in written:
        # A list has the name, the path and the domain.
        parts = table(one)
        name = (
            one[0]
            if isinstance(one, list) and one
            else next((parts[key] for key in _OF_A_DOMAIN if key in parts), one)
        )
        names = cookie_names(name)
        if not names:
            left_out.append(f"{id}: {no_name(name)}")
        found += cookies(names)
    return found


def _category(id: str, translations: dict[str, dict[str, Value]]) -> ForeignCategory:
    titles, descriptions = {}, {}
    for tag, words in translations.items():
        purpose = table(words.get("purposes")).get(id)
        title = text(purpose) if isinstance(purpose, str) else _in(purpose, "title")
        if title:
            titles[tag] = title
        if description := _in(purpose, "description"):
            descriptions[tag] = description
    return ForeignCategory(id, titles, descriptions)


def _privacy_url(config: dict[str, Value], translations: dict[str, dict[str, Value]]) -> str:
    given = config.get("privacyPolicy")
    plain = given if isinstance(given, str) else next(filter(None, map(text, table(given).values())), "")
    return plain or _first(_in(words, "privacyPolicyUrl") for words in translations.values())
