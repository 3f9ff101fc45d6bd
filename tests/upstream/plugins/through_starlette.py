"""Starlette: every application that a TestClient is made for, HTTP, WebSocket and lifespan."""

import unnoticed
from starlette.testclient import TestClient

from consentgate.asgi import ConsentMiddleware

pytest_configure = unnoticed.pytest_configure
_made = TestClient.__init__


class Counted(ConsentMiddleware):
    async def __call__(self, scope, receive, send):
        unnoticed.count()
        await super().__call__(scope, receive, send)


def __init__(self, *args, **kwargs):
    _made(self, *args, **kwargs)
    self.app = self._transport.app = Counted(self.app, unnoticed.GATE)


if unnoticed.is_on():
    TestClient.__init__ = __init__
