"""What all endpoints of the gate know of a request, and ask of it."""

from __future__ import annotations

from dataclasses import dataclass

from consentgate.gate.cookies.filter import CookieFilter
from consentgate.gate.enforcement import Enforcement
from consentgate.gate.message import Answer
from consentgate.gate.request.origin import is_same_origin
from consentgate.gate.request.visit import Visit
from consentgate.pages import Pages

from .routes import problem


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What answers the requests of a `visit` for one of the gate's own addresses."""

    enforcement: Enforcement
    visit: Visit
    pages: Pages
    cookies: CookieFilter

    def foreign(self) -> Answer | None:
        """Return the answer to a form that was not sent by a page of this very host and port."""
        request, authority = self.visit.request, self.visit.authority
        if is_same_origin(request, authority):
            return None
        self.enforcement.log.decisions.wrong_origin(", ".join(request.values("origin")), authority)
        return problem(403, self.pages)
