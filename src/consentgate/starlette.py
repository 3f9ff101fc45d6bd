"""consentgate for Starlette and FastAPI.

    app = ConsentMiddleware(Starlette(routes=routes), gate)

This wraps the whole application with its error handlers. `Middleware(ConsentMiddleware, gate=gate)` works as
well, where it is the first in the list. What handlers of unexpected errors send then bypasses the gate.

The consent is `request.state.consent`, or `consent_of(request)` for type checkers. In FastAPI, a route can
ask for it with `Depends(require_consent("performance"))`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from . import asgi
from .consent import Consent
from .framework_cookies import cookies_of
from .gate import Gate

__all__ = ["ConsentMiddleware", "consent_declaration", "consent_of", "require_consent"]

_UNGATED = (
    "no consent in this request: wrap the application in ConsentMiddleware(app, gate), in tests too: "
    "TestClient(ConsentMiddleware(app, gate))"
)


class ConsentMiddleware(asgi.ConsentMiddleware):
    """Puts `app` behind `gate`.

    The cookies of every SessionMiddleware in it are exempt, in mounted applications as well, under their
    configured names and lifetimes.
    """

    def __init__(self, app: asgi.App, gate: Gate) -> None:
        super().__init__(app, gate)
        self._knows_cookies = False

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if not self._knows_cookies and scope["type"] != "lifespan":
            # Not before the first request: until then, an application may get more middleware and mounts.
            self.gate = self.gate.exempting(*cookies_of(self.app))
            self._knows_cookies = True
        await super().__call__(scope, receive, send)


def consent_of(connection: HTTPConnection) -> Consent:
    """Return the consent of the visitor behind a request or WebSocket.

    Raises LookupError where the application is not behind the gate.
    """
    consent = getattr(connection.state, "consent", None)
    if not isinstance(consent, Consent):
        raise LookupError(_UNGATED)
    return consent


def consent_declaration(connection: HTTPConnection, lang: str = "", level: int = 2) -> Markup:
    """Return the declaration of every cookie and service, as a part of the page that answers a request.

    `lang` is the language of the page, by default the first of the policy. Headings begin at `level`.
    Raises LookupError where the application is not behind the gate.
    """
    write = connection.scope.get(asgi.DECLARATION)
    if write is None:
        raise LookupError(_UNGATED)
    return Markup(write(lang=lang, level=level))  # noqa: S704  # all values in it are escaped


def require_consent(*names: str) -> Callable[[HTTPConnection], Awaitable[Consent]]:
    """Make a FastAPI dependency that requires consent to the categories and services `names`.

    It returns the visitor's consent where that covers all of them. Otherwise it raises HTTPException with
    status 403, which no cache keeps. An id that the policy does not have raises UnknownId at the first
    request."""

    async def required(connection: HTTPConnection) -> Consent:
        consent = consent_of(connection)
        missing = [name for name in names if not consent.allows(name)]
        if missing:
            detail = f"This needs your consent to: {', '.join(missing)}"
            raise HTTPException(403, detail, {"Cache-Control": "no-store"})
        return consent

    return required
