"""No name is looked up for what scripts of the site's own insert: a name server would learn who is visited.

The recorder sees connections, and a look-up makes none. So here the browser asks a name server of ours, which
keeps the names; each case has a host of its own. Chromium asks it anywhere, Firefox and WebKit where the
tests run as root.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import Engine, in_every_engine
from .name_server import CannotBeAsked, NameServer, at_port_53
from .recorder import Recorder
from .servers import LOOPBACK, PATIENCE, serve_wsgi
from .test_guard import INSERTED, OWN, POLICY, SCRIPT, WRITTEN
from .visit import ROUND, wait_until_quiet

pytestmark = [pytest.mark.browser, in_every_engine]

Asked = Callable[..., set[str]]

NAMES = Path(__file__).with_name("name_vectors.js").read_text("utf-8")
LOOKED_UP, LINKS = (re.findall(r'^  "([^"]+)": ', part, re.MULTILINE) for part in NAMES.split("const LINKS"))
# Rules for the links of a page would look up those of other cases, too.
INSERTED_ALONE = [name for name in INSERTED if name != "prefetch-rules-for-links"]
CASES = {"inserted": [*LOOKED_UP, *INSERTED_ALONE, *WRITTEN], "links": LINKS}
SERVED = [
    f"{place}-{relation}" for place in ("header", "markup") for relation in ("dns-prefetch", "preconnect")
]

THIRD = "third.example.com"
LAST = "last.wanted.example"
"""A host that may be contacted. All that a page does comes before it is looked up."""

RUN = """
const cases = {...LOOKED_UP, ...LINKS, ...INSERTED, ...WRITTEN};
for (const name of %s) {
    try { cases[name](`https://${name}.%s/${name}`) } catch (error) { console.log(error) }
}
new Image().src = 'https://%s/';
"""

NOT_HERE = {
    "chromium": set[str](),
    "firefox": {"prefetch-rules", "prerender-rules", "write-rules"},
    "webkit": {
        *("header-dns-prefetch", "markup-dns-prefetch", "prefetch", "prefetch-rules", "prerender-rules"),
        *("stun", "stun-later", "turn", "web-transport", "write-rules"),
    },
}
"""The cases for which a browser looks no name up, whatever is allowed."""

BY_LINKS = {"chromium": set[str](), "firefox": set(LINKS), "webkit": set[str]()}
"""The links whose names a browser looks up ahead, on pages over plain HTTP."""


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """`/inserted` is a page whose script has the cases of that kind, and `/script/inserted` is the script."""
    *folder, kind = environ["PATH_INFO"].strip("/").split("/")
    if folder == ["script"]:
        start_response("200 OK", [("Content-Type", "text/javascript"), ("Cache-Control", "no-store")])
        return [(SCRIPT + NAMES + RUN % (json.dumps(CASES[kind]), THIRD, LAST)).encode()]
    headers, body = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")], ""
    for name in SERVED:
        place, _, relation = name.partition("-")
        if place == "header":
            headers.append(("Link", f"<https://{name}.{THIRD}>; rel={relation}"))
        else:
            body += f"<link rel={relation} href=https://{name}.{THIRD}>"
    start_response("200 OK", headers)
    return [f"<!doctype html><title>t</title><body>{body}<script src=/script/{kind}></script>".encode()]


def behind_gate(policy: str = POLICY) -> ConsentMiddleware:
    return ConsentMiddleware(app, Gate(Policy.parse(policy), secret_key="a key for the tests", insecure=True))


@pytest.fixture
def asked(engine: Engine, recorder: Recorder) -> Iterator[Asked]:
    """`asked(app, kind)`: the cases whose names are looked up when somebody opens their page."""
    server = NameServer()

    def asked(app: Any, kind: str) -> set[str]:
        site = stack.enter_context(serve_wsgi(app))
        recorder.forwards[OWN] = site.port
        plain = kind == "links" or engine.name == "webkit"
        with engine.opens(recorder, asks_names=True) as context:
            page = context.pages[0]
            if engine.name == "webkit":
                # It looks nothing up ahead until it knows that it has no proxy, and finds out at the first.
                page.goto(site.at(f"/{kind}"))
                wait_until_quiet(page, lambda: server.changed, 1.5)
            page.goto(site.at(f"/{kind}") if plain else f"https://{OWN}/{kind}")
            for _ in range(round(PATIENCE / ROUND)):
                if LAST in server.names:
                    break
                page.wait_for_timeout(ROUND * 1000)
            wait_until_quiet(page, lambda: server.changed, 1.5)
        assert LAST in server.names
        return {name.removesuffix(f".{THIRD}") for name in server.names if name.endswith(f".{THIRD}")}

    with ExitStack() as stack:
        if engine.name != "chromium":
            try:
                stack.enter_context(at_port_53(server))
            except CannotBeAsked as reason:
                # Port 53 and another list of name servers take root. Chromium is asked everywhere.
                pytest.skip(str(reason))
        else:
            recorder.forwards[LOOPBACK] = stack.enter_context(serve_wsgi(server.over_https)).port
        yield asked


def test_scripts_have_no_name_looked_up(asked: Asked, engine: Engine) -> None:
    assert asked(behind_gate(), "inserted") == set()


def test_links_have_no_name_looked_up(asked: Asked) -> None:
    assert asked(behind_gate(), "links") == set()


@pytest.mark.long
def test_without_the_guard_scripts_have(asked: Asked) -> None:
    found = asked(behind_gate(POLICY.replace("[site]", "[site]\nguard = false")), "inserted")
    assert found >= {"dns-prefetch-in-srcdoc", "preconnect", "preconnect-html", "write-line"}


@pytest.mark.long
def test_without_the_gate_they_have(asked: Asked, engine: Engine) -> None:
    """Without this the first test could not fail."""
    assert {*CASES["inserted"], *SERVED} - asked(app, "inserted") == NOT_HERE[engine.name]


@pytest.mark.long
def test_without_the_gate_links_have(asked: Asked, engine: Engine) -> None:
    assert asked(app, "links") & {*LINKS} == BY_LINKS[engine.name]
