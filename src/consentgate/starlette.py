"""consentgate for Starlette and FastAPI.

    app = ConsentMiddleware(Starlette(routes=routes), gate)

wraps the whole application, error handlers included. `Middleware(ConsentMiddleware, gate=gate)` works, too,
where it is the first of the list; cookies that handlers of unexpected errors set then pass it by.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection

from .asgi import ConsentMiddleware
from .consent import Consent
from .policy import Cookie, Policy

__all__ = ["ConsentMiddleware", "consent_of", "with_session_cookie"]


def consent_of(connection: HTTPConnection) -> Consent:
    """The consent of the visitor behind a request or WebSocket.

    Raises LookupError where the application is not behind the gate.
    """
    consent = getattr(connection.state, "consent", None)
    if not isinstance(consent, Consent):
        raise LookupError("no consent in this request: wrap the application in ConsentMiddleware(app, gate)")
    return consent


def with_session_cookie(policy: Policy, name: str = "session", *, lifetime: str = "14 days") -> Policy:
    """`policy` with the cookie of Starlette's SessionMiddleware, which keeps visitors signed in, exempt
    under the `name` and `lifetime` that the middleware was given."""
    return policy.with_exempt(
        Cookie(name=name, category="necessary", reason="authentication", lifetime=lifetime)
    )
