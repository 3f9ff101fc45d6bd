"""Finds the cookies that an application's frameworks set by themselves, with their lifetimes.

Nothing here imports a framework: one that the application has not loaded sets no cookies.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from .application_layers import layers_of
from .policy import Cookie


def cookies_of(application: Any) -> list[Cookie]:
    """List the cookies of the frameworks in `application` and in what is mounted below it."""
    return [cookie for layer in layers_of(application) for cookie in _cookies_of_layer(layer)]


def _cookies_of_layer(layer: Any) -> Iterator[Cookie]:
    classes = type(layer).__mro__
    for module, name, cookies in _FRAMEWORKS:
        if getattr(sys.modules.get(module), name, None) in classes:
            yield from cookies(layer)


def _of_starlette(sessions: Any) -> Iterator[Cookie]:
    yield Cookie.exempt(sessions.session_cookie, "authentication", sessions.max_age)


def _of_starsessions(sessions: Any) -> Iterator[Cookie]:
    yield Cookie.exempt(sessions.cookie_name, "authentication", sessions.lifetime or None)


def _of_starlette_csrf(protection: Any) -> Iterator[Cookie]:
    yield Cookie.exempt(protection.cookie_name, "security", None)


def _of_flask(app: Any) -> Iterator[Cookie]:
    for name in dict.fromkeys((app.config["SESSION_COOKIE_NAME"], _session_name(app))):
        yield Cookie.exempt(name, "authentication", app.permanent_session_lifetime)
    if hasattr(app, "login_manager") and "flask_login" in sys.modules:
        defaults = sys.modules["flask_login"]
        yield Cookie.exempt(
            app.config.get("REMEMBER_COOKIE_NAME", defaults.COOKIE_NAME),
            "authentication",
            app.config.get("REMEMBER_COOKIE_DURATION", defaults.COOKIE_DURATION),
        )


def _session_name(app: Any) -> str:
    try:
        return str(app.session_interface.get_cookie_name(app))
    except (AttributeError, RuntimeError):
        # The site's own interface has no such method, or needs a request to know the name.
        return str(app.config["SESSION_COOKIE_NAME"])


def _of_django(_: Any) -> Iterator[Cookie]:
    from consentgate.django.cookies import cookies_in_settings

    return cookies_in_settings()


_FRAMEWORKS: tuple[tuple[str, str, Callable[[Any], Iterator[Cookie]]], ...] = (
    ("starlette.middleware.sessions", "SessionMiddleware", _of_starlette),
    ("starsessions.middleware", "SessionMiddleware", _of_starsessions),
    ("starlette_csrf.middleware", "CSRFMiddleware", _of_starlette_csrf),
    ("flask", "Flask", _of_flask),
    ("django.core.handlers.base", "BaseHandler", _of_django),
)
"""Each class that sets cookies, by module and name, and the function that reads them off an instance."""
