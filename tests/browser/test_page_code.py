"""Code of a page asks the gate's script, before that has come and after."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_every_engine
from .servers import Site
from .test_neutrality import GATED, page_of, pages
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_every_engine]

POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[service]]
id = "stats"
category = "performance"
hosts = ["stats.example"]

[[service]]
id = "pay"
category = "necessary"
reason = "payment"
hosts = ["pay.example"]
"""
# Two act before our script is there; what fails, and an element of that name, are in the way of none.
CODE = """<i id="consentgate"></i><script>
if (!Array.isArray(window.consentgate)) window.consentgate = [];
consentgate.push(() => { throw Error("an act that fails") });
consentgate.push((consentgate) => {
    window.early = ["necessary", "performance", "stats", "pay", "nobody"].filter(consentgate.allows);
    consentgate.on("change", () => { throw Error("a listener that fails") });
    // A window keeps its name when another page comes.
    consentgate.on("change", ({ takesBack }) => { name += JSON.stringify({ takesBack }) });
});
</script><input aria-label="Name">"""
ALLOWED = "() => ['necessary', 'performance', 'stats', 'pay', 'nobody'].filter(consentgate.allows)"


@pytest.fixture
def opens(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """`opens(policy)`: a visitor who has just come to the page."""

    def opens(policy: str = POLICY) -> Visitor:
        gate = Gate(Policy.parse(policy), secret_key="a key for the tests")
        app = ConsentMiddleware(pages({"/": page_of("", content=CODE)}), gate)
        visitor = new_visitor(settle=0.3)
        visitor.opens(serve(app, host=GATED).url)
        return visitor

    return opens


def test_what_is_allowed_is_what_the_page_was_made_for(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    assert visitor.page.evaluate("() => early") == ["necessary", "pay"]
    visitor.presses("Accept")
    everything = ["necessary", "performance", "stats", "pay"]
    assert visitor.page.evaluate("() => early") == everything
    assert visitor.page.evaluate(ALLOWED) == everything
    late = "() => { consentgate.push((given) => { window.late = given === consentgate }); return late }"
    assert visitor.page.evaluate(late) is True


def test_a_change_is_told_before_the_page_goes(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    visitor.presses("Accept")
    assert json.loads(visitor.page.evaluate("() => name")) == {"takesBack": False}


def test_a_refusal_is_told_on_the_page_that_stays(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    visitor.page.evaluate("() => { window.kept = 1 }")
    visitor.presses("Refuse")
    assert visitor.page.evaluate("() => kept") == 1
    assert json.loads(visitor.page.evaluate("() => name")) == {"takesBack": False}


def test_the_choices_open_where_the_page_asks(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    visitor.page.evaluate("() => consentgate.show()")
    focused = "() => document.body.shadowRoot.activeElement.innerText"
    assert visitor.page.evaluate(focused) == "Choose"
    assert visitor.page.evaluate(
        "() => document.body.shadowRoot.querySelector('.consentgate-banner details').open"
    )


def test_else_they_open_over_the_page(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    visitor.presses("Refuse")
    visitor.does(lambda page: page.evaluate("() => { consentgate.show() }"))
    assert visitor.shows("Save choice")
    assert visitor.page.url == f"https://{GATED}/"


def test_or_they_are_a_page_that_leads_back(opens: Callable[..., Visitor]) -> None:
    visitor = opens(f'{POLICY}[banner]\nsettings = "none"\n')
    visitor.presses("Refuse")
    visitor.page.evaluate("() => history.replaceState(null, '', '/?a=b')")
    visitor.does(lambda page: page.evaluate("() => { consentgate.show() }"))
    assert visitor.page.url == f"https://{GATED}/_privacy/choices?next=%2F%3Fa%3Db"


def test_another_event_is_an_error_that_says_so(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    caught = "() => { try { consentgate.on('changed', () => {}) } catch (error) { return error.message } }"
    assert visitor.page.evaluate(caught) == 'consentgate.on: expected "change", not "changed"'
