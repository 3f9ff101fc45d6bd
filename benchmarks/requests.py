"""What the gate adds to a request, beside middleware that people use without a thought.

Each layer is around the same application; what it adds is its time less that of the application alone in
the same round. There are no sockets here: what servers do would be most of it (see `servers`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import itsdangerous
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware

from consentgate import Gate
from consentgate.asgi import App, ConsentMiddleware, Message, Receive, Scope, Send
from consentgate.wsgi import ConsentMiddleware as WsgiGate

from . import django_site
from .answers import FIREFOX, accepting, asgi, gate, wsgi
from .contenders import SECRET
from .timing import MEGA, Task, in_turns, seconds

_LEAST = 0.02
"""The shortest time of a task, in seconds: a shorter one is repeated."""

ALONE = ""
GATE = "consentgate"
STARLETTE_SESSION = "Starlette: Session, saved"


@dataclass(frozen=True, slots=True)
class Case:
    """A request: what it asks for, and whether its visitor has accepted everything."""

    label: str
    path: str
    is_open: bool = False


JSON = Case("1 KB JSON", "/json")
CLOSED = Case("100 KB page, closed", "/page")
DOWNLOAD = Case("10 MB download", "/download")
CASES = (JSON, CLOSED, Case("100 KB page, open", "/page", is_open=True), DOWNLOAD)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a layer adds to each case, by its label: in microseconds, and as a ratio to what the gate adds."""

    layer: str
    microseconds: Mapping[str, float]
    ratios: Mapping[str, float]


Tasks = Mapping[str, Task]
"""A request's task by the layer that it goes through, ALONE being none."""


def costs(rounds: int) -> dict[str, list[Cost]]:
    """What each layer adds, by the interface that it is for."""
    stacks: dict[str, Callable[[Case], Tasks]] = {
        "ASGI": _through_asgi,
        "WSGI": _through_wsgi,
        "in Django's list": _through_django,
    }
    return {
        name: _costs({case.label: stack(case) for case in CASES}, rounds) for name, stack in stacks.items()
    }


def _costs(cases: Mapping[str, Tasks], rounds: int) -> list[Cost]:
    times = {label: by_request(tasks, rounds) for label, tasks in cases.items()}
    layers = [layer for layer in next(iter(times.values())) if layer != ALONE]
    added = {
        layer: {label: median(added_by(took, layer)) for label, took in times.items()} for layer in layers
    }
    return [
        Cost(
            layer,
            added[layer],
            {label: added[layer][label] / max(added[GATE][label], 1e-9) for label in times},
        )
        for layer in layers
    ]


def added_by(times: Mapping[str, list[float]], layer: str) -> list[float]:
    """What a layer adds, round by round."""
    return [took - alone for took, alone in zip(times[layer], times[ALONE], strict=True)]


def by_request(tasks: Tasks, rounds: int) -> dict[str, list[float]]:
    """The microseconds that one request takes, a figure for each round."""
    turns = {layer: _turns(task) for layer, task in tasks.items()}
    repeated: Tasks = {layer: partial(_repeat, task, turns[layer]) for layer, task in tasks.items()}
    times = in_turns(repeated, rounds)
    return {layer: [each * MEGA / turns[layer] for each in took] for layer, took in times.items()}


def _turns(task: Task) -> int:
    # What is done once, like reading the catalogue, would make one turn seem enough.
    task()
    turns = 1
    while seconds(partial(_repeat, task, turns)) < _LEAST:
        turns *= 2
    return turns


def _repeat(task: Task, turns: int) -> None:
    for _ in range(turns):
        task()


def _headers(case: Case, session: str, asked: Gate) -> Iterable[tuple[str, str]]:
    """Return the headers of a visitor who has a session and, on an open page, has accepted all that the gate
    `asked`."""
    cookie = f"session={session}" + (f"; {accepting(asked)}" if case.is_open else "")
    return (*FIREFOX, ("Cookie", cookie))


def _environ(case: Case, session: str, asked: Gate) -> dict[str, Any]:
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in _headers(case, session, asked)
    }
    return {**django_site.ENVIRON, **headers, "PATH_INFO": case.path}


# -- ASGI ----------------------------------------------------------------------------------------------------


def _through_asgi(case: Case) -> Tasks:
    signer = itsdangerous.TimestampSigner(SECRET)
    session = signer.sign(base64.b64encode(json.dumps({"user": 1}).encode())).decode()
    headers = [(name.lower().encode(), value.encode()) for name, value in _headers(case, session, gate())]
    scope = {
        "type": "http",
        "method": "GET",
        "path": case.path,
        "raw_path": case.path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "headers": headers,
    }
    layers: dict[str, App] = {
        ALONE: asgi,
        GATE: ConsentMiddleware(asgi, gate()),
        "Starlette: GZip": GZipMiddleware(asgi),
        "Starlette: Session, read": SessionMiddleware(_reading, SECRET),
        STARLETTE_SESSION: SessionMiddleware(_saving, SECRET),
    }
    return {name: partial(_call_asgi, app, scope) for name, app in layers.items()}


async def _reading(scope: Scope, receive: Receive, send: Send) -> None:
    scope["session"].get("user")
    await asgi(scope, receive, send)


async def _saving(scope: Scope, receive: Receive, send: Send) -> None:
    scope["session"]["user"] = 2
    await asgi(scope, receive, send)


def _call_asgi(app: App, scope: Scope) -> None:
    """Run `app` without an event loop, since nothing here is waited for."""
    steps = app({**scope}, _receive, _send).__await__()
    for _ in steps:
        raise RuntimeError("the application waits for something")


async def _receive() -> Message:
    return {"type": "http.request", "body": b""}


async def _send(message: Message) -> None:
    pass


# -- WSGI ----------------------------------------------------------------------------------------------------


def _through_wsgi(case: Case) -> Tasks:
    environ = _environ(case, "a session of somebody's", gate())
    return {
        ALONE: partial(_call_wsgi, wsgi, environ),
        GATE: partial(_call_wsgi, WsgiGate(wsgi, gate()), environ),
    }


def _call_wsgi(app: Callable[..., Iterable[bytes]], environ: Mapping[str, Any]) -> None:
    body = app({**environ}, _start_response)
    for _ in body:
        pass
    if hasattr(body, "close"):
        body.close()


def _start_response(*_: object) -> None:
    pass


def _through_django(case: Case) -> Tasks:
    gated = django_site.ConsentMiddleware(django_site.answer)
    environ = _environ(case, django_site.session(), gated.gate)
    layers: dict[str, django_site.View] = {
        ALONE: django_site.answer,
        GATE: gated,
        "Django: GZip": django_site.GZipMiddleware(django_site.answer),
        "Django: Session, read": django_site.SessionMiddleware(django_site.answer_reading),
        "Django: Session, saved": django_site.SessionMiddleware(django_site.answer_saving),
    }
    return {name: partial(django_site.call, handler, environ) for name, handler in layers.items()}
