"""The Django application `consentgate.django`."""

from __future__ import annotations

from django.apps import AppConfig
from django.http import HttpRequest

from consentgate.gate import Gate

from .checks import register_checks
from .ungated import ungated


class ConsentgateConfig(AppConfig):
    """The application: gives `consentgate.django` a label of its own, and registers its checks.

    Requests that did not come through the middleware get a `consent`, too, so that views can ask them. `gate`
    is the gate in effect, None until a server or test client has loaded the middleware.
    """

    name = "consentgate.django"
    label = "consentgate"
    verbose_name = "consentgate"
    gate: Gate | None = None

    def ready(self) -> None:
        register_checks()
        # Requests from Django's RequestFactory pass no middleware: a view that asks is testable all the same.
        HttpRequest.consent = ungated  # type: ignore[attr-defined]  # Django has no such attribute
