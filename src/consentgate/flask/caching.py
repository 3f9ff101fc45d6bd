"""Keeps Flask-Caching from giving other visitors what was made for one visitor's consent.

Flask-Caching stores what views, functions and template fragments return. It looks up a key, makes the value
where there is none, and stores the value under the key. Where the visitor's consent was asked for in between,
the value depends on it. It must not be stored for others, unless the consent's own key is a part of the key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from consentgate.log_fields import fields

_log = logging.getLogger("consentgate")

_GUARDED = "_consentgate_guarded"


class Questions:
    """Counts how often a request's consent was asked for, in all and before each look-up in a cache. `key` is
    the consent's own."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._count = 0
        self._looked_up: dict[str, int] = {}

    def note(self) -> None:
        """Count one more question that the application asked."""
        self._count += 1

    def note_look_up(self, name: str) -> None:
        """Note that a cache looks up the key `name`."""
        self._looked_up[name] = self._count

    def may_store(self, name: str) -> bool:
        """Say whether a cache may store a value under the key `name`: where the consent's own key is a part
        of it, or where the consent was not asked for since the look-up."""
        return self._key in name or self._looked_up.get(name, 0) == self._count


def guard_caches(app: Any, questions: Callable[[], Questions | None]) -> None:
    """Keep every Flask-Caching cache in `app` from storing what depends on the current request's consent.

    `questions` returns the count of questions in that request, None where there is no request or gate.
    """
    for backend in app.extensions.get("cache", {}).values():
        if not hasattr(backend, _GUARDED):
            _guard(backend, questions)


def _guard(backend: Any, questions: Callable[[], Questions | None]) -> None:
    look_up, store = backend.get, backend.set
    told: set[str] = set()

    def get(key: Any, *given: Any, **named: Any) -> Any:
        asked = questions()
        if asked is not None:
            asked.note_look_up(str(key))
        return look_up(key, *given, **named)

    def set_unless_asked(key: Any, *given: Any, **named: Any) -> Any:
        asked = questions()
        if asked is None or asked.may_store(str(key)):
            return store(key, *given, **named)
        if not told:
            told.add(str(key))
            _log.warning(
                "Flask-Caching does not store the value of %a: it was made for one visitor's consent. "
                "To store it, put consent.key into its key, as in @cache.cached(make_cache_key="
                'lambda *args, **kwargs: f"{request.full_path} {consent.key}"). This is logged once',
                str(key)[:200],
                extra=fields("setup", about="cached page"),
            )
        return False

    backend.get, backend.set = get, set_unless_asked
    setattr(backend, _GUARDED, True)
