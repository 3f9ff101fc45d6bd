"""The cookies that Django sets by itself, under the names and lifetimes in its settings."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.utils.module_loading import import_string

from consentgate.policy import Cookie

_SESSION_NAME, _SESSION_AGE = "SESSION_COOKIE_NAME", "SESSION_COOKIE_AGE"


def cookies_in_settings() -> Iterator[Cookie]:
    """Yield the cookies of sessions, CSRF protection, the chosen language and messages."""
    yield from _sessions()
    yield Cookie.exempt(settings.CSRF_COOKIE_NAME, "security", settings.CSRF_COOKIE_AGE)
    yield Cookie.exempt(settings.LANGUAGE_COOKIE_NAME, "ui-preference", settings.LANGUAGE_COOKIE_AGE)
    for name in _message_cookies(settings.MESSAGE_STORAGE):
        yield Cookie.exempt(name, "requested-service", None)


def _sessions() -> Iterator[Cookie]:
    """Yield the session cookies: Django's, and those of a site's own session middleware, whose names are in
    settings like ADMIN_SESSION_COOKIE_NAME or in the class."""
    for setting in (
        _SESSION_NAME,
        *sorted(name for name in dir(settings) if name.endswith(f"_{_SESSION_NAME}")),
    ):
        age = getattr(settings, setting.replace(_SESSION_NAME, _SESSION_AGE), settings.SESSION_COOKIE_AGE)
        closes = settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
        yield Cookie.exempt(getattr(settings, setting), "authentication", None if closes else age)
    for path in settings.MIDDLEWARE:
        for name in _names_in(path):
            yield Cookie.exempt(name, "authentication", settings.SESSION_COOKIE_AGE)


def _names_in(path: str) -> Iterator[str]:
    """Yield the cookie names that the session middleware at `path` has as attributes."""
    try:
        middleware = import_string(path)
    except ImportError:
        # Django itself reports this.
        return
    if isinstance(middleware, type) and issubclass(middleware, SessionMiddleware):
        for attribute in dir(middleware):
            value = getattr(middleware, attribute)
            if attribute.lower().endswith("cookie_name") and isinstance(value, str):
                yield value


def _message_cookies(storage: str | type) -> Iterator[str]:
    """Yield the names of the cookies in which a message storage, or a storage inside it, keeps messages."""
    made = import_string(storage) if isinstance(storage, str) else storage
    if hasattr(made, "cookie_name"):
        yield made.cookie_name
    for part in getattr(made, "storage_classes", ()):
        yield from _message_cookies(part)
