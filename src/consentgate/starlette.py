"""consentgate for Starlette and FastAPI.

    app = ConsentMiddleware(Starlette(routes=routes), gate)

wraps the whole application, error handlers included. `Middleware(ConsentMiddleware, gate=gate)` works, too,
where it is the first of the list; only what handlers of unexpected errors set then passes it by.

The consent is `request.state.consent`, or `consent_of(request)` for type checkers. A route of FastAPI's can
ask for it with `Depends(require_consent("performance"))`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import HTTPConnection

from . import asgi
from .consent import Consent
from .gate import Gate
from .policy import Cookie

__all__ = ["ConsentMiddleware", "consent_of", "require_consent"]

DAY = 86_400
_DEFAULT_NAME, _DEFAULT_AGE = "session", 14 * DAY


class ConsentMiddleware(asgi.ConsentMiddleware):
    """`app` behind `gate`, with the cookie of Starlette's SessionMiddleware exempt, under the name and
    lifetime that it was given."""

    def __init__(self, app: asgi.App, gate: Gate) -> None:
        super().__init__(app, gate)
        self._knows_sessions = False

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if not self._knows_sessions:
            # Not before the first request: middleware may be added to an application until then.
            self.gate = self.gate.exempting(*_session_cookies(self.app))
            self._knows_sessions = True
        await super().__call__(scope, receive, send)


def consent_of(connection: HTTPConnection) -> Consent:
    """The consent of the visitor behind a request or WebSocket.

    Raises LookupError where the application is not behind the gate.
    """
    consent = getattr(connection.state, "consent", None)
    if not isinstance(consent, Consent):
        raise LookupError("no consent in this request: wrap the application in ConsentMiddleware(app, gate)")
    return consent


def require_consent(*names: str) -> Callable[[HTTPConnection], Awaitable[Consent]]:
    """A dependency of FastAPI's that gives the visitor's consent where it covers every category and service
    named, and otherwise raises HTTPException: 403, which no cache keeps.

    An id that the policy does not have raises UnknownId at the first request.
    """

    async def required(connection: HTTPConnection) -> Consent:
        consent = consent_of(connection)
        missing = [name for name in names if not consent.allows(name)]
        if missing:
            detail = f"This needs your consent to: {', '.join(missing)}"
            raise HTTPException(403, detail, {"Cache-Control": "no-store"})
        return consent

    return required


def _session_cookies(app: Any) -> Iterator[Cookie]:
    """The session cookies of an application: those of middleware that it was built with, and of the layers
    that it is made of."""
    while app is not None:
        if isinstance(app, SessionMiddleware):
            yield _cookie(app.session_cookie, app.max_age)
        for middleware in getattr(app, "user_middleware", ()):
            if middleware.cls is SessionMiddleware:
                options = middleware.kwargs
                yield _cookie(
                    options.get("session_cookie", _DEFAULT_NAME), options.get("max_age", _DEFAULT_AGE)
                )
        app = getattr(app, "app", None)


def _cookie(name: str, max_age: int | None) -> Cookie:
    lifetime = "session" if max_age is None else f"{max(1, -(-max_age // DAY))} days"
    return Cookie(name=name, category="necessary", reason="authentication", lifetime=lifetime)
