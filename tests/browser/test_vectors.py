"""Inputs meant to get past the gate, each loaded by a browser as a page of its own: it contacts nobody else.

What reads a tree does not see all that a browser fetches: Chromium's preload scanner has no tree and lets
the last of two equal attributes win, Firefox looks ahead into templates, and style sheets, data: URLs and a
second `<base>` are for each to read in its own way. So the browsers themselves are asked. A page holds many
cases in frames, and each case names a third party of its own, so that one visit tells which of them leak.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest
from html_nasty import INPUTS
from html_vectors import VECTORS
from playwright.sync_api import Page

from consentgate import Gate, Policy

from .engine import Engine, in_every_engine
from .recorder import Mark, Recorder
from .servers import PATIENCE, serve_wsgi
from .visit import wait_until_quiet

pytestmark = [pytest.mark.browser, in_every_engine]

OWN = "www.example.org"
CASES = dict(enumerate([*VECTORS, *INPUTS]))
WITH_NOSCRIPT = [number for number, source in CASES.items() if "<noscript" in source]
EVERY_FIFTH = list(CASES)[::5]
# What a tree does not show: the last of two attributes, a `style` of another type, what is in a template, an
# import map's file.
ONLY_LOOKED_AHEAD = {
    "chromium": {
        VECTORS.index("<link rel=next rel=stylesheet href=//evil.test/a>"),
        VECTORS.index('<style type=text/plain>@import "//evil.test/a";</style>'),
    },
    "firefox": {VECTORS.index("<template><img src=//evil.test/a></template>")},
    "webkit": {VECTORS.index("<script type=importmap src=//evil.test/a></script>")},
}

# What is the same at the start of a page as in its body need not be loaded twice.
_OF_THE_HEAD = r"<(?:!|/|\?|base|body|head|html|frameset|link|meta|no|script|style|template|title)"
DIFFERS_AT_THE_START = [
    number
    for number, source in CASES.items()
    if re.match(_OF_THE_HEAD, source, re.I)
    or re.search("<(?:body|head|html|frameset|plaintext)", source, re.I)
    or not source.endswith(">")
]

# Each so many cases are scanned ahead in CI; all of them take Firefox five minutes and WebKit ten.
ONE_IN = {"chromium": 1, "firefox": 2, "webkit": 4}
FRAMES = 180  # on one page; Chromium allows a thousand, and some cases have frames of their own
# Seconds without anything new after which a page is done: Firefox prefetches only when idle.
QUIET = {"chromium": 0.6, "firefox": 1.2, "webkit": 1.0}
SCANNED_AHEAD = 0.3  # seconds for which the parser waits and the preload scanner does not

GATE = Gate(Policy(), secret_key="a key for the tests")

# The third party of the cases, however it is spelt.
EVIL = re.compile(
    "(?i)evil(?=[.\u3002%&\\n])|ev%69l|%65vil|e&shy;vil|ev\xadil|\uff45\uff56\uff49\uff4c|\uff45vil"
)
BASE64 = re.compile("(?<=base64,)[A-Za-z0-9+/=]+")


def with_its_own_third_party(source: str, number: int) -> str:
    """The case with v7.evil.test, say, in place of evil.test."""
    label = f"v{number}."

    def within(encoded: re.Match[str]) -> str:
        data = b64decode(encoded[0])
        for encoding in ("ascii", "utf-16-le"):
            data = data.replace("evil".encode(encoding), f"{label}evil".encode(encoding))
        return b64encode(data).decode()

    return BASE64.sub(within, EVIL.sub(lambda spelt: label + spelt[0], source))


def document(number: int, shape: str) -> bytes:
    """The page of a case: at its start, or behind a script that the parser waits for; or that one ungated."""
    source, url = with_its_own_third_party(CASES[number], number), f"https://{OWN}/dir/{number}"
    if shape == "start":
        return _gated(f"<!DOCTYPE html>{source}", url)
    html = f'<!DOCTYPE html><body><script src="/wait"></script>{source}<p>text</p>'
    # Of one host Chromium asks six things at once, and all other cases would wait for these six.
    elsewhere = f'src="https://{_waiting(number)}/wait/{number}"'.encode()
    page = html.encode() if shape == "ungated" else _gated(html, url)
    return page.replace(b'src="/wait"', elsewhere, 1)


def _gated(html: str, url: str) -> bytes:
    return GATE.rewrite(html.encode(), url=url, charset="utf-8").html


def _waiting(number: int) -> str:
    return f"wait{number // 6}.example"


def site(environ: dict[str, str], start_response: Callable[..., object]) -> list[bytes]:
    """`/dir/7?scanned` is case 7, `/frames/7,8?scanned` a page that holds two; anything else is missing."""
    folder, _, name = environ["PATH_INFO"].strip("/").partition("/")
    shape, status, content_type, body = environ["QUERY_STRING"], "200 OK", "text/html; charset=utf-8", b""
    if folder == "dir" and name.isdecimal() and shape in ("start", "scanned", "ungated"):
        body = document(int(name), shape)
    elif folder == "frames":
        frames = (f'<iframe src="/dir/{n}?{shape}" width=36 height=24></iframe>' for n in name.split(","))
        body = f"<!DOCTYPE html><title>cases</title>{''.join(frames)}".encode()
    elif folder == "wait":
        sleep(SCANNED_AHEAD)
        content_type = "text/javascript"
    else:
        status = "404 Not Found"
    # The referrer tells the case of a request whose host does not.
    headers = [("Cache-Control", "no-store"), ("Referrer-Policy", "unsafe-url")]
    start_response(status, [("Content-Type", content_type), *headers])
    return [body]


class Browser:
    """One that loads cases, and tells which of them contact somebody, and whom."""

    def __init__(self, engine: Engine, page: Page, recorder: Recorder, *, javascript: bool) -> None:
        self.engine, self.page, self.recorder = engine, page, recorder
        self.javascript = javascript

    def contacts(self, shape: str, numbers: Iterable[int] = CASES) -> dict[int, set[str]]:
        numbers = list(numbers)
        mark = self.recorder.mark()
        for first in range(0, len(numbers), FRAMES):
            some = ",".join(map(str, numbers[first : first + FRAMES]))
            self.page.goto(f"https://{OWN}/frames/{some}?{shape}", timeout=1000 * PATIENCE)
            wait_until_quiet(
                self.page,
                lambda: self.recorder.changed,
                QUIET[self.engine.name],
                javascript=self.javascript,
            )
        self.page.goto("about:blank")
        assert self._loaded(mark) >= set(numbers), "a case was not loaded at all"
        return self._by_case(mark)

    def _loaded(self, mark: Mark) -> set[int]:
        asked = self.recorder.requests[mark.requests :]
        paths = [re.fullmatch(r"/dir/(\d+)\?\w+", request.path) for request in asked if request.host == OWN]
        return {int(path[1]) for path in paths if path}

    def _by_case(self, mark: Mark) -> dict[int, set[str]]:
        """By the number of the case; -1 is one that cannot be told."""
        found: dict[int, set[str]] = {}
        requests = self.recorder.requests_since(mark)
        for request in requests:
            number = _number(request.host, request.headers.get("referer", ""))
            found.setdefault(number, set()).add(request.url)
        for host in self.recorder.hosts_since(mark) - {request.host for request in requests}:
            found.setdefault(_number(host), set()).add(_mere(host))
        return found


def _mere(host: str) -> str:
    return f"{host} (a mere connection)"


def _number(host: str, referrer: str = "") -> int:
    case = re.search(r"\bv(\d+)\.", host) or re.search(rf"//{re.escape(OWN)}/dir/(\d+)", referrer)
    return int(case[1]) if case else -1


@contextmanager
def browser_with(engine: Engine, certificate: Path, *, javascript: bool = True) -> Iterator[Browser]:
    with Recorder(certificate) as recorder, serve_wsgi(site) as served:
        recorder.forwards.update(dict.fromkeys([OWN, *map(_waiting, CASES)], served.port))
        with engine.opens(recorder, javascript=javascript) as context:
            yield Browser(engine, context.pages[0], recorder, javascript=javascript)


@pytest.fixture(scope="module")
def browser(engine: Engine, certificate: Path) -> Iterator[Browser]:
    with browser_with(engine, certificate) as started:
        yield started


def report(leaks: dict[int, set[str]]) -> str:
    return "\n".join(
        f"{number}: {CASES.get(number, 'one of the cases')!r} contacts {', '.join(sorted(leaks[number]))}"
        for number in sorted(leaks)
    )


@pytest.mark.engines  # for its length
def test_a_gated_case_contacts_nobody_even_when_scanned_ahead(browser: Browser) -> None:
    leaks = browser.contacts("scanned", list(CASES)[:: ONE_IN[browser.engine.name]])

    assert not leaks, report(leaks)


@pytest.mark.exhaustive  # minutes in each engine
def test_nor_do_all_the_others(browser: Browser) -> None:
    tried = {*list(CASES)[:: ONE_IN[browser.engine.name]]}
    leaks = browser.contacts("scanned", [number for number in CASES if number not in tried])

    assert not leaks, report(leaks)


@pytest.mark.engines  # for its length
def test_nor_does_it_at_the_start_of_a_page(browser: Browser) -> None:
    leaks = browser.contacts("start", DIFFERS_AT_THE_START)

    assert not leaks, report(leaks)


def test_nor_does_it_in_a_browser_without_scripts(engine: Engine, certificate: Path) -> None:
    with browser_with(engine, certificate, javascript=False) as browser:
        leaks = browser.contacts("start", WITH_NOSCRIPT)

    assert not leaks, report(leaks)


def test_without_the_gate_most_contact_a_third_party(browser: Browser) -> None:
    """What keeps the tests above honest."""
    only_looked_ahead = ONLY_LOOKED_AHEAD[browser.engine.name]
    found = browser.contacts("ungated", {*EVERY_FIFTH, *only_looked_ahead})

    assert len(found) > len(EVERY_FIFTH) / 2
    assert found.keys() >= only_looked_ahead
