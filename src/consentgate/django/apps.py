"""The Django application `consentgate.django`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from consentgate.gate import Gate


class ConsentgateConfig(AppConfig):
    """Gives `consentgate.django` a label that no other application takes, and registers its checks.

    `gate` is the one in effect, None before a server or test client has loaded the middleware.
    """

    name = "consentgate.django"
    label = "consentgate"
    verbose_name = "consentgate"
    gate: Gate | None = None

    def ready(self) -> None:
        # Not before: the checks read settings, which are there only once Django is set up.
        from .checks import register_checks

        register_checks()
