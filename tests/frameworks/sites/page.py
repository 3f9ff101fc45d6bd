"""What the shop's pages are made of, whatever framework serves them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from consentgate import Gate, Policy
from consentgate.policy import Cookie

POLICY = Path(__file__).with_name("shop.toml")
SECRET_KEY = "a secret for tests"
PATIENCE = 300
"""Seconds after which nobody asks for the second piece of the live page any more."""
TRACKING = (("_own", "1"), ("_st1", "2"), ("undeclared", "3"))
"""The cookies that the shop sets beside its session, on every answer."""


def page(pages: int, cookies: object, counted: bool) -> str:
    """A page that shows how many `pages` the session has seen, the names of the `cookies` that the
    application sees, and whether it may count the visit."""
    return f"""<!doctype html>
<html lang="en"><head><title>Shop</title>
<script src="https://stats.vendor.example/s.js"></script></head>
<body><h1>Shop</h1><iframe src="https://www.youtube.com/embed/abc"></iframe>
<p>pages: {pages}</p><p>cookies: {" ".join(sorted(map(str, cookies)))}</p><p>counted: {counted}</p>
</body></html>"""


_ROWS = "\n".join(f"<tr><td>{number}</td><td>a thing &amp; its price</td></tr>" for number in range(22_000))
LARGE = (
    f"<!doctype html><html><head><title>Large</title></head><body><table>{_ROWS}</table>"
    '<script src="https://stats.vendor.example/s.js"></script><p>the end</p></body></html>'
)
"""A page of more than 1 MB, which tracks at its very end."""

LIVE = (
    "<!doctype html><html><head><title>Live</title></head><body><p>first</p>",
    '<script src="https://stats.vendor.example/s.js"></script><p>second</p></body></html>',
)
"""A page in two pieces; the second is made only after somebody has asked for /go."""

gone_on = threading.Event()


def live() -> Iterator[str]:
    """The pieces of the live page, for a thread."""
    gone_on.clear()
    yield LIVE[0]
    gone_on.wait(PATIENCE)
    yield LIVE[1]


async def alive() -> AsyncIterator[str]:
    """The pieces of the live page, for an event loop. The second is asked for in another request, whose
    loop or thread may be another one."""
    gone_on.clear()
    yield LIVE[0]
    for _ in range(100 * PATIENCE):
        if gone_on.is_set():
            break
        await asyncio.sleep(0.01)
    yield LIVE[1]


def gate() -> Gate:
    """The shop's gate, for a framework whose session cookie nobody but the shop can name."""
    session = Cookie(name="session", category="necessary", reason="authentication", lifetime="1 day")
    policy = Policy.load(POLICY).with_exempt(session)
    return Gate(policy, secret_key=SECRET_KEY, insecure=True, trusted_proxies=1)
