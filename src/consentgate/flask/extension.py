"""The Flask extension: a gate around the application, and its configuration."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, cast

import msgspec
from flask import Flask, current_app, has_request_context, request
from markupsafe import Markup
from werkzeug.local import LocalProxy

from consentgate import wsgi
from consentgate.application_layers import layers_of
from consentgate.configuration import Configuration
from consentgate.consent import Consent
from consentgate.framework_cookies import cookies_of
from consentgate.gate import Gate

from .caching import Questions, guard_caches

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = "CONSENTGATE_"
_QUESTIONS = "consentgate.questions"


def _consent() -> Consent:
    """Return the consent of the visitor whose request is being handled."""
    found = request.environ.get(wsgi.CONSENT)
    if isinstance(found, Consent):
        return _noted(found, request.environ)
    # A request that did not come through the gate, like app.test_request_context(): nobody said yes.
    return Consent(_middleware().gate.policy_for(request.host))


def consent_declaration(lang: str = "", level: int = 2) -> Markup:
    """Return the declaration of every cookie and service, as a part of the current page.

    `lang` is the language of the page, by default the first of the policy. Headings begin at `level`.
    Raises LookupError where the application is not behind the gate.
    """
    write = request.environ.get(wsgi.DECLARATION)
    if write is None:
        # A request that did not come through the gate.
        write = partial(_middleware().gate.declaration, host=request.host)
    return Markup(write(lang=lang, level=level))  # noqa: S704  # all values in it are escaped


def _middleware() -> ConsentMiddleware:
    """Return the middleware around the current application. Raises LookupError where there is none."""
    middleware = current_app.extensions.get("consentgate")
    if not isinstance(middleware, ConsentMiddleware):
        raise LookupError(
            "no consent in this request: call ConsentGate(app) when the application is made, or send the "
            "request through the gate that is around it"
        )
    return middleware


def _noted(consent: Consent, environ: WSGIEnvironment) -> Consent:
    """Return the `consent` from `environ`. It notes each question of the application, for its caches."""
    if _QUESTIONS not in environ:
        # The key is asked of a copy without notes, since this question is the gate's and not the
        # application's.
        without_notes = msgspec.structs.replace(consent, notes=())
        environ[_QUESTIONS] = questions = Questions(without_notes.key)
        environ[wsgi.CONSENT] = consent = consent.noted_by(questions.note)
    return consent


def _questions() -> Questions | None:
    """Return the count of questions in the current request; None outside of requests and of the gate."""
    if not has_request_context() or not isinstance(request.environ.get(wsgi.CONSENT), Consent):
        return None
    _consent()
    return cast(Questions, request.environ[_QUESTIONS])


consent: Consent = LocalProxy(_consent)  # type: ignore[assignment]  # a proxy stands in for what it leads to
"""The consent of the visitor whose request is being handled."""


class ConsentMiddleware(wsgi.ConsentMiddleware):
    """Puts `app` behind `gate`.

    The session cookies of Flask and of the applications mounted below it are exempt, under their configured
    names and lifetimes.
    """

    def __init__(self, app: WSGIApplication, gate: Gate) -> None:
        super().__init__(app, gate)
        self._knows_application = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._knows_application:
            # Not before the first request: until then, extensions may change how sessions are kept.
            self.gate = self.gate.exempting(*cookies_of(self.app))
            for layer in layers_of(self.app):
                if isinstance(layer, Flask):
                    guard_caches(layer, _questions)
            self._knows_application = True
        return super().__call__(environ, start_response)


class ConsentGate:
    """The extension: puts a Flask application behind the gate, at once or with `init_app`."""

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Put the gate around `app.wsgi_app`, where it sees every cookie that Flask sets. Templates get
        `consent` and `consent_declaration`. The configuration must be complete by now.

        Raises Misconfigured with every mistake in the configuration, and RuntimeError where the application
        is behind the gate already.
        """
        if not isinstance(app, Flask):
            raise TypeError(
                f"app: expected a Flask application, not {app!r}; around any other application goes "
                "consentgate.wsgi.ConsentMiddleware(app, gate), and around Quart that of consentgate.asgi"
            )
        if "consentgate" in app.extensions:
            raise RuntimeError("this application is behind the gate already: ConsentGate was given it twice")
        middleware = ConsentMiddleware(app.wsgi_app, gate_of(app))
        app.extensions["consentgate"] = middleware
        # Flask's own way to wrap an application; mypy takes the assignment for a redefinition.
        app.wsgi_app = middleware  # type: ignore[method-assign]
        app.jinja_env.globals.update(consent=consent, consent_declaration=consent_declaration)


def gate_of(app: Flask) -> Gate:
    """Make the gate that an application's configuration describes. Raises Misconfigured."""
    given = {key.removeprefix(_PREFIX): value for key, value in app.config.items() if key.startswith(_PREFIX)}
    configuration = Configuration(
        given,
        spelling=_PREFIX + "{}",
        secret_keys=_secret_keys(app),
        folder=app.root_path,
        is_debugging=app.debug,
    )
    return configuration.gate()


def _secret_keys(app: Flask) -> list[str | bytes]:
    # Flask's fallbacks go from the oldest to the newest, as the gate's keys do.
    current = app.config.get("SECRET_KEY")
    return [*(app.config.get("SECRET_KEY_FALLBACKS") or ()), current] if current else []
