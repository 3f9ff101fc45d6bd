"""Fixtures: `serve` and `serve_async` put an application on loopback, `visitor` looks at it in a browser."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from .certificate import NoOpenSSL, make_certificate
from .chromium import Chromium
from .engine import Engine, NoBrowser
from .firefox import Firefox
from .libraries import NoLibrary, htmx, turbo
from .recorder import Recorder
from .servers import Site, serve_asgi, serve_wsgi
from .visit import Visitor, visitor_with_new_profile
from .webkit import WebKit

ENGINES: dict[str, Callable[[Playwright], Engine]] = {
    "chromium": Chromium,
    "firefox": Firefox,
    "webkit": WebKit,
}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives a real browser")
    config.addinivalue_line("markers", "slow: takes tens of seconds")


@pytest.hookimpl(tryfirst=True)  # before pytest selects by these
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long") and item.get_closest_marker("browser"):
            item.add_marker("exhaustive" if item.get_closest_marker("engines") else "engines")


class _ByEngine(LoadScopeScheduling):
    """Gives a file's tests in one engine to one worker, so that each starts an engine seldom, and the longest
    first. xdist's own groups are lost on pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, parameters = nodeid.partition("::")
        engine = parameters.removesuffix("]").rpartition("-")[2].rpartition("[")[2]
        return f"{file} in {engine if engine in ENGINES else 'chromium'}"

    def _assign_work_unit(self, node: Any) -> None:
        for scope in [scope for scope in self.workqueue if "test_vectors" in scope]:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return _ByEngine(config, log) if config.getvalue("dist") == "loadgroup" else None


def _unavailable(reason: Exception) -> BaseException:
    """On a developer's machine a missing program is a skip; in CI that would be a green lie."""
    if os.environ.get("CI", "").lower() in ("", "false"):
        return pytest.skip.Exception(str(reason))
    return pytest.fail.Exception(str(reason), pytrace=False)


# These last for this folder and not for the session: while Playwright runs, this thread has an event loop,
# and asyncio.run() in some other folder's test would refuse to start.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def engine(request: pytest.FixtureRequest, playwright: Playwright) -> Iterator[Engine]:
    """Chromium, unless the test is parametrised to run in others too."""
    try:
        found = ENGINES[getattr(request, "param", "chromium")](playwright)
    except NoBrowser as reason:
        raise _unavailable(reason) from None
    yield found
    found.close()


@pytest.fixture(scope="package")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return make_certificate(tmp_path_factory.mktemp("certificate"))
    except NoOpenSSL as reason:
        raise _unavailable(reason) from None


@pytest.fixture(
    params=["turbo", *(pytest.param(name, marks=pytest.mark.long) for name in ("htmx-2", "htmx-4"))]
)
def library(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """The name and the source of each script that loads pages into the page that is there."""
    name, _, version = request.param.partition("-")
    try:
        return name, htmx(int(version)) if version else turbo()
    except NoLibrary as reason:
        raise _unavailable(reason) from None


@pytest.fixture(scope="package")
def lasting_recorder(certificate: Path) -> Iterator[Recorder]:
    with Recorder(certificate) as started:
        yield started


@pytest.fixture
def recorder(lasting_recorder: Recorder) -> Recorder:
    """One that has recorded nothing. Its ports last, and so does a browser that was told of them."""
    lasting_recorder.starts_anew()
    return lasting_recorder


@pytest.fixture
def serve(recorder: Recorder) -> Iterator[Callable[..., Site]]:
    """`serve(app)` puts a WSGI application on http://127.0.0.1:PORT/.

    `serve(app, host="shop.example")` makes it https://shop.example/ for the browser.
    """
    yield from _serving(serve_wsgi, recorder)


@pytest.fixture
def serve_async(recorder: Recorder) -> Iterator[Callable[..., Site]]:
    """As `serve`, for an ASGI application."""
    yield from _serving(serve_asgi, recorder)


def _serving(
    start: Callable[..., AbstractContextManager[Site]], recorder: Recorder
) -> Iterator[Callable[..., Site]]:
    def serve(app: Callable[..., object], host: str | None = None) -> Site:
        site = stack.enter_context(start(app))
        if host is None:
            return site
        recorder.forwards[host] = site.port
        return Site(f"https://{host}/", site.port)

    with ExitStack() as stack:
        yield serve


@pytest.fixture
def new_visitor(
    engine: Engine, recorder: Recorder, serve: object, serve_async: object
) -> Iterator[Callable[..., Visitor]]:
    """`new_visitor(javascript=False, headers={"Sec-GPC": "1"})`: each call is a visitor with a new profile.

    It asks for the serving fixtures only so that browsers close before the servers they talk to.
    """

    def make(**options: Any) -> Visitor:
        return stack.enter_context(visitor_with_new_profile(engine, recorder, **options))

    with ExitStack() as stack:
        yield make


@pytest.fixture
def visitor(new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor()


@pytest.fixture(scope="module")
def shared_visitor(engine: Engine, certificate: Path) -> Iterator[Visitor]:
    with Recorder(certificate) as recorder, visitor_with_new_profile(engine, recorder, settle=0.5) as visitor:
        yield visitor


@pytest.fixture
def cleared_visitor(shared_visitor: Visitor) -> Visitor:
    """A visitor who shares a browser with the module's other tests, for sites of different origins. The
    cookies are cleared in between."""
    shared_visitor.forgets()
    return shared_visitor
