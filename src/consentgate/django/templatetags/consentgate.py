"""Consent in Django's templates.

{% load consentgate %}
{% if request|allows:"performance" %}...{% endif %}
"""

from __future__ import annotations

from django import template
from django.http import HttpRequest

from consentgate.django.middleware import consent_of

register = template.Library()


@register.filter
def allows(request: HttpRequest, name: str) -> bool:
    """Say whether the visitor behind `request` has consented to the category or service `name`."""
    return consent_of(request).allows(name)
