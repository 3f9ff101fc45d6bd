"""The consent of a request that did not come through the middleware, as in a view that is tested alone."""

from __future__ import annotations

import logging

from django.http import HttpRequest

from consentgate.consent import Consent

from .settings import read_settings

_log = logging.getLogger("consentgate")


class Ungated:
    """The attribute `consent` of requests, until the middleware gives them the visitor's: nobody said yes."""

    _is_told = False

    def __get__(self, request: HttpRequest | None, owner: type) -> Consent | Ungated:
        return self if request is None else self.consent()

    def consent(self) -> Consent:
        """A consent that has granted nothing. The log says so once: the middleware may be missing."""
        if not self._is_told:
            self._is_told = True
            _log.warning(
                "request.consent was asked for in a request that did not come through the gate, so that "
                "nothing counts as allowed. In production: put "
                '"consentgate.django.ConsentMiddleware" first in MIDDLEWARE. In a test of a view alone: '
                'request.consent = consentgate.testing.consent_for(gate_from_settings(), grants=["stats"])'
            )
        return Consent(read_settings().policy())


ungated = Ungated()
