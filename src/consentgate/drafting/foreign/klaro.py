"""Reads a configuration of Klaro: `var klaroConfig = {...}`, or the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from .javascript import Value
from .model import ForeignCategory, ForeignConfiguration, ForeignCookie, ForeignService
from .values import NO_INTRODUCTION, cookie_names, cookies, items, no_name, skipped_in, table, text

_ALL = "zz"
"""The language of texts that are for all languages."""
_NOTICES = ("consentModal", "consentNotice")
_OF_A_DOMAIN = ("name", "pattern")


def read_klaro(config: dict[str, Value]) -> ForeignConfiguration:
    """Read the object that Klaro is given."""
    translations = {tag: table(words) for tag, words in table(config.get("translations")).items()}
    languages = [tag for tag in translations if tag != _ALL]
    if isinstance(main := config.get("lang"), str) and main:
        languages = [main, *(tag for tag in languages if tag != main)]
    left_out: list[str] = []
    services = [
        _service(table(one), translations, left_out)
        for one in (*items(config.get("services")), *items(config.get("apps")))
    ]
    purposes = dict.fromkeys(service.category for service in services if service.category)
    if any(_in(words, notice, "description") for words in translations.values() for notice in _NOTICES):
        left_out.append(NO_INTRODUCTION)
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
        privacy_url=_privacy_url(config, translations),
        left_out=(*left_out, *skipped),
    )


def _in(words: Value, *keys: str) -> str:
    for key in keys:
        words = table(words).get(key)
    return text(words)


def _service(
    one: dict[str, Value], translations: dict[str, dict[str, Value]], left_out: list[str]
) -> ForeignService:
    id = text(one.get("name"))
    own = table(one.get("translations"))
    words: list[Value] = [
        one,
        own.get(_ALL),
        *own.values(),
        *(words.get(id) for words in translations.values()),
    ]
    purposes = [text(purpose) for purpose in items(one.get("purposes"))]
    if len(purposes) > 1:
        left_out.append(
            f"{id}: it has several purposes, {', '.join(purposes)}; a service has one category here"
        )
    return ForeignService(
        id,
        _first(_in(word, "title") for word in words),
        purposes[0] if purposes else "",
        _first(_in(word, "description") for word in words),
        tuple(_cookies(id, items(one.get("cookies")), left_out)),
        required=one.get("required") is True,
    )


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
