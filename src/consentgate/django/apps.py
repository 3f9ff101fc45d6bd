"""The Django application `consentgate.django`."""

from django.apps import AppConfig


class ConsentgateConfig(AppConfig):
    """Gives `consentgate.django` a label that no other application takes, and registers its checks."""

    name = "consentgate.django"
    label = "consentgate"
    verbose_name = "consentgate"

    def ready(self) -> None:
        # Not before: the checks read settings, which are there only once Django is set up.
        from .checks import register_checks

        register_checks()
