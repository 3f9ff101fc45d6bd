"""Tries the list in the README's "Limits": rewriter, Content-Security-Policy and guard stop none of it.

A script of the site's own inserts each, on a closed page. What is contacted says which are open; once
another net stops one, this test fails, and the README gets shorter.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .engine import Engine, in_firefox_at_length
from .servers import Site
from .test_policies import gated, page
from .visit import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.engines, in_firefox_at_length]

ELEMENT = "const it = document.createElement('{}'); Object.assign(it, {}); document.head.append(it);"
STOPPED = {
    "a picture": "new Image().src = 'https://a.example/'",
    "a script": ELEMENT.format("script", "{src: 'https://a.example/'}"),
    "a style sheet": ELEMENT.format("link", "{rel: 'stylesheet', href: 'https://a.example/'}"),
    "a fetch": "fetch('https://a.example/').catch(() => {})",
    "a beacon": "navigator.sendBeacon('https://a.example/', '')",
    "a socket": "try { new WebSocket('wss://a.example/') } catch {}",
    "a preload": ELEMENT.format("link", "{rel: 'preload', as: 'image', href: 'https://a.example/'}"),
    "a prefetch": ELEMENT.format("link", "{rel: 'prefetch', href: 'https://a.example/'}"),
    "a frame": "const it = document.createElement('iframe');"
    "it.src = 'https://a.example/'; document.body.append(it)",
    "preconnect": ELEMENT.format("link", "{rel: 'preconnect', href: 'https://a.example/'}"),
    "a refresh": ELEMENT.format("meta", "{httpEquiv: 'refresh', content: '0;url=https://a.example/'}"),
    "rules for speculation": "const it = document.createElement('script'); it.type = 'speculationrules';"
    "it.textContent = JSON.stringify({prefetch: [{urls: ['https://a.example/'], eagerness: 'immediate'}]});"
    "document.head.append(it)",
}
LED = "const it = document.body.appendChild(document.createElement('iframe'));"
OPEN = {
    "a frame that is led elsewhere": f"{LED} it.contentWindow.location = 'https://a.example/'",
    "a frame within an empty one": f"{LED} it.contentDocument.body.innerHTML = '<iframe src=https://a.example/>'",
    "a form": "const it = document.createElement('form'); it.action = 'https://a.example/';"
    "document.body.append(it); it.submit()",
    "a navigation": "location = 'https://a.example/'",
    "a window": "open('https://a.example/')",
}
"""Channels by the script that takes each."""


def contacted(script: str, visitor: Visitor, serve: Callable[..., Site]) -> set[str]:
    # In a file of the site's own, which the rewriter never sees.
    pages = page('<script src="/own.js"></script>') | {
        "/own.js": ("text/javascript", f"addEventListener('load', () => setTimeout(() => {{ {script} }}))")
    }
    _, app = gated(pages)
    return visitor.opens(serve(app).url).hosts


@pytest.mark.parametrize("channel", STOPPED)
def test_what_scripts_load_is_stopped(channel: str, visitor: Visitor, serve: Callable[..., Site]) -> None:
    assert contacted(STOPPED[channel], visitor, serve) == set()


@pytest.mark.parametrize("channel", OPEN)
def test_the_limits_name_what_is_not(
    channel: str, engine: Engine, visitor: Visitor, serve: Callable[..., Site]
) -> None:
    # Chromium connects for a frame before it asks the policy.
    is_open = "frame" not in channel or engine.name == "chromium"
    assert contacted(OPEN[channel], visitor, serve) == ({"a.example"} if is_open else set())
