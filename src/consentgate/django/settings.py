"""Makes a gate from Django's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from consentgate.configuration import Configuration, Misconfigured
from consentgate.gate import Gate
from consentgate.policy import DeclaredService, services_in

from .admin_pages import admin_paths
from .cookies import cookies_in_settings


def gate_from_settings() -> Gate:
    """Make the gate that the setting `CONSENTGATE` describes.

    `apps.get_app_config("consentgate").gate` is then this gate. Where a server makes a second one, around the
    whole application, that is made later and stays.

    Raises ImproperlyConfigured with every mistake in the setting.
    """
    try:
        gate = read_settings().gate(
            *cookies_in_settings(), not_on=admin_paths(), services=services_of_applications()
        )
    except Misconfigured as error:
        raise ImproperlyConfigured(str(error)) from error
    for application in apps.get_app_configs():
        # Recognised by its name, since its class imports the checks, and these import this module.
        if application.name == "consentgate.django":
            application.gate = gate  # type: ignore[attr-defined]  # ConsentgateConfig has it
    return gate


def services_of_applications() -> Iterator[DeclaredService]:
    """Yield the services that installed applications declare: `consent_services` of their AppConfig, a list
    of tables or a method that returns one.

    Raises PolicyError where one holds something else.
    """
    for application in apps.get_app_configs():
        declared = getattr(application, "consent_services", None)
        if declared is not None:
            yield from services_in(f"consent_services of {application.name}", declared)


def read_settings() -> Configuration:
    """Read the setting `CONSENTGATE`. Raises ImproperlyConfigured where it is no dictionary."""
    given = getattr(settings, "CONSENTGATE", {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(
            f"CONSENTGATE: expected a dictionary, not {given!r}; "
            'write CONSENTGATE = {"POLICY": BASE_DIR / "consentgate.toml"}'
        )
    return Configuration(
        given, spelling='CONSENTGATE["{}"]', secret_keys=_secret_keys(), is_debugging=settings.DEBUG
    )


def _secret_keys() -> list[str | bytes]:
    try:
        current = settings.SECRET_KEY
    except ImproperlyConfigured:
        # Django raises this for an empty key. The check E005 says what to do.
        return []
    # Django's fallbacks go from the newest to the oldest, the gate's keys from the oldest to the newest.
    return [*reversed(settings.SECRET_KEY_FALLBACKS), current]
