"""Scripts of the site's own, which no rewriter reads, contact nobody and store nothing without consent.

Each case contacts a host of its own, or stores something under a name of its own, so that one page tells
which of many get past the guard and the policy in its headers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import Engine, in_every_engine
from .recorder import Recorder
from .servers import serve_wsgi
from .visit import STORED, wait_until_quiet

pytestmark = [pytest.mark.browser, in_every_engine]

OWN = "www.own.example"
POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[cookie]]
name = "kept*"
category = "necessary"
reason = "ui-preference"

[[cookie]]
name = "kept-not*"
category = "performance"

[[service]]
id = "wanted"
category = "necessary"
reason = "requested-service"
hosts = ["*.wanted.example"]
"""
SCRIPT = Path(__file__).with_name("guard_vectors.js").read_text("utf-8")


def _names(of: str) -> tuple[str, ...]:
    """The names of the cases in an object of the script."""
    body = SCRIPT.partition(f"const {of} = {{")[2].partition("\n};")[0]
    return tuple(re.findall(r'^  "([^"]+)": ', body, re.MULTILINE))


INSERTED, WRITTEN, ALONE, STORES = map(_names, ("INSERTED", "WRITTEN", "ALONE", "STORES"))
CONTACTS = {*INSERTED, *WRITTEN, *ALONE}
RUN = """
const cases = {...INSERTED, ...WRITTEN, ...ALONE};
for (const name of %s) {
    try { cases[name](`https://${name}.%s/${name}`) } catch (error) { console.log(error) }
}
"""
STORE = """async (name) => {
    for (const [way, store] of Object.entries(STORES)) {
        try { await store(`${name}-${way}`) } catch {}
    }
}"""


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """`/page/frame,form` is a page with a script for these cases, `/script/frame,form` is that script."""
    folder, _, names = environ["PATH_INFO"].strip("/").partition("/")
    content_type, body = "text/html; charset=utf-8", "<!doctype html><title>t</title><body><p>text</p>"
    if folder == "page":
        body += f"<script src='/script/{names}?{environ['QUERY_STRING']}'></script>"
    elif folder == "script":
        content_type = "text/javascript"
        third = environ["QUERY_STRING"] or "third.example.com"
        body = SCRIPT + RUN % (json.dumps(names.split(",")), third)
    headers = [("Content-Type", content_type), ("Cache-Control", "no-store")]
    if folder == "trusted":
        headers.append(("Content-Security-Policy", "require-trusted-types-for 'script'"))
    start_response("200 OK", headers)
    return [body.encode()]


@contextmanager
def page_of(engine: Engine, recorder: Recorder, policy: str = POLICY) -> Iterator[Any]:
    gate = Gate(Policy.parse(policy), secret_key="a key for the tests")
    with serve_wsgi(ConsentMiddleware(app, gate)) as served:
        recorder.forwards[OWN] = served.port
        with engine.opens(recorder) as context:
            yield context.pages[0]


def contacted(page: Any, recorder: Recorder, names: list[str], third: str = "") -> set[str]:
    """Open a page with a script for the cases of these `names`, and return those of which a host was
    contacted."""
    mark = recorder.mark()
    with suppress(Error):  # it may be led away at once
        page.goto(f"https://{OWN}/page/{','.join(names)}?{third}")
    wait_until_quiet(page, lambda: recorder.changed, 1.0)
    return {host.partition(".")[0] for host in recorder.hosts_since(mark)}


def test_scripts_contact_nobody(engine: Engine, recorder: Recorder) -> None:
    with page_of(engine, recorder) as page:
        found = contacted(page, recorder, [*INSERTED, *WRITTEN])
        for name in ALONE:
            found |= contacted(page, recorder, [name])
    assert found == set()


@pytest.mark.long
def test_they_would_without_the_guard(engine: Engine, recorder: Recorder) -> None:
    """Without this the test above could not fail."""
    off = POLICY.replace("[site]", '[site]\nguard = false\ncsp = "off"')
    with page_of(engine, recorder, off) as page:
        found = contacted(page, recorder, [*INSERTED, *WRITTEN])
        for name in ALONE:
            found |= contacted(page, recorder, [name])
    assert CONTACTS - found == NOT_HERE[engine.name]


@pytest.mark.long
def test_they_contact_who_is_allowed(engine: Engine, recorder: Recorder) -> None:
    with page_of(engine, recorder) as page:
        found = contacted(page, recorder, [*INSERTED, *WRITTEN], "wanted.example")
        for name in ALONE:
            found |= contacted(page, recorder, [name], "wanted.example")
    # What links lead to is fetched ahead on the site's own host alone.
    assert CONTACTS - found == NOT_HERE[engine.name] | {"prefetch-rules-for-links"}


_CHROMIUMS_OWN = {
    *("prefetch", "prefetch-rules", "prefetch-rules-for-links", "prerender-rules", "write-rules"),
}
NOT_HERE = {
    "chromium": set[str](),
    "firefox": _CHROMIUMS_OWN | {"refresh-later", "refresh-after-another"},
    "webkit": _CHROMIUMS_OWN,
}
"""The cases that contact nobody in a browser, whatever is allowed."""


def stored(page: Any, name: str) -> set[str]:
    """Let a script store something under `name` in each way, and return what is there then."""
    page.goto(f"https://{OWN}/page/image")
    page.evaluate(STORE, name)
    found = {row[2] for row in page.evaluate(STORED)}
    found |= {pair.partition("=")[0] for pair in page.evaluate("() => document.cookie").split("; ")}
    return {one.removeprefix(f"{name}-") for one in found if one}


def test_scripts_store_nothing(engine: Engine, recorder: Recorder) -> None:
    with page_of(engine, recorder) as page:
        assert stored(page, "other") == set()


def test_the_narrower_of_two_names_decides(engine: Engine, recorder: Recorder) -> None:
    with page_of(engine, recorder) as page:
        assert stored(page, "kept-not") == set()


def test_they_store_what_is_allowed(engine: Engine, recorder: Recorder) -> None:
    with page_of(engine, recorder) as page:
        assert stored(page, "kept") == set(STORES)


DECIDE = """async (decision) => {
    const body = new URLSearchParams({decision, next: '/'});
    await fetch('/_privacy/choices', {method: 'POST', redirect: 'manual', body});
    return (await (await fetch('/_privacy/state')).text()).startsWith('open');
}"""


@pytest.mark.parametrize("decisions", [["refuse"], ["accept", "refuse"]], ids=["CR", "CW"])
def test_they_do_neither_after_a_refusal_or_withdrawal(
    engine: Engine, recorder: Recorder, decisions: list[str]
) -> None:
    with page_of(engine, recorder) as page:
        page.goto(f"https://{OWN}/page/image")
        for decision in decisions:
            assert page.evaluate(DECIDE, decision) is (decision == "accept")
        assert contacted(page, recorder, [*INSERTED, *WRITTEN]) == set()
        assert stored(page, "other") == set()


TRUSTED = """async () => {
    const policy = self.trustedTypes?.createPolicy('page', {createHTML: String}) ?? {createHTML: String};
    const html = text => policy.createHTML(text);
    const add = name => document.body.appendChild(document.createElement(name));
    const u = 'https://frame.third.example.com/';
    const p = add('p');
    p.innerHTML = html(`a<iframe src="${u}"></iframe><link rel=preconnect href="${u}">b`);
    const frame = add('iframe');
    const loaded = new Promise(done => {
        frame.onload = () => frame.contentDocument.body?.innerText && done();
    });
    frame.srcdoc = html('<meta name=a><i>c</i>');
    await loaded;
    const other = document.createElement('iframe');
    other.srcdoc = html(`<iframe src="${u}"></iframe>`);
    document.body.append(other);
    const {src} = p.querySelector('iframe');
    return [p.innerText, src.includes('/_privacy/embed'), frame.contentDocument.body.innerText];
}"""


def test_pages_that_ask_for_trusted_types_work(engine: Engine, recorder: Recorder) -> None:
    with page_of(engine, recorder) as page:
        page.goto(f"https://{OWN}/trusted")
        mark = recorder.mark()
        assert page.evaluate(TRUSTED) == ["ab", True, "c"]
        wait_until_quiet(page, lambda: recorder.changed, 1.0)
        assert recorder.hosts_since(mark) == set()
