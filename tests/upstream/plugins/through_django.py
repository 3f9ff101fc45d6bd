"""Django: the middleware that ConsentMiddleware is, around every other, and both gateways' handlers."""

import os
import re
import runpy
import sys
import unittest
from typing import ClassVar

import unnoticed
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIHandler

from consentgate import asgi, wsgi


def hook() -> None:
    load_middleware = BaseHandler.load_middleware
    wsgi_call, asgi_call = WSGIHandler.__call__, ASGIHandler.__call__

    def load_all(self, is_async=False):
        from asgiref.sync import iscoroutinefunction, markcoroutinefunction

        from consentgate.django import ConsentMiddleware

        class Unnoticed(ConsentMiddleware):
            """With a gate that the settings of a test say nothing of."""

            def __init__(self, get_response):
                self.get_response = get_response
                self.gate = unnoticed.GATE
                self._is_async = iscoroutinefunction(get_response)
                if self._is_async:
                    markcoroutinefunction(self)

            def __call__(self, request):
                unnoticed.count()
                return super().__call__(request)

        load_middleware(self, is_async)
        self._middleware_chain = Unnoticed(self._middleware_chain)

    def through_wsgi(self, environ, start_response):
        gated = wsgi.ConsentMiddleware(lambda *given: wsgi_call(self, *given), unnoticed.GATE)
        return gated(environ, start_response)

    async def through_asgi(self, scope, receive, send):
        async def app(*given):
            await asgi_call(self, *given)

        await asgi.ConsentMiddleware(app, unnoticed.GATE)(scope, receive, send)

    BaseHandler.load_middleware = load_all
    WSGIHandler.__call__ = through_wsgi
    ASGIHandler.__call__ = through_asgi


class Result(unittest.TextTestResult):
    """Writes down which tests failed, under the names that Django's runner shows."""

    failed: ClassVar[set[str]] = set()
    passed = 0

    def addSuccess(self, test):
        Result.passed += 1
        super().addSuccess(test)

    def addFailure(self, test, error):
        self._note(test)
        super().addFailure(test, error)

    def addError(self, test, error):
        self._note(test)
        super().addError(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._note(test)
        super().addSubTest(test, subtest, error)

    @staticmethod
    def _note(test):
        Result.failed.add(re.sub(r"^(\w+) \((.*)\)$", r"\2", str(test)))


if __name__ == "__main__":
    from django.test.runner import DiscoverRunner

    if unnoticed.is_on():
        hook()
    DiscoverRunner.get_resultclass = lambda self: Result
    sys.path.insert(0, os.getcwd())
    sys.argv[0] = "runtests.py"
    try:
        runpy.run_path("runtests.py", run_name="__main__")
    finally:
        unnoticed.write_report(Result.failed, Result.passed)
