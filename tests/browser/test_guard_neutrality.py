"""Calls that are allowed give the same in a page with the guard and in one without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_every_engine
from .servers import Site
from .test_guard import POLICY
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_every_engine]

SAME_PAGE = "www.same.example"
# Everything that the guard replaces, by where it is.
REPLACED = {
    "Node.prototype": "appendChild insertBefore replaceChild",
    "Element.prototype": (
        "append prepend before after replaceWith replaceChildren insertAdjacentElement innerHTML outerHTML"
        " insertAdjacentHTML setAttribute setAttributeNS setAttributeNode setAttributeNodeNS attributes"
    ),
    "Document.prototype": "append prepend replaceChildren write writeln execCommand cookie",
    "DocumentFragment.prototype": "append prepend replaceChildren",
    "CharacterData.prototype": "before after replaceWith",
    "Range.prototype": "insertNode surroundContents",
    "HTMLIFrameElement.prototype": "src srcdoc",
    "HTMLLinkElement.prototype": "href rel relList",
    "DOMTokenList.prototype": "add toggle replace value",
    "NamedNodeMap.prototype": "setNamedItem setNamedItemNS",
    "HTMLMetaElement.prototype": "content httpEquiv",
    "HTMLFormElement.prototype": "submit",
    "Storage.prototype": "getItem setItem removeItem clear key",
    "StorageEvent.prototype": "storageArea",
    "IDBFactory.prototype": "open",
    "CacheStorage.prototype": "open",
    "RTCPeerConnection.prototype": "setConfiguration constructor",
    "window": "open localStorage sessionStorage RTCPeerConnection StorageEvent",
}
SHAPE = """([owner, names]) => names.split(' ').map(name => {
    const holder = owner === 'window' ? window : window[owner.split('.')[0]]?.prototype ?? {};
    const found = Object.getOwnPropertyDescriptor(holder, name);
    if (!found) return [name, 'none'];
    const of = (value) => typeof value === 'function'
        ? [value.name, value.length, Object.getOwnPropertyNames(value).sort().join(), 'prototype' in value]
        : typeof value;
    const {value, get, set, ...flags} = found;
    return [name, of(value), of(get), of(set), flags, name in holder, Object.keys(holder).indexOf(name) < 0];
})"""
SCRIPT = Path(__file__).with_name("guard_behaviour.js").read_text("utf-8")
NOT_IN_WEBKIT = {"connections"}
"""WebKitGTK has no WebRTC."""
RUN = """async () => { %s
    const found = {};
    for (const [name, act] of Object.entries(BEHAVIOUR)) {
        found[name] = JSON.stringify(await act().catch(error => String(error)));
    }
    return found;
}"""


@pytest.fixture
def opens(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[[str], Visitor]:
    """`opens(guard)`: a visitor on a page with the guard ("true") or without it ("false")."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [b"<!doctype html><title>t</title><body><p>text"]

    def opens(guard: str) -> Visitor:
        policy = Policy.parse(POLICY.replace("[site]", f"[site]\nguard = {guard}"))
        gated = ConsentMiddleware(app, Gate(policy, secret_key="a key for the tests"))
        visitor = new_visitor(settle=0.2)
        visitor.opens(serve(gated, host=SAME_PAGE).url)
        return visitor

    return opens


def test_what_is_replaced_looks_as_it_did(opens: Callable[[str], Visitor]) -> None:
    guarded, plain = (opens(guard).page for guard in ("true", "false"))
    for owner, names in REPLACED.items():
        found = guarded.evaluate(SHAPE, [owner, names])
        assert found == plain.evaluate(SHAPE, [owner, names]), owner


def test_what_is_allowed_does_what_it_did(opens: Callable[[str], Visitor]) -> None:
    guarded, plain = (opens(guard).page for guard in ("true", "false"))
    found, expected = (page.evaluate(RUN % SCRIPT) for page in (guarded, plain))
    assert len(expected) > 20
    assert {name for name, given in expected.items() if "Error" in given} - {"errors"} <= NOT_IN_WEBKIT
    assert found == expected
