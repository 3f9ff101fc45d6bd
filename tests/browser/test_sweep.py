"""A withdrawal deletes what scripts stored with consent, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_every_engine
from .servers import Site
from .test_neutrality import GATED, page_of, pages
from .visit import Visit, Visitor

pytestmark = [pytest.mark.browser, in_every_engine]

POLICY = """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"

[[cookie]]
name = "kept"
category = "necessary"
reason = "ui-preference"

[[cookie]]
name = "_st_own"
category = "necessary"
reason = "ui-preference"

[[service]]
id = "stats"
category = "performance"
hosts = ["stats.example"]
cookies = [{ name = "_st*" }]

[[service]]
id = "films"
category = "third-party"
hosts = ["films.example"]
cookies = [{ name = "_film" }]
"""
STORE = """async () => {
    for (const name of ['kept', '_st', '_st_2', '_st_own', '_film']) {
        document.cookie = `${name}=1; path=/; max-age=9000`;
        localStorage.setItem(name, '1');
        sessionStorage[name] = '1';
        await caches.open(name);
        const request = indexedDB.open(name);
        await new Promise(done => { request.onsuccess = done });
        request.result.close();
    }
}"""
KEPT = {"kept", "_st_own"}
KINDS = {"localStorage", "sessionStorage", "indexedDB", "caches"}


@pytest.fixture
def visitor(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Visitor:
    """One who has allowed everything, on a page that has stored something for each service."""
    gate = Gate(Policy.parse(POLICY), secret_key="a key for the tests")
    visitor = new_visitor(settle=0.4)
    visitor.opens(serve(ConsentMiddleware(pages({"/": page_of("")}), gate), host=GATED).url)
    visitor.presses("Accept")
    visitor.page.evaluate(STORE)
    return visitor


def withdraws(visitor: Visitor, how: str) -> None:
    if how == "without script":
        visitor.opens(f"https://{GATED}/_privacy/choices?next=/")
    elif how == "at a place in the page":
        # Whose address has no room for what says that a choice was made.
        visitor.opens(f"https://{GATED}/#place")
        visitor.reloads()
    if how != "without script":
        visitor.follows("Privacy settings")
    visitor.presses("Withdraw")


def looks(visitor: Visitor) -> Visit:
    """Look at what is stored."""
    return visitor.does(lambda page: page.evaluate("() => 0"))


@pytest.mark.parametrize("how", ["in the page", "at a place in the page", "without script"])
def test_a_withdrawal_deletes_what_was_stored_with_consent(visitor: Visitor, how: str) -> None:
    withdraws(visitor, how)
    found = looks(visitor)
    # On the page that a plain form led to, the script deletes it, which a busy machine takes a while for.
    for _ in range(100):
        if len(found.storage) == len(KINDS) * len(KEPT):
            break
        found = looks(visitor)
    assert {(entry.kind, entry.name) for entry in found.storage} == {
        (kind, name) for kind in KINDS for name in KEPT
    }
    assert found.cookie_names == {*KEPT, "__Host-consent"}


def test_what_one_service_stored_goes_with_the_consent_to_it(visitor: Visitor) -> None:
    visitor.follows("Privacy settings")
    untick = "() => { document.querySelector('[value=performance]').checked = false }"
    visitor.does(lambda page: page.frames[1].evaluate(untick))
    visitor.presses("Save choice")
    found = looks(visitor)
    names = {*KEPT, "_film"}
    assert {(entry.kind, entry.name) for entry in found.storage} == {
        (k, name) for k in KINDS for name in names
    }
    assert found.cookie_names == {*names, "__Host-consent"}
