"""WebTest: every request of a TestApp."""

import unnoticed
from webtest.app import TestApp

from consentgate.wsgi import ConsentMiddleware

pytest_configure = unnoticed.pytest_configure
_do_request = TestApp.do_request


def do_request(self, request, *args, **kwargs):
    unnoticed.count()
    app, self.app = self.app, ConsentMiddleware(self.app, unnoticed.GATE)
    try:
        return _do_request(self, request, *args, **kwargs)
    finally:
        self.app = app


if unnoticed.is_on():
    TestApp.do_request = do_request
