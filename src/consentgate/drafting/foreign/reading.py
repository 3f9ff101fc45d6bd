"""Finds out which consent manager a configuration is for, and reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from .cookieconsent import read_cookieconsent
from .django_cookie_consent import COOKIE, GROUP, read_django_cookie_consent
from .javascript import NotData, Value, read_value
from .klaro import read_klaro
from .model import ForeignConfiguration, NotThatFormat
from .tarteaucitron import jobs_in, read_tarteaucitron
from .values import items, table

FORMATS = ("klaro", "cookieconsent", "tarteaucitron", "django-cookie-consent")

_STARTS: Mapping[str, tuple[re.Pattern[str], ...]] = {
    "klaro": (
        re.compile(r"\bklaroConfig\s*=\s*(?=\{)"),
        re.compile(r"\bklaro\.setup\(\s*(?=\{)"),
    ),
    "cookieconsent": (re.compile(r"\bCookieConsent\.run\(\s*(?=\{)"),),
    "tarteaucitron": (re.compile(r"\btarteaucitron\.init\(\s*(?=\{)"),),
}
_ANY_OBJECT = (
    re.compile(r"\A\s*(?=[\[{])"),
    re.compile(r"\bexport\s+default\s+(?=\{)"),
    re.compile(r"\bmodule\.exports\s*=\s*(?=\{)"),
    re.compile(r"\b(?:const|let|var)\s+\w+(?:\s*:\s*[\w.]+)?\s*=\s*(?=\{)"),
)
_EXPECTED = {
    "klaro": "var klaroConfig = {...}, or the same object as JSON, with its services",
    "cookieconsent": "CookieConsent.run({...}), or the object in it, with its categories",
    "tarteaucitron": "tarteaucitron.init({...}), or (tarteaucitron.job = tarteaucitron.job || []).push(...)",
    "django-cookie-consent": "a list of objects, as manage.py dumpdata cookie_consent prints it",
}


def read_configuration(source: str, kind: str | None = None) -> ForeignConfiguration:
    """Read the configuration in `source`, of the given `kind` or of the one that it looks like.

    Raises NotThatFormat where it is none that is known.
    """
    for one in (kind,) if kind else FORMATS:
        value = _value(source, one)
        if value is not None and _IS[one](value, source):
            return _read(one, value, source)
    if kind:
        raise NotThatFormat(f"expected a configuration of {kind}: {_EXPECTED[kind]}")
    raise NotThatFormat(
        f"expected a configuration of {', '.join(FORMATS)}; --from FORMAT says what it has to look like"
    )


def _value(source: str, kind: str) -> Value:
    """Return the value in `source` that could be a configuration of this `kind`, or None."""
    try:
        return _of_json(json.loads(source))
    except (ValueError, RecursionError):
        pass
    if kind == "django-cookie-consent":
        return None
    failure = ""
    for start in (*_STARTS[kind], *_ANY_OBJECT):
        match = start.search(source)
        if match is None:
            continue
        try:
            return read_value(source, match.end())[0]
        except NotData as error:
            failure = str(error)
    if failure and _STARTS[kind][0].search(source):
        raise NotThatFormat(f"the configuration of {kind} cannot be read: {failure}")
    return {} if kind == "tarteaucitron" else None


def _of_json(value: object) -> Value:
    if isinstance(value, dict):
        return {str(key): _of_json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_of_json(part) for part in value]
    return value if isinstance(value, str | bool | int | float) else None


def _is_klaro(value: Value, source: str) -> bool:
    return any(key in table(value) for key in ("services", "apps"))


def _is_cookieconsent(value: Value, source: str) -> bool:
    return isinstance(table(value).get("categories"), dict)


def _is_tarteaucitron(value: Value, source: str) -> bool:
    return bool(jobs_in(source)) or "tarteaucitron.init" in source


def _is_django_cookie_consent(value: Value, source: str) -> bool:
    return any(table(row).get("model") in (GROUP, COOKIE) for row in items(value))


_IS: Mapping[str, Callable[[Value, str], bool]] = {
    "klaro": _is_klaro,
    "cookieconsent": _is_cookieconsent,
    "tarteaucitron": _is_tarteaucitron,
    "django-cookie-consent": _is_django_cookie_consent,
}


def _read(kind: str, value: Value, source: str) -> ForeignConfiguration:
    if kind == "klaro":
        return read_klaro(table(value))
    if kind == "cookieconsent":
        return read_cookieconsent(table(value))
    if kind == "tarteaucitron":
        return read_tarteaucitron(table(value), source)
    return read_django_cookie_consent(value)
