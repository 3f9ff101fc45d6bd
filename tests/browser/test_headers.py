"""Headers meant to get past the gate, each sent to a real browser: it contacts nobody, and stores nothing
that it should not. Many come with one page, each by a frame or request of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from gate.vectors import DELETIONS, NO_DELETIONS, ODD_LINKS, PLAIN_LINKS

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import Engine, in_firefox_too
from .recorder import Recorder
from .servers import serve_wsgi
from .visit import wait_until_quiet

pytestmark = [pytest.mark.browser, pytest.mark.engines, in_firefox_too]

HOST = "www.example.org"
POLICY = """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"

[[cookie]]
name = "sid*"
category = "necessary"
reason = "authentication"
lifetime = "10 minutes"
"""
LIFETIME = 600
Header = tuple[str, str]


class Site:
    """Sends `headers` by number: for `/7` through the gate, for `/7?raw` bare. `/frames/7,8` shows both."""

    def __init__(self) -> None:
        self.headers: dict[int, Header] = {}
        self._gated = ConsentMiddleware(
            self._app, Gate(Policy.parse(POLICY), secret_key="a key for the tests")
        )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        app = self._app if environ["QUERY_STRING"] == "raw" else self._gated
        return app(environ, start_response)

    def _app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        folder, _, name = environ["PATH_INFO"].rpartition("/")
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        body = "<!DOCTYPE html><title>a case</title>"
        if folder:
            cases = (f"/{number}?{environ['QUERY_STRING']}" for number in name.split(","))
            body += "".join(f"<iframe src={case} width=30 height=20></iframe>" for case in cases)
        elif name.isdecimal():
            headers.append(self.headers[int(name)])
        start_response("200 OK", headers)
        return [body.encode()]


class Browser:
    """One that is sent headers, and tells whom it contacts and what it stores."""

    def __init__(self, site: Site, context: Any, recorder: Recorder) -> None:
        self.site, self.context, self.recorder = site, context, recorder
        self.page = context.pages[0]

    def contacts(self, way: str, links: list[str]) -> dict[int, set[str]]:
        """The hosts that each link contacts, by its number; -1 for what cannot be told."""
        self.site.headers = {
            number: ("Link", link.replace("films.example", f"v{number}.films.example"))
            for number, link in enumerate(links)
        }
        mark = self.recorder.mark()
        self.page.goto(f"https://{HOST}/frames/{','.join(map(str, self.site.headers))}?{way}")
        wait_until_quiet(self.page, lambda: self.recorder.changed, 1.5)
        self._turns_away()
        found: dict[int, set[str]] = {}
        for host in self.recorder.hosts_since(mark):
            number = re.match(r"v(\d+)\.", host)
            found.setdefault(int(number[1]) if number else -1, set()).add(host)
        return found

    def _turns_away(self) -> None:
        """Leave the page by a new tab: Firefox does not go to `about:blank` while many frames are loading."""
        old, self.page = self.page, self.context.new_page()
        old.close()

    def is_sent(self, way: str, lines: dict[int, str]) -> None:
        """Have it ask for a page that sets a cookie, for each of the lines."""
        self.site.headers = {number: ("Set-Cookie", line) for number, line in lines.items()}
        self.page.goto(f"https://{HOST}/")
        self.page.evaluate(
            "async paths => { for (const path of paths) await fetch(path).catch(() => 0) }",
            [f"/{n}?{way}" for n in lines],
        )

    def keeps(self, way: str, lines: dict[int, str]) -> dict[str, float]:
        """What it stores because of the lines, asked in parts: of one site it keeps 180 cookies at most."""
        found: dict[str, float] = {}
        numbers = list(lines)
        for first in range(0, len(numbers), 100):
            self.context.clear_cookies()
            self.is_sent(way, {number: lines[number] for number in numbers[first : first + 100]})
            found |= self.stored()
        return found

    def stored(self) -> dict[str, float]:
        """For how many seconds it keeps each cookie, by its name; -1 until it is closed."""
        now = time.time()
        kept = {cookie["name"]: cookie.get("expires", -1) for cookie in self.context.cookies()}
        return {name: -1 if end == -1 else end - now for name, end in kept.items() if end == -1 or end > now}


@pytest.fixture
def browser(engine: Engine, recorder: Recorder) -> Iterator[Browser]:
    site = Site()
    with serve_wsgi(site) as served:
        recorder.forwards[HOST] = served.port
        with engine.opens(recorder) as context:
            yield Browser(site, context, recorder)


def test_a_link_that_is_not_plain_contacts_nobody(browser: Browser) -> None:
    leaks = browser.contacts("gated", ODD_LINKS)
    assert not leaks, {ODD_LINKS[number]: hosts for number, hosts in leaks.items()}


def test_nor_does_a_plain_one_of_the_site_itself(browser: Browser) -> None:
    links = [f"{plain}, <https://films.example/>; rel=preconnect" for plain in PLAIN_LINKS]
    assert not browser.contacts("gated", links)


def test_without_the_gate_many_links_contact_a_third_party(browser: Browser) -> None:
    """What keeps the tests above honest."""
    assert len(browser.contacts("raw", ODD_LINKS)) > 20


def numbered(name: str, lines: list[str]) -> dict[int, str]:
    """The lines, each with a cookie of its own, where it has a name at all."""
    return {number: line.replace("_ab", f"{name}{number}-", 1) for number, line in enumerate(lines)}


def test_what_is_no_plain_deletion_stores_nothing(browser: Browser) -> None:
    assert browser.keeps("gated", numbered("_t", NO_DELETIONS)) == {}
    assert len(browser.keeps("raw", numbered("_t", NO_DELETIONS))) > 30


def test_an_exempt_cookie_lives_no_longer_than_declared_whatever_its_line_says(browser: Browser) -> None:
    lines = [
        *(f"{line}{more}" for more in ("", "; Max-Age=9999", "; Max-Age=x") for line in NO_DELETIONS),
        *(f"_ab=1; Expires=Fri, 31 Dec 2100 00:00:00 {zone}" for zone in ("GMT", "PST", "+9")),
    ]
    kept = browser.keeps("gated", numbered("sid", lines))
    assert len(kept) > 100
    assert {name: age for name, age in kept.items() if age > LIFETIME + 5} == {}
    assert any(age > LIFETIME + 5 for age in browser.keeps("raw", numbered("sid", lines)).values())


def test_a_plain_deletion_deletes(browser: Browser) -> None:
    lines = {number: line.replace("=", f"{number}=", 1) for number, (line, _) in enumerate(DELETIONS)}
    lifetimes = re.compile(r"(?i); ?(?:max-age|expires)=[^;]*")
    browser.is_sent(
        "raw", {number: f"{lifetimes.sub('', line)}; Max-Age=900" for number, line in lines.items()}
    )
    assert len(browser.stored()) == len(lines)
    browser.is_sent("gated", lines)
    assert browser.stored() == {}
