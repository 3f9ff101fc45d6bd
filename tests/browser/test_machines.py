"""Machines that answer for visitors may say no, and none says yes. Whoever hides the banner has said no in
effect, and loses nothing of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_firefox_at_length
from .machines import AUTOCONSENT, Autoconsent, others_rules, press_as_consent_o_matic
from .servers import serve_wsgi
from .test_decisions import POLICY
from .test_neutrality import page_of, pages
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_at_length]

GATE = Gate(Policy.parse(POLICY), secret_key="a key for the tests", insecure=True)
LINES = "".join(f"<p>Line {number}</p>" for number in range(80))
CONTENT = f"""<form action="/search"><input name="q"><button>Search</button></form>{LINES}
<p><a href="/last">The last link</a></p><img src="https://stats.example/pixel" alt="">"""
COSMETIC = "<style>body::part(consentgate-banner){display:none!important}</style>"
SHADOW = "document.body.shadowRoot"
FELT = """() => {
    const { inert, offsetWidth, offsetHeight } = document.querySelector("html > consentgate-question");
    return [inert, offsetWidth, offsetHeight, find("This site asks")];
}"""


@pytest.fixture
def opens(cleared_visitor: Visitor) -> Iterator[Callable[..., Visitor]]:
    """`opens(head)`: a visitor who has just come to the shop, whose page has that in its head."""
    head = ""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        page = page_of("", content=CONTENT, head=head)
        of_path = {"/": page, "/last": page_of("", content="<h1>Last</h1>")}
        return pages(of_path)(environ, start_response)

    with serve_wsgi(ConsentMiddleware(app, GATE)) as site:

        def open_(with_head: str = "") -> Visitor:
            nonlocal head
            head = with_head
            cleared_visitor.settle = 0.2
            assert cleared_visitor.opens(site.url).hosts == set()
            return cleared_visitor

        yield open_


def assert_refused(visitor: Visitor) -> None:
    assert {cookie["name"] for cookie in visitor.cookies()} == {"consent"}
    visit = visitor.reloads()
    assert visit.hosts == set()
    assert not visit.shows("Accept")
    visitor.page.goto(visitor.page.url + "_privacy/choices")
    assert "You refused" in visitor.page.inner_text("main")


def test_duckduckgo_refuses_by_our_rule(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    machine = Autoconsent(visitor.page, [*others_rules(), AUTOCONSENT], autoAction="optOut")
    assert machine.says("popupFound")["cmp"] == "consentgate"
    assert machine.says("optOutResult")["result"]
    assert machine.tests_itself()
    assert_refused(visitor)


def test_duckduckgo_refuses_by_its_own_heuristics(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    machine = Autoconsent(visitor.page, others_rules(), autoAction="optOut", heuristicMode="reject")
    assert machine.says("popupFound")["cmp"] == "HEURISTIC-REJECT"
    assert machine.says("optOutResult")["result"]
    assert machine.tests_itself()
    assert_refused(visitor)


def test_duckduckgo_does_not_consent_and_does_not_think_so(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    machine = Autoconsent(visitor.page, [AUTOCONSENT], autoAction="optIn")
    assert not machine.says("optInResult")["result"]
    assert visitor.cookies() == []


def test_consent_o_matic_refuses_by_our_rule(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    clicks = []
    visitor.does(lambda page: clicks.append(press_as_consent_o_matic(page)))
    assert clicks == [1]
    assert press_as_consent_o_matic(visitor.page) == 0
    assert_refused(visitor)


ACCEPTING = f"""() => {{
    const root = {SHADOW}, accept = root.querySelector("[value=accept]");
    accept.click();
    for (const name of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"])
        accept.dispatchEvent(new PointerEvent(name, {{ bubbles: true, composed: true }}));
    accept.focus();
    accept.dispatchEvent(new KeyboardEvent("keydown", {{ key: "Enter", bubbles: true, composed: true }}));
    accept.form.requestSubmit(accept);
    root.querySelector("summary").click();
    root.querySelectorAll("[type=checkbox]").forEach(box => box.click());
    root.querySelector("[value=save]").click();
}}"""


def test_no_machine_consents(opens: Callable[..., Visitor]) -> None:
    visitor = opens()
    visit = visitor.does(lambda page: page.evaluate(ACCEPTING))
    assert (visit.cookies, visit.hosts) == ([], set())
    assert visit.shows("Accept")


HIDING = {
    "a cosmetic rule": (COSMETIC, ""),
    "removed": ("", f"{SHADOW}.querySelector('.consentgate-banner').remove()"),
    "removed with all that is around it": ("", f"{SHADOW}.querySelector('.consentgate').remove()"),
}


@pytest.mark.parametrize("hidden", HIDING)
def test_a_hidden_banner_is_a_refusal_in_effect_and_locks_nothing(
    opens: Callable[..., Visitor], hidden: str
) -> None:
    head, script = HIDING[hidden]
    visitor = opens(head)
    page = visitor.page
    if script:
        page.evaluate(script)
    assert not page.get_by_role("button", name="Accept").is_visible()
    page.locator("input[name=q]").fill("words")
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 100_000)
    page.wait_for_function("scrollY > 500 && scrollY + innerHeight >= document.body.scrollHeight")
    visit = visitor.follows("The last link")
    assert page.inner_text("h1") == "Last"
    assert (visit.cookies, visit.hosts) == ([], set())


def test_what_stands_for_machines_is_felt_by_nobody_and_goes_with_the_question(
    opens: Callable[..., Visitor],
) -> None:
    visitor = opens()
    page = visitor.page
    hook = page.locator("html > consentgate-question")
    assert hook.locator("consentgate-refuse").text_content() == "Refuse"
    assert page.evaluate(FELT) == [True, 0, 0, False]
    visitor.presses("Refuse")
    assert hook.count() == 0


def test_nothing_stands_for_machines_where_the_banner_is_hidden(opens: Callable[..., Visitor]) -> None:
    visitor = opens(COSMETIC)
    assert visitor.page.locator("consentgate-question").count() == 0
