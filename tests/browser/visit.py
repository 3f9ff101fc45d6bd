"""The page object: a visitor opens pages and presses buttons, and each act gives a `Visit` to look at."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from playwright.sync_api import BrowserContext, Error, Locator, Page
from playwright.sync_api import Request as PageRequest

from .engine import Engine
from .recorder import Recorder, Request
from .servers import PATIENCE

ROUND = 0.1
"""Seconds from one look at a page to the next; a busy machine takes longer."""

STORED = """async () => {
    const found = [];
    const look = async (kind, names) => {
        try { for (const name of await names()) found.push([location.origin, kind, name]) } catch {}
    };
    await look('localStorage', () => Object.keys(localStorage));
    await look('sessionStorage', () => Object.keys(sessionStorage));
    await look('indexedDB', async () => (await indexedDB.databases()).map(database => database.name));
    await look('caches', () => caches.keys());
    return found;
}"""


def wait_until_quiet(
    page: Any,
    latest: Callable[[], float],
    seconds: float,
    *,
    javascript: bool = True,
    patience: float = PATIENCE,
) -> None:
    """Wait until `latest` gives the same time for as many rounds as fit into `seconds` where nothing else
    runs, or `patience` is at its end. In each the page has to answer, so that a busy machine takes longer."""
    end, rounds, before = time.monotonic() + patience, 0, 0.0
    while rounds < seconds / ROUND and time.monotonic() < end:
        page.wait_for_timeout(ROUND * 1000)
        with contextlib.suppress(Error):  # another page comes in its place
            if javascript:
                page.evaluate("() => new Promise(done => setTimeout(done))")
            else:
                page.title()
        now = latest()
        rounds, before = rounds + 1 if now == before else 0, now


class Stored(NamedTuple):
    """Something that a page keeps in the browser and that is not a cookie."""

    origin: str
    kind: str
    name: str


@dataclass(frozen=True)
class Visit:
    """What one act of the visitor led to, once the page was quiet."""

    page: Page
    hosts: set[str]  # foreign hosts contacted, by a request or by a mere connection
    requests: list[Request]  # to foreign hosts
    cookies: list[Any]  # all that the browser now sends, as Playwright gives them
    storage: set[Stored]
    console_errors: list[str]

    @property
    def preconnects(self) -> set[str]:
        """Hosts that got a connection and no request."""
        return self.hosts - {request.host for request in self.requests}

    @property
    def cookie_names(self) -> set[str]:
        return {cookie["name"] for cookie in self.cookies}

    def shows(self, button: str) -> bool:
        """Whether a button of that name can be seen."""
        return _first_visible(self.page.get_by_role("button", name=button, exact=True)) is not None


class Visitor:
    """A person with a browser of their own. Each act waits until the page is quiet.

    Quiet is: nothing new at the recorder, no new request in the page and no navigation under way, for as
    many rounds as fit into `settle` seconds where nothing else runs. In each the page has to answer, so that
    a busy machine takes longer for them. `patience` is for pages that are never quiet. A loader on a longer
    timer is missed.
    """

    def __init__(
        self,
        context: BrowserContext,
        recorder: Recorder,
        *,
        javascript: bool = True,
        settle: float = 1.0,
        patience: float = PATIENCE,
    ) -> None:
        self.context, self.recorder = context, recorder
        self.javascript, self.settle, self.patience = javascript, settle, patience
        self.page = context.pages[0]
        self._errors: list[str] = []
        self._navigations: set[PageRequest] = set()
        self._active = time.monotonic()
        context.set_default_timeout(1000 * PATIENCE)
        context.on("request", self._on_request)
        context.on("requestfinished", self._on_end)
        context.on("requestfailed", self._on_end)
        context.on("console", lambda m: self._errors.append(m.text) if m.type == "error" else None)
        context.on("weberror", lambda e: self._errors.append(str(e.error)))

    def opens(self, url: str, *, reaching: Set[str] = frozenset()) -> Visit:
        return self._act(lambda: self.page.goto(url), reaching)

    def reloads(self, *, reaching: Set[str] = frozenset()) -> Visit:
        return self._act(lambda: self.page.reload(), reaching)

    def presses(self, button: str, *, reaching: Set[str] = frozenset()) -> Visit:
        """Press the visible button of that name; it must be there. Then wait until one of the hosts in
        `reaching` has been contacted: browsers load frames late."""
        return self._act(lambda: self._click("button", button), reaching)

    def follows(self, link: str) -> Visit:
        return self._act(lambda: self._click("link", link))

    def does(self, act: Any) -> Visit:
        """Any other act: a function that takes the Playwright page."""
        return self._act(lambda: act(self.page))

    def shows(self, button: str) -> bool:
        """Say whether a button of that name can be seen."""
        return self._visible("button", button) is not None

    def cookies(self) -> list[Any]:
        """Without those that have expired, which Firefox tells too."""
        now = time.time()
        return [cookie for cookie in self.context.cookies() if not 0 < cookie.get("expires", -1) <= now]

    def forgets(self) -> None:
        """Clear the cookies and show an empty page in a new tab, as between two sites that share nothing."""
        old, self.page = self.page, self.context.new_page()
        old.close()
        self.context.clear_cookies()
        self._wait_until_quiet()

    def _act(self, act: Any, reaching: Set[str] = frozenset()) -> Visit:
        mark = self.recorder.mark()
        self._errors.clear()
        self._active = time.monotonic()
        act()
        end = time.monotonic() + self.patience
        while reaching and not reaching & self.recorder.hosts_since(mark) and time.monotonic() < end:
            self.page.wait_for_timeout(ROUND * 1000)
        self._wait_until_quiet()
        return Visit(
            page=self.page,
            hosts=self.recorder.hosts_since(mark),
            requests=self.recorder.requests_since(mark),
            cookies=self.cookies(),
            storage=self._storage(),
            console_errors=list(self._errors),
        )

    def _wait_until_quiet(self) -> None:
        wait_until_quiet(
            self.page, self._latest, self.settle, javascript=self.javascript, patience=self.patience
        )

    def _latest(self) -> float:
        """The time of the last sign of life; now, while a navigation is under way."""
        is_under_way = any(map(_has_its_frame, self._navigations))
        return time.monotonic() if is_under_way else max(self._active, self.recorder.changed)

    def _storage(self) -> set[Stored]:
        if not self.javascript:  # nothing can be stored then, and a frame does not answer
            return set()
        found: set[Stored] = set()
        for frame in self.page.frames:
            with contextlib.suppress(Error):  # a frame that failed to load, or is going away
                found.update(Stored(*row) for row in frame.evaluate(STORED))
        return found

    def _click(self, role: Any, name: str) -> None:
        found = self._visible(role, name)
        for _ in range(round(self.patience / ROUND)):
            if found is not None:
                break
            # What a dialog shows comes a little later.
            self.page.wait_for_timeout(ROUND * 1000)
            found = self._visible(role, name)
        assert found is not None, f"no visible {role} is named {name!r} on {self.page.url}"
        # Unforced, Playwright waits for a script to say that nothing moves; Firefox runs none of its then.
        found.click(force=not self.javascript)

    def _visible(self, role: Any, name: str) -> Locator | None:
        """Find what can be seen, in the page or in a frame such as that of our dialog."""
        frames = self.page.frames if self.javascript else [self.page.main_frame]
        found = (_first_visible(frame.get_by_role(role, name=name, exact=True)) for frame in frames)
        return next(filter(None, found), None)

    def _on_request(self, request: PageRequest) -> None:
        self._active = time.monotonic()
        if request.is_navigation_request():
            self._navigations.add(request)

    def _on_end(self, request: PageRequest) -> None:
        self._active = time.monotonic()
        self._navigations.discard(request)


def _has_its_frame(navigation: PageRequest) -> bool:
    """Say whether there is still somebody who waits for a navigation: nobody tells that it failed where its
    tab is closed meanwhile."""
    try:
        frame = navigation.frame
    except Error:  # its page is not there yet
        return True
    return not frame.is_detached() and not frame.page.is_closed()


def _first_visible(locator: Locator) -> Locator | None:
    return next((one for one in locator.all() if one.is_visible()), None)


@contextlib.contextmanager
def visitor_with_new_profile(
    engine: Engine,
    recorder: Recorder,
    *,
    javascript: bool = True,
    headers: Mapping[str, str] | None = None,
    keeps_pages: bool = False,
    settle: float = 1.0,
    patience: float = PATIENCE,
) -> Iterator[Visitor]:
    with engine.opens(recorder, javascript=javascript, headers=headers, keeps_pages=keeps_pages) as context:
        yield Visitor(context, recorder, javascript=javascript, settle=settle, patience=patience)
