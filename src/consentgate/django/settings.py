"""From Django's settings to a gate."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from consentgate.gate import Gate
from consentgate.policy import Cookie, Policy

_log = logging.getLogger("consentgate")

_KEYS = ("POLICY", "SECRET_KEY", "INSECURE", "TRUSTED_PROXIES")
DAY = 86_400


def gate_from_settings() -> Gate:
    """The gate that the setting `CONSENTGATE` describes.

    Raises ImproperlyConfigured where it has a key that means nothing, and what `Policy.load` and `Gate`
    raise.
    """
    given: Mapping[str, Any] = getattr(settings, "CONSENTGATE", {})
    unknown = [key for key in given if key not in _KEYS]
    if unknown:
        raise ImproperlyConfigured(f"CONSENTGATE: unknown key {unknown[0]!r}; known are {', '.join(_KEYS)}")
    policy = given.get("POLICY")
    if policy is None:
        _log.warning(
            'no policy file is configured (CONSENTGATE = {"POLICY": ...}): '
            'whatever nobody declared opens with "third-party"'
        )
        policy = Policy()
    elif isinstance(policy, str | os.PathLike):
        policy = Policy.load(policy)
    return Gate(
        policy.with_exempt(*_framework_cookies()),
        secret_key=given.get("SECRET_KEY") or _secret_keys(),
        insecure=given.get("INSECURE", False),
        trusted_proxies=given.get("TRUSTED_PROXIES", 0),
    )


def _secret_keys() -> list[str | bytes]:
    # Django's fallbacks go from the newest to the oldest, the gate's keys the other way.
    return [*reversed(settings.SECRET_KEY_FALLBACKS), settings.SECRET_KEY]


def _framework_cookies() -> list[Cookie]:
    """Cookies that Django itself sets: the session, CSRF protection, the language that was chosen and the
    messages for the next page."""
    return [
        _cookie(settings.SESSION_COOKIE_NAME, "authentication", settings.SESSION_COOKIE_AGE),
        _cookie(settings.CSRF_COOKIE_NAME, "security", settings.CSRF_COOKIE_AGE),
        _cookie(settings.LANGUAGE_COOKIE_NAME, "ui-preference", settings.LANGUAGE_COOKIE_AGE),
        _cookie("messages", "requested-service", None),
    ]


def _cookie(name: str, reason: Any, age: int | None) -> Cookie:
    lifetime = "session" if age is None else f"{min(395, max(1, -(-age // DAY)))} days"
    return Cookie(name=name, category="necessary", reason=reason, lifetime=lifetime)
