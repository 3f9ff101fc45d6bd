"""Keeps from Flask-Caching what was made for one visitor's consent, unless its key says so.

Flask-Caching stores what views, functions and template fragments return, and asks nobody whether it may. It
looks a key up, makes what is not there, and stores that under the key: where the visitor's consent was asked
for in between, the value depends on it, and must not be stored for others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

_log = logging.getLogger("consentgate")

_GUARDED = "_consentgate_guarded"


class Questions:
    """How often a request's consent was asked for, and when a cache was last asked for each key."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._count = 0
        self._looked_up: dict[str, int] = {}

    def note(self) -> None:
        """Count one more question of the application's."""
        self._count += 1

    def look_up(self, name: str) -> None:
        """Note that a cache is asked for what it has under a key called `name`."""
        self._looked_up[name] = self._count

    def allow(self, name: str) -> bool:
        """Say whether a value may be stored under a key called `name`: it has the consent's own key in it, or
        nothing was asked since it was looked up."""
        return self._key in name or self._looked_up.get(name, 0) == self._count


def guard_caches(app: Any, questions: Callable[[], Questions | None]) -> None:
    """Let no cache of Flask-Caching's in `app` store what depends on the consent of the request at hand, of
    which `questions` gives what was asked."""
    for backend in app.extensions.get("cache", {}).values():
        if not hasattr(backend, _GUARDED):
            _guard(backend, questions)


def _guard(backend: Any, questions: Callable[[], Questions | None]) -> None:
    look_up, store = backend.get, backend.set
    told: set[str] = set()

    def get(key: Any, *given: Any, **named: Any) -> Any:
        asked = questions()
        if asked is not None:
            asked.look_up(str(key))
        return look_up(key, *given, **named)

    def set_unless_asked(key: Any, *given: Any, **named: Any) -> Any:
        asked = questions()
        if asked is None or asked.allow(str(key)):
            return store(key, *given, **named)
        if not told:
            told.add(str(key))
            _log.warning(
                "Flask-Caching does not store %a: what is under this key was made for one visitor's consent. "
                "To store it, put consent.key into its key, as in @cache.cached(make_cache_key="
                'lambda *args, **kwargs: f"{request.full_path} {consent.key}"). This is said once',
                str(key)[:200],
            )
        return False

    backend.get, backend.set = get, set_unless_asked
    setattr(backend, _GUARDED, True)
