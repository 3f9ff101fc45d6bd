"""Watches a real browser on a site: before any answer, after a refusal, after consent and after its
withdrawal."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from consentgate.audit.observations import SeenCookie, SeenItem, SeenRequest, State, Visit
from consentgate.audit.tour import Screenshot, SeenScript, Stage, Tour
from consentgate.policy import OwnHosts, own_hosts
from consentgate.policy.messages import missing_extra

from . import questions
from .choosing import decide, question_on, question_seen
from .errors import CannotLook
from .launch import BROWSERS_OWN, open_browser
from .proxy import RecordingProxy, is_inside
from .readable import readable
from .recording import Record, record
from .sightings import (
    in_words,
    is_text,
    origin_of,
    pages_to_visit,
    pairs_in,
    requests_of,
    rows_in,
    seen_cookie,
    seen_request,
    setter_of,
    socket_host,
    writer_of,
)

T = TypeVar("T")

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Frame, Page, Playwright

_ROUND = 100
"""Milliseconds from one look at a page to the next."""
_EMPTY = "about:blank"
_LEAVING = 0.7
"""Seconds for what a page sends while it is being left."""


@dataclass(frozen=True, slots=True)
class Watching:
    """How the browser is watched.

    `browser` is a path or a channel, "" for whichever is installed. With `insecure` any certificate will do.
    A page is seen once nothing has happened for `settle` seconds, at most `patience`, and once it has been
    waited for so long it counts as missing. `more` pages are visited that the first one links to. Not more
    than `most_bytes` are loaded. `upstream` is the proxy through which everything goes, host and port.
    """

    browser: str = ""
    insecure: bool = False
    settle: float = 1.5
    patience: float = 20.0
    more: int = 0
    most_bytes: int = 500 << 20
    upstream: tuple[str, int] | None = None


def take_tour(
    url: str,
    pages: Sequence[str] = (),
    *,
    states: Container[State] = tuple(State),
    watching: Watching | None = None,
    stays_on: Callable[[str], bool] = lambda url: True,
    tell: Callable[[str], object] = lambda line: None,
) -> Tour:
    """Visit the site at `url`, and `pages` of it, in these `states`.

    A browser that has never been used begins each, but for the withdrawal, which needs a consent. Before any
    answer is always looked at: it says which pages there are. Pages that lead to where it does not say
    `stays_on` are asked for no more. `tell` is given a line as each state begins.

    Raises CannotLook where Playwright or the browser is missing, or the first page does not come, or leads to
    elsewhere.
    """
    watching = watching or Watching()
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise CannotLook(missing_extra("scan", "Playwright")) from None

    def look() -> tuple[Stage, ...]:
        with sync_playwright() as playwright:
            return tuple(_stages(playwright, [url, *pages], states, watching, stays_on, tell))

    try:
        stages = _without_event_loop(look)
    except Error as error:
        raise CannotLook(f"the browser has failed: {error.message.splitlines()[0]}") from None
    return Tour(stages[0].visits[0].url, stages)


def _without_event_loop(work: Callable[[], T]) -> T:
    """Do `work` in a thread where no event loop runs, as Playwright asks for: in this one, if it can be."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _stages(
    playwright: Playwright,
    pages: list[str],
    states: Container[State],
    watching: Watching,
    stays_on: Callable[[str], bool],
    tell: Callable[[str], object],
) -> Iterator[Stage]:
    tell(f"{pages[0]}: before any answer")
    with _watcher(playwright, pages[0], watching) as watcher:
        stage = watcher.stays_undecided(pages, watching.more)
    yield stage
    if not stays_on(stage.visits[0].url):
        raise CannotLook(f"{pages[0]}: leads the browser to {stage.visits[0].url}")
    pages = [visit.url for visit in stage.visits if visit.status and stays_on(visit.url)]
    if State.REFUSED in states:
        tell(f"{pages[0]}: after a refusal")
        with _watcher(playwright, pages[0], watching) as watcher:
            yield watcher.answers(State.REFUSED, pages)
    if State.ACCEPTED in states or State.WITHDRAWN in states:
        tell(f"{pages[0]}: after consent")
        with _watcher(playwright, pages[0], watching) as watcher:
            stage = watcher.answers(State.ACCEPTED, pages)
            yield stage
            if State.WITHDRAWN in states and stage.was_reached:
                tell(f"{pages[0]}: after the withdrawal")
                yield watcher.answers(State.WITHDRAWN, pages)


@contextmanager
def _watcher(playwright: Playwright, url: str, watching: Watching) -> Iterator[_Watcher]:
    # Whoever asks to look at a machine of their own network has pages there that lead to others.
    inside = is_inside(socket_host(url))
    with (
        RecordingProxy(upstream=watching.upstream, most_bytes=watching.most_bytes, inside=inside) as proxy,
        open_browser(playwright, watching.browser, proxy, insecure=watching.insecure) as context,
    ):
        yield _Watcher(context, proxy, watching, own_hosts((), socket_host(url)))


class _Kept(NamedTuple):
    """The cookies and the items of storage that a browser has at one moment. The second part of each cookie
    changes when it is set again."""

    cookies: dict[tuple[str, str, str], tuple[SeenCookie, object]]
    items: dict[tuple[str, str, str], SeenItem]


class _Watcher:
    """A visitor with a browser of their own, of whom everything is seen."""

    def __init__(
        self, context: BrowserContext, proxy: RecordingProxy, watching: Watching, own: OwnHosts
    ) -> None:
        self._context, self._proxy, self._watching, self._own = context, proxy, watching, own
        self._record: Record = record(context)
        context.add_init_script(files(__package__).joinpath("probe.js").read_text("utf-8"))
        self._page: Page = context.pages[0] if context.pages else context.new_page()
        self._kept = _Kept({}, {})
        self._scripts: dict[tuple[str, str], SeenScript] = {}
        self._links: list[str] = []
        self._mark = 0
        self._since = 0.0

    def stays_undecided(self, pages: Sequence[str], more: int) -> Stage:
        """Visit the pages, and some more that the first one links to, without a click."""
        first, shot = self._sees(pages[0], State.UNDECIDED)
        if not first.status:
            raise CannotLook(f"{pages[0]}: {first.problem}")
        others = [*pages[1:], *pages_to_visit(self._links, [first.url, *pages], more)]
        visits = (first, *(self._sees(page, State.UNDECIDED)[0] for page in others))
        return self._stage(State.UNDECIDED, visits, (shot,))

    def answers(self, state: State, pages: Sequence[str]) -> Stage:
        """Decide on the first page, then visit all of them."""
        self._begins()
        self._goes_to(pages[0])
        self._settles(self._watching.settle)
        self._kept = self._looks()
        question, seen = question_on(self._page), question_seen(self._page)
        # What is still connected would be asked unseen. What connects again does so before the click.
        self._proxy.hang_up(lambda host: host not in self._own)
        self._settles(self._watching.settle)
        act = decide(self._page, state, self._begins)
        if act.clicks is None:
            return Stage(state, act=act, question=seen)
        self._settles(self._watching.settle)
        shots: list[Screenshot | None] = [*self._shoots(self._page.url)]
        visits, asks_again = [self._left(self._seen(self._page.url, state, 200))], False
        for number, page in enumerate(pages):
            visit, shot = self._sees(page, state, leaves=False)
            if number == 0:
                shots.append(shot)
                asks_again = bool(question) and question_on(self._page) == question
            visits.append(self._left(visit))
        stage = self._stage(state, tuple(visits), tuple(shots))
        return replace(stage, act=act, asks_again=asks_again, question=seen)

    def _stage(self, state: State, visits: tuple[Visit, ...], shots: Iterable[Screenshot | None]) -> Stage:
        kept = self._kept
        return Stage(
            state,
            visits,
            kept_cookies=tuple(cookie for cookie, _ in kept.cookies.values()),
            kept_items=tuple(kept.items.values()),
            scripts=tuple(self._scripts.values()),
            screenshots=tuple(shot for shot in shots if shot is not None),
        )

    def _sees(self, url: str, state: State, *, leaves: bool = True) -> tuple[Visit, Screenshot | None]:
        """Visit a page, and leave it unless told not to."""
        self._begins()
        status, problem = self._goes_to(url)
        shot = None
        if status:
            shot = next(self._shoots(self._page.url), None)
            self._asks(self._page.main_frame, questions.SCROLL)
        self._settles(self._watching.settle)
        visit = self._seen(self._page.url if status else url, state, status, problem)
        return (self._left(visit) if leaves else visit), shot

    def _begins(self) -> None:
        self._record.clear()
        self._mark = self._proxy.mark()
        self._since = time.time()

    def _goes_to(self, url: str) -> tuple[int, str]:
        """Return the status of the page at `url`; 0, and why, where none came."""
        timeout = self._watching.patience * 1000
        error, slow = _errors()
        try:
            response = self._page.goto(url, wait_until="domcontentloaded", timeout=timeout)
        except slow:
            return 0, f"no page came in {self._watching.patience:g} seconds"
        except error as failed:
            if self._proxy.is_unreachable(socket_host(url)):
                # What the browser says is about our proxy's answer.
                return 0, "nobody answers"
            return 0, in_words(str(failed))
        with contextlib.suppress(error):  # some pages never finish
            self._page.wait_for_load_state("load", timeout=timeout)
        return (response.status if response is not None else 200), ""

    def _settles(self, seconds: float) -> None:
        """Wait until nothing has happened for so many seconds, at most as long as is waited for a page."""
        end = time.monotonic() + max(self._watching.patience, seconds)
        quiet_since = time.monotonic()
        latest = self._latest()
        while time.monotonic() < min(end, quiet_since + seconds):
            self._page.wait_for_timeout(_ROUND)
            if self._latest() != latest:
                latest, quiet_since = self._latest(), time.monotonic()

    def _latest(self) -> tuple[float, float]:
        return self._record.changed, self._proxy.changed

    def _shoots(self, url: str) -> Iterator[Screenshot]:
        with contextlib.suppress(_errors()[0]):  # a page that never stops painting
            yield Screenshot(url, self._page.screenshot(type="jpeg", quality=60, timeout=5000))

    def _seen(self, url: str, state: State, status: int, problem: str = "") -> Visit:
        """Put together what is known of the page that is open, which is still there to be asked."""
        kept = self._looks()
        hints = [*self._record.hinted]
        for frame in self._page.frames:
            hints += pairs_in(self._asks(frame, questions.HINTS))
            for source, attributes in rows_in(self._asks(frame, questions.SCRIPTS), 2):
                if isinstance(attributes, dict):
                    pairs = {str(name): str(value)[:500] for name, value in attributes.items()}
                    self._scripts.setdefault((str(source), url), SeenScript(str(source), url, pairs))
        self._links = [str(link) for link in self._asks(self._page.main_frame, questions.LINKS) or ()]
        requests = tuple(requests_of(url, self._since, self._record, hints))
        cookies = tuple(
            replace(cookie, page=url, by=setter_of(cookie, self._record))
            for key, (cookie, value) in kept.cookies.items()
            if key not in self._kept.cookies or self._kept.cookies[key][1] != value
        )
        items = tuple(
            replace(item, page=url, by=writer_of(item, self._record.written))
            for key, item in kept.items.items()
            if key not in self._kept.items
        )
        self._kept = kept
        if self._proxy.is_exhausted:
            problem = "more was loaded than an audit may load, and the rest was cut off"
        return Visit(url, state, status, requests, cookies, items, problem)

    def _left(self, visit: Visit) -> Visit:
        """Leave the page of a visit, and add what it sent at that, or what nobody but the proxy saw."""
        with contextlib.suppress(_errors()[0]):
            for other in self._context.pages:
                if other is not self._page:
                    other.close()
            self._page.goto(_EMPTY)
        self._settles(_LEAVING)
        told = {request.url for request in visit.requests}
        late = [r for r in self._record.all_requests() if r.url not in told]
        requests = [*visit.requests, *(seen_request(r, visit.url, self._since) for r in late)]
        known = {socket_host(request.url) for request in requests}
        for contact in self._proxy.since(self._mark):
            if contact.host not in known and contact.host not in BROWSERS_OWN:
                known.add(contact.host)
                address = f"[{contact.host}]" if ":" in contact.host else contact.host
                scheme = "http" if contact.port == 80 else "https"
                requests.append(
                    SeenRequest(
                        f"{scheme}://{address}/", "connection", visit.url, "", contact.time - self._since
                    )
                )
        return replace(visit, requests=tuple(requests))

    def _looks(self) -> _Kept:
        cookies = {
            (cookie["name"], cookie["domain"], cookie["path"]): seen_cookie(cookie)
            for cookie in self._context.cookies()
        }
        # Storage that no open page can reach is where it was.
        items = self._kept.items
        for frame in self._page.frames:
            answer = self._asks(frame, questions.STORED)
            if not isinstance(answer, list):
                continue
            origin = origin_of(frame.url)
            elsewhere = {key: item for key, item in items.items() if item.origin != origin}
            rows = (row for row in rows_in(answer, 3) if all(map(is_text, row)))
            items = elsewhere | {(kind, of, key): SeenItem(kind, of, key, "") for kind, of, key in rows}
        return _Kept(cookies, items)

    def _asks(self, frame: Frame, question: str) -> Any:
        with contextlib.suppress(_errors()[0]):  # a frame that failed to load, or is going away
            return readable(frame.evaluate(question))
        return None


def _errors() -> tuple[type[Exception], type[Exception]]:
    """Return Playwright's error, and the one for what takes too long."""
    from playwright.sync_api import Error, TimeoutError

    return Error, TimeoutError
