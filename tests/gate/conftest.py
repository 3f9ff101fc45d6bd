"""The same scenario over both interfaces, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .driver import App, Page, Site, make_gate

MakeSite = Callable[..., Site]


@pytest.fixture(params=["wsgi", "asgi"])
def interface(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_site(interface: str) -> MakeSite:
    """Puts an application behind a gate: `make_site(page, policy=..., host=...)`."""

    def make(page: Page | App | None = None, *, policy: Any = None, **options: Any) -> Site:
        app = page if isinstance(page, App) else App(page or Page())
        of_site = {key: options.pop(key) for key in ("host", "root", "validated") if key in options}
        gate = options.pop("gate", None) or make_gate(*([policy] if policy is not None else []), **options)
        return Site(interface, app, gate, **of_site)

    return make


class Clock:
    """`time.time()` that only moves when it is told to."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    frozen = Clock(1_795_000_000.25)
    monkeypatch.setattr("time.time", frozen)
    return frozen
