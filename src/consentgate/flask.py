"""consentgate for Flask.

    app = Flask(__name__)
    app.config["CONSENTGATE_POLICY"] = "consentgate.toml"
    ConsentGate(app)

Configuration: `CONSENTGATE_POLICY`, a path below the application's root or a `Policy`; without it the
policy is `Policy()`. `CONSENTGATE_SECRET_KEY`, by default Flask's own `SECRET_KEY` and its fallbacks.
`CONSENTGATE_INSECURE` and `CONSENTGATE_TRUSTED_PROXIES` as in `Gate`.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.local import LocalProxy

from .consent import Consent
from .gate import Gate
from .policy import Cookie, Policy
from .wsgi import CONSENT, ConsentMiddleware

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger("consentgate")

__all__ = ["ConsentGate", "consent"]


def _consent() -> Consent:
    found = request.environ.get(CONSENT)
    if not isinstance(found, Consent):
        raise LookupError("no consent in this request: call ConsentGate(app) when the application is made")
    return found


consent: Consent = LocalProxy(_consent)  # type: ignore[assignment]  # a proxy stands in for what it leads to
"""The consent of the visitor whose request is being handled."""


class ConsentGate:
    """Puts a Flask application behind the gate, at once or with `init_app`."""

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Wrap `app.wsgi_app`, outside every cookie that Flask sets.

        The configuration is read at the first request, so that it may still be filled after this.
        """
        if "consentgate" in app.extensions:
            raise RuntimeError("this application is behind the gate already: ConsentGate was given it twice")
        behind = _BehindTheGate(app)
        app.extensions["consentgate"] = behind
        # Flask's own way to wrap an application; mypy takes the assignment for a redefinition.
        app.wsgi_app = behind  # type: ignore[method-assign]
        app.jinja_env.globals["consent"] = consent


class _BehindTheGate:
    """The WSGI application that Flask serves. Its gate is made when the first request comes."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._inner: WSGIApplication = app.wsgi_app
        self._outer: ConsentMiddleware | None = None

    @property
    def gate(self) -> Gate:
        """The gate, as the application's configuration describes it."""
        return self._middleware().gate

    def _middleware(self) -> ConsentMiddleware:
        if self._outer is None:
            self._outer = ConsentMiddleware(self._inner, gate_of(self._app))
        return self._outer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        return self._middleware()(environ, start_response)


def gate_of(app: Flask) -> Gate:
    """The gate that an application's configuration describes."""
    config = app.config
    policy = config.get("CONSENTGATE_POLICY")
    if policy is None:
        _log.warning(
            "no policy file is configured (CONSENTGATE_POLICY): "
            'whatever nobody declared opens with "third-party"'
        )
        policy = Policy()
    elif isinstance(policy, str | os.PathLike):
        policy = Policy.load(Path(app.root_path, policy))
    return Gate(
        policy.with_exempt(_session_cookie(app)),
        secret_key=config.get("CONSENTGATE_SECRET_KEY") or _keys(app),
        insecure=config.get("CONSENTGATE_INSECURE", False),
        trusted_proxies=config.get("CONSENTGATE_TRUSTED_PROXIES", 0),
    )


def _keys(app: Flask) -> list[str | bytes]:
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
