"""What a gate is made of is checked where it is given, with what to do."""

from __future__ import annotations

from functools import partial, wraps
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from werkzeug.wrappers import Request as BaseRequest

from consentgate import Gate, Policy, asgi, starlette, wsgi

KEY = "a key that is long enough"


def app(*_: Any) -> Any:
    raise AssertionError("nobody asks")


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"insecure": "false"}, TypeError, r'insecure: .* not the text "false"; .* compare it'),
        ({"insecure": 1}, TypeError, "insecure: expected True or False, not 1"),
        ({"insecure": None}, TypeError, "insecure: expected True or False, not None"),
        ({"trusted_proxies": "1"}, TypeError, r'trusted_proxies: .* not the text "1"; write int\(\.\.\.\)'),
        ({"trusted_proxies": True}, TypeError, "trusted_proxies: .* not True"),
        ({"trusted_proxies": 1.0}, TypeError, r"trusted_proxies: .* not 1\.0"),
        ({"trusted_proxies": -1}, ValueError, "trusted_proxies: .* not -1"),
        ({"findings": True}, TypeError, "findings: expected the path of a file, .* not True"),
        ({"findings": "no-such-folder/findings.jsonl"}, ValueError, "findings: .* a folder that is there"),
        ({"secret_key": 5}, TypeError, "secret_key: expected a text .* of type int"),
        ({"secret_key": {"a key": 1}}, TypeError, "secret_key: .* of type dict"),
        ({"secret_key": [KEY, 5]}, TypeError, "secret_key: .* of type int"),
        ({"policy": "site.toml"}, TypeError, r'"site.toml"; load the file: Policy.load\(.site.toml.\)'),
        ({"policy": Path("site.toml")}, TypeError, r"policy: .*Policy.load\('site.toml'\)"),
        ({"policy": Policy}, TypeError, "policy: expected a Policy, not <class"),
        ({"policy": None}, TypeError, r"policy: expected a Policy, not None; Policy.load\(path\) reads one"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_argument_is_said_at_once(
    arguments: dict[str, Any], error: type[Exception], said: str
) -> None:
    given: dict[str, Any] = {"policy": Policy(), "secret_key": KEY} | arguments
    with pytest.raises(error, match=said):
        Gate(given.pop("policy"), **given)


def test_a_key_that_is_no_text_is_not_shown() -> None:
    with pytest.raises(TypeError) as raised:
        Gate(Policy(), secret_key={"secret": 1})
    assert "secret'" not in str(raised.value)


@pytest.mark.parametrize(
    "middleware", [wsgi.ConsentMiddleware, asgi.ConsentMiddleware, starlette.ConsentMiddleware]
)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Policy(), r"gate: expected a Gate, not a Policy; write .*Gate\(policy, secret_key="),
        ("site.toml", r"gate: expected a Gate, not the text .*Gate\(Policy.load\('site.toml'\), secret_key"),
        (None, "gate: expected a Gate, not None"),
    ],
)  # fmt: skip
def test_middleware_without_a_gate_says_so_at_once(middleware: Any, given: object, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        middleware(app, given)


def test_a_list_of_starlettes_without_a_gate_says_so() -> None:
    site = Starlette(middleware=[Middleware(starlette.ConsentMiddleware, gate=Policy())])
    with pytest.raises(TypeError, match="expected a Gate"):
        site.build_middleware_stack()


async def asgi_function(scope: Any, receive: Any, send: Any) -> None: ...


def wsgi_function(environ: Any, start_response: Any) -> list[bytes]:
    return []


async def wsgi_like(environ: Any, start_response: Any) -> list[bytes]:
    return []


class AsgiObject:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class WsgiObject:
    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        return []


class WsgiClass:
    def __init__(self, environ: Any, start_response: Any) -> None: ...


def wrapper(*given: Any, **named: Any) -> Any: ...


def takes_one(scope: Any) -> Any: ...


@BaseRequest.application
def wsgi_view(request: Any) -> Any: ...


@wraps(takes_one)
async def asgi_view(scope: Any, receive: Any, send: Any) -> None: ...


def named(app: Any) -> str:
    return getattr(app, "__qualname__", type(app).__qualname__)


WSGI = [
    wsgi_function,
    WsgiObject(),
    WsgiClass,
    partial(wsgi_function),
    WsgiObject().__call__,
    Flask(__name__),
    Flask(__name__).wsgi_app,
]
ASGI = [
    asgi_function,
    AsgiObject(),
    AsgiObject().__call__,
    partial(asgi_function),
    Starlette(),
    Mount("/", Starlette()).app,
    asgi_view,
]
NEITHER = [None, "app:app", 5, takes_one, WsgiObject]


@pytest.mark.parametrize("app", [*WSGI, wrapper, wsgi_view], ids=named)
def test_a_wsgi_application_is_taken_as_one(app: Any) -> None:
    wsgi.ConsentMiddleware(app, Gate(Policy(), secret_key=KEY))


@pytest.mark.parametrize("app", [*ASGI, wrapper], ids=named)
@pytest.mark.parametrize("module", [asgi, starlette])
def test_an_asgi_application_is_taken_as_one(app: Any, module: Any) -> None:
    module.ConsentMiddleware(app, Gate(Policy(), secret_key=KEY))


@pytest.mark.parametrize("app", ASGI, ids=named)
def test_wsgi_middleware_says_what_to_do_with_an_asgi_application(app: Any) -> None:
    with pytest.raises(TypeError, match=r"\(WSGI\), not .*\(ASGI\); write from consentgate.asgi import"):
        wsgi.ConsentMiddleware(app, Gate(Policy(), secret_key=KEY))


@pytest.mark.parametrize("app", WSGI, ids=named)
@pytest.mark.parametrize("module", [asgi, starlette])
def test_asgi_middleware_says_what_to_do_with_a_wsgi_application(app: Any, module: Any) -> None:
    with pytest.raises(TypeError, match=r"\(ASGI\), not .*\(WSGI\); write from consentgate.wsgi import"):
        module.ConsentMiddleware(app, Gate(Policy(), secret_key=KEY))


@pytest.mark.parametrize("app", NEITHER, ids=named)
@pytest.mark.parametrize("module", [asgi, wsgi])
def test_what_is_no_application_is_not_taken_as_one(app: Any, module: Any) -> None:
    with pytest.raises(TypeError, match="app: expected an application"):
        module.ConsentMiddleware(app, Gate(Policy(), secret_key=KEY))
