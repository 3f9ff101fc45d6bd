"""Werkzeug and Flask: every application that a test client runs."""

import unnoticed
import werkzeug.test

from consentgate.wsgi import ConsentMiddleware

pytest_configure = unnoticed.pytest_configure
_run = werkzeug.test.run_wsgi_app


def run_wsgi_app(app, environ, buffered=False):
    unnoticed.count()
    return _run(ConsentMiddleware(app, unnoticed.GATE), environ, buffered)


if unnoticed.is_on():
    werkzeug.test.run_wsgi_app = run_wsgi_app
