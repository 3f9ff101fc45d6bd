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

from flask import Flask, current_app, request
from werkzeug.local import LocalProxy

from .configuration import Configuration, Misconfigured
from .consent import Consent
from .gate import Gate
from .policy import Cookie
from .wsgi import CONSENT, ConsentMiddleware

__all__ = ["ConsentGate", "Misconfigured", "consent"]

_PREFIX = "CONSENTGATE_"


def _consent() -> Consent:
    found = request.environ.get(CONSENT)
    if isinstance(found, Consent):
        return found
    behind = current_app.extensions.get("consentgate")
    if not isinstance(behind, ConsentMiddleware):
        raise LookupError("no consent in this request: call ConsentGate(app) when the application is made")
    # A request that did not come through the gate, like app.test_request_context(): nobody said yes.
    return Consent(behind.gate.policy)


consent: Consent = LocalProxy(_consent)  # type: ignore[assignment]  # a proxy stands in for what it leads to
"""The consent of the visitor whose request is being handled."""


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
    return configuration.gate(_session_cookie(app))


def _secret_keys(app: Flask) -> list[str | bytes]:
    # Flask's fallbacks go from the oldest to the newest, as the gate's keys do.
    current = app.config.get("SECRET_KEY")
    return [*(app.config.get("SECRET_KEY_FALLBACKS") or ()), current] if current else []


def _session_cookie(app: Flask) -> Cookie:
    days = max(1, app.permanent_session_lifetime.days)
    return Cookie(
        name=app.config["SESSION_COOKIE_NAME"],
        category="necessary",
        reason="authentication",
        lifetime=f"{days} days",
    )
