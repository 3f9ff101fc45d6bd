"""The Django application `consentgate.django`."""

from __future__ import annotations

from django.apps import AppConfig
from django.http import HttpRequest

from consentgate.gate import Gate

from .checks import register_checks
from .ungated import ungated


class ConsentgateConfig(AppConfig):
    """Gives `consentgate.django` a label that no other application takes, registers its checks, and lets
    requests that pass no middleware be asked for consent.

    `gate` is the one in effect, None before a server or test client has loaded the middleware.
    """

    name = "consentgate.django"
    label = "consentgate"
    verbose_name = "consentgate"
    gate: Gate | None = None

    def ready(self) -> None:
        register_checks()
        # Django's test requests pass no middleware: views that ask are testable all the same.
        HttpRequest.consent = ungated  # type: ignore[attr-defined]  # Django has no such attribute
