"""consentgate for Flask.

    app.config["CONSENTGATE_POLICY"] = "consentgate.toml"
    ConsentGate(app)

or, with the factory pattern, `gate = ConsentGate()` and `gate.init_app(app)`; one object serves any number of
applications. The configuration is read there and then, and mistakes in it are raised there.

Configuration: `CONSENTGATE_POLICY`, a path below the application's root or a `Policy`; without it the
policy is `Policy()`. `CONSENTGATE_SECRET_KEY`, by default Flask's own `SECRET_KEY` and its fallbacks.
`CONSENTGATE_INSECURE` and `CONSENTGATE_TRUSTED_PROXIES` as in `Gate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, current_app, request
from werkzeug.local import LocalProxy

from . import wsgi
from .configuration import Configuration, Misconfigured
from .consent import Consent
from .framework_cookies import cookies_of
from .gate import Gate

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ConsentGate", "ConsentMiddleware", "Misconfigured", "consent"]

_PREFIX = "CONSENTGATE_"


def _consent() -> Consent:
    found = request.environ.get(wsgi.CONSENT)
    if isinstance(found, Consent):
        return found
    behind = current_app.extensions.get("consentgate")
    if not isinstance(behind, ConsentMiddleware):
        raise LookupError("no consent in this request: call ConsentGate(app) when the application is made")
    # A request that did not come through the gate, like app.test_request_context(): nobody said yes.
    return Consent(behind.gate.policy)


consent: Consent = LocalProxy(_consent)  # type: ignore[assignment]  # a proxy stands in for what it leads to
"""The consent of the visitor whose request is being handled."""


class ConsentMiddleware(wsgi.ConsentMiddleware):
    """`app` behind `gate`, with the session cookies of Flask and of the applications mounted below it exempt,
    under the names and lifetimes that they are configured with."""

    def __init__(self, app: WSGIApplication, gate: Gate) -> None:
        super().__init__(app, gate)
        self._knows_cookies = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._knows_cookies:
            # Not before the first request: extensions may change how sessions are kept until then.
            self.gate = self.gate.exempting(*cookies_of(self.app))
            self._knows_cookies = True
        return super().__call__(environ, start_response)


class ConsentGate:
    """Puts a Flask application behind the gate, at once or with `init_app`."""

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Wrap `app.wsgi_app`, outside every cookie that Flask sets, and give templates `consent`.

        The configuration must be complete. Raises Misconfigured with every mistake in it, and RuntimeError
        where the application is behind the gate already.
        """
        if "consentgate" in app.extensions:
            raise RuntimeError("this application is behind the gate already: ConsentGate was given it twice")
        behind = ConsentMiddleware(app.wsgi_app, gate_of(app))
        app.extensions["consentgate"] = behind
        # Flask's own way to wrap an application; mypy takes the assignment for a redefinition.
        app.wsgi_app = behind  # type: ignore[method-assign]
        app.jinja_env.globals["consent"] = consent


def gate_of(app: Flask) -> Gate:
    """The gate that an application's configuration describes. Raises Misconfigured."""
    given = {key.removeprefix(_PREFIX): value for key, value in app.config.items() if key.startswith(_PREFIX)}
    configuration = Configuration(
        given, spelling=_PREFIX + "{}", secret_keys=_secret_keys(app), folder=app.root_path
    )
    return configuration.gate()


def _secret_keys(app: Flask) -> list[str | bytes]:
    # Flask's fallbacks go from the oldest to the newest, as the gate's keys do.
    current = app.config.get("SECRET_KEY")
    return [*(app.config.get("SECRET_KEY_FALLBACKS") or ()), current] if current else []
