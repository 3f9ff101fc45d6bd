"""The consent of a request that did not come through the middleware.

Either the gate is around the whole application, or a view is tested alone.
"""

from __future__ import annotations

import logging
from typing import cast

from django.http import HttpRequest

from consentgate import asgi, wsgi
from consentgate.consent import Consent
from consentgate.log_fields import fields

from .caching import give_consent
from .settings import read_settings

_log = logging.getLogger("consentgate")


def take_from_outside(request: HttpRequest) -> bool:
    """Give `request` the consent of the gate around the application. Return False where there is none."""
    consent = request.META.get(wsgi.CONSENT) or getattr(request, "scope", {}).get(asgi.CONSENT)
    if not isinstance(consent, Consent):
        return False
    give_consent(request, consent)
    return True


class Ungated:
    """The attribute `consent` of a request, until the middleware gives it the visitor's consent."""

    _is_told = False

    def __get__(self, request: HttpRequest | None, owner: type) -> Consent | Ungated:
        return self if request is None else self.consent_of(request)

    def consent_of(self, request: HttpRequest) -> Consent:
        """Return the consent of the gate around the application, else one that has granted nothing."""
        if take_from_outside(request):
            return cast(Consent, request.__dict__["consent"])
        return self._nothing(request)

    def _nothing(self, request: HttpRequest) -> Consent:
        # Logged once: where the middleware is missing in production, every request comes here.
        if not self._is_told:
            self._is_told = True
            _log.warning(
                "request.consent was asked for in a request that did not come through the gate: nothing is "
                "allowed in it. In production: put "
                '"consentgate.django.ConsentMiddleware" first in MIDDLEWARE. In a test of a view alone: '
                'request.consent = consentgate.testing.consent_for(gate_from_settings(), grants=["stats"])',
                extra=fields("setup", about="ungated"),
            )
        return Consent(read_settings().policy_for(request.META.get("HTTP_HOST") or "testserver"))


ungated = Ungated()
