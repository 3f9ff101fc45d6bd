"""From Django's settings to a gate."""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from consentgate.configuration import Configuration, Misconfigured
from consentgate.gate import Gate

from .cookies import cookies_in_settings


def gate_from_settings() -> Gate:
    """The gate that the setting `CONSENTGATE` describes. The one that was made last is where Django keeps
    its applications, too: a server makes that of the middleware first, and the one around it then.

    Raises ImproperlyConfigured with every mistake in the setting.
    """
    try:
        gate = read_settings().gate(*cookies_in_settings())
    except Misconfigured as error:
        raise ImproperlyConfigured(str(error)) from error
    for application in apps.get_app_configs():
        # Known by its name. Its class cannot be imported here: it imports the checks, which import this.
        if application.name == "consentgate.django":
            application.gate = gate  # type: ignore[attr-defined]  # ConsentgateConfig has it
    return gate


def read_settings() -> Configuration:
    """The setting `CONSENTGATE`. Raises ImproperlyConfigured where that is no dictionary."""
    given = getattr(settings, "CONSENTGATE", {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(
            f"CONSENTGATE: expected a dictionary, not {given!r}; "
            'write CONSENTGATE = {"POLICY": BASE_DIR / "consentgate.toml"}'
        )
    return Configuration(given, spelling='CONSENTGATE["{}"]', secret_keys=_secret_keys())


def _secret_keys() -> list[str | bytes]:
    try:
        current = settings.SECRET_KEY
    except ImproperlyConfigured:
        # Django's word for an empty one.
        return []
    # Django's fallbacks go from the newest to the oldest, the gate's keys the other way.
    return [*reversed(settings.SECRET_KEY_FALLBACKS), current]
