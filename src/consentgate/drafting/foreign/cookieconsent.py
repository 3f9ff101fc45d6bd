"""Reads a configuration of vanilla-cookieconsent, version 3: `CookieConsent.run({...})`."""

from __future__ import annotations

from .javascript import Skipped, Value
from .model import ForeignCategory, ForeignConfiguration, ForeignCookie, ForeignService
from .values import (
    NO_BUTTONS,
    cookie_names,
    cookies,
    days,
    items,
    lifetime,
    no_name,
    skipped_in,
    table,
    text,
    unread_in,
)

_NAMES = ("name", "cookie")
_PURPOSES = ("description", "desc", "purpose")


def read_cookieconsent(config: dict[str, Value]) -> ForeignConfiguration:
    """Read the object that `CookieConsent.run` is given."""
    left_out = skipped_in(config)
    language = table(config.get("language"))
    translations: dict[str, dict[str, Value]] = {}
    for tag, words in table(language.get("translations")).items():
        if isinstance(words, dict):
            translations[tag] = words
        elif isinstance(words, str):
            left_out.append(f"language.translations.{tag}: it is another file, {words}")
    if any(
        key not in ("title", "description")
        for words in translations.values()
        for key in table(words.get("consentModal"))
    ):
        left_out.append(NO_BUTTONS)
    free = [
        text(section.get("title")) or "without a title"
        for words in translations.values()
        for section in _sections(words)
        if not section.get("linkedCategory")
    ]
    if free:
        left_out.append(f"the parts of its window that are about no category: {', '.join(free)}")
    plain = (key for key, value in config.items() if not isinstance(value, Skipped))
    left_out += unread_in("CookieConsent", plain, ("categories", "language", "cookie"))
    main = text(language.get("default"))
    tags = [main, *(tag for tag in translations if tag != main)] if main else [*translations]
    categories = {id: table(one) for id, one in table(config.get("categories")).items()}
    by_name = {
        (id, cookie.name): cookie
        for tag in reversed(tags)
        for id, cookie in _listed(translations.get(tag, {}))
    }
    services: list[ForeignService] = []
    own: dict[tuple[str, str], ForeignCookie] = {}
    for id, one in categories.items():
        for key, service in table(one.get("services")).items():
            services.append(_service(id, key, table(service), left_out))
        for cookie in _cleared(id, table(one.get("autoClear")), left_out):
            own.setdefault((id, cookie.name), cookie)
    of_services = {cookie.name for service in services for cookie in service.cookies}
    merged = {**own, **by_name}
    return ForeignConfiguration(
        "CookieConsent",
        tuple(_category(id, one, translations) for id, one in categories.items()),
        tuple(services),
        tuple((id, cookie) for (id, _), cookie in merged.items() if cookie.name not in of_services),
        tuple(tags),
        {
            tag: title
            for tag, words in translations.items()
            if (title := text(table(words.get("consentModal")).get("title")))
        },
        {
            tag: intro
            for tag, words in translations.items()
            if (intro := text(table(words.get("consentModal")).get("description")))
        },
        kept=days(table(config.get("cookie")).get("expiresAfterDays")),
        left_out=tuple(left_out),
    )


def _cleared(id: str, clear: dict[str, Value], left_out: list[str]) -> list[ForeignCookie]:
    found: list[ForeignCookie] = []
    for one in items(clear.get("cookies")):
        name = table(one).get("name")
        names = cookie_names(name)
        if not names:
            left_out.append(f"{id}: {no_name(name)}")
        found += cookies(names)
    return found


def _service(category: str, key: str, one: dict[str, Value], left_out: list[str]) -> ForeignService:
    found = _cleared(key, one, left_out)
    label = text(one.get("label"))
    return ForeignService(key, {"": label} if label else {}, category, cookies=tuple(found))


def _sections(words: dict[str, Value]) -> list[dict[str, Value]]:
    return [table(section) for section in items(table(words.get("preferencesModal")).get("sections"))]


def _category(id: str, one: dict[str, Value], translations: dict[str, dict[str, Value]]) -> ForeignCategory:
    titles, descriptions = {}, {}
    for tag, words in translations.items():
        section = next((s for s in _sections(words) if s.get("linkedCategory") == id), {})
        if title := text(section.get("title")):
            titles[tag] = title
        if description := text(section.get("description")):
            descriptions[tag] = description
    return ForeignCategory(id, titles, descriptions, required=one.get("readOnly") is True)


def _listed(words: dict[str, Value]) -> list[tuple[str, ForeignCookie]]:
    """List the cookies in the tables that visitors read, each with its category."""
    found = []
    for section in _sections(words):
        category = text(section.get("linkedCategory"))
        rows = table(section.get("cookieTable")).get("body") if category else None
        for row in map(table, items(rows)):
            columns = {key.lower(): text(value) for key, value in row.items()}
            names = [columns[key] for key in _NAMES if columns.get(key)] or [*columns.values()][:1]
            purpose = next((columns[key] for key in _PURPOSES if columns.get(key)), "")
            lasts = next(filter(None, (lifetime(v) for k, v in columns.items() if v != purpose)), "")
            found += [(category, cookie) for cookie in cookies(names[:1], purpose, lasts)]
    return found
