"""The Django application `consentgate.django`."""

from django.apps import AppConfig


class ConsentgateConfig(AppConfig):
    """Gives `consentgate.django` a label that no other application takes."""

    name = "consentgate.django"
    label = "consentgate"
    verbose_name = "consentgate"
