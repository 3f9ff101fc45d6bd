"""What the gate puts into a page is not felt by it: every element keeps its box, scripts find what they
found, and nothing decides but a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_firefox_too
from .servers import Site
from .test_decisions import POLICY
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

GATED, PLAIN = "gated.example", "plain.example"
WIDTHS = (320, 390, 768, 1280)

CONTENT = """<header><h1>Shop</h1><a href="/">Home</a></header><main><p>Some words of text.</p>
<form action="/search"><input name="q"><button>Search</button></form><img alt="" width="40" height="30"
src="/picture"></main><footer>The end</footer>"""
LAYOUTS = {
    "plain": "",
    "grid": "body{display:grid;grid-template-columns:repeat(3,1fr);gap:20px}",
    "flex": "body{display:flex;gap:20px;justify-content:space-between}",
    "column": "body{display:flex;flex-direction:column;min-height:100vh}main{flex:1}",
    "owl": "body>*+*{margin-top:40px}",
    "first child": "body>:first-child{margin-top:50px}body>:last-child{margin-bottom:50px}",
    "counted": "body>*:nth-child(2){padding:20px}body:has(>:nth-child(4)){padding:30px}",
    "full height": "html,body{height:100%;overflow:hidden;margin:0}main{height:100%;overflow:auto}",
    "small root": "html{font-size:62.5%}main{font-size:1.6rem;padding:2rem}",
    "centred login": "body{display:grid;place-items:center;min-height:100vh}header,footer{display:none}",
    "sidebar": "body{display:grid;grid-template:'h h' auto 'a m' 1fr/200px 1fr}header{grid-area:h}",
    "table": "body{display:table}main{display:table-cell}",
    "columns": "body{columns:3}",
    "everything": "*{margin:3px;padding:3px;border:1px solid}div{width:300px}a{display:block}",
    "positioned": "body{position:relative;transform:translateY(9px)}footer{position:absolute;bottom:0}",
    "pseudo": "body::before,body::after{content:'x';display:block;height:20px}",
}
BOXES = """() => [...document.querySelectorAll("html, body, body *")].map(element => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [element.localName, x, y, width, height];
})"""
FACTS = """() => {
    const names = ["form", "button", "input", "a", "p", "section", "template"];
    const { body } = document;
    return [
        document.forms.length, document.forms[0]?.action, document.images.length, document.links.length,
        body.firstElementChild?.localName, body.lastElementChild?.localName, body.childNodes.length,
        body.innerText, body.textContent.trim(),
        ...names.map(name => document.getElementsByTagName(name)[0]?.outerHTML),
        ...names.map(name => document.querySelector(name)?.outerHTML),
        ...names.map(name => document.querySelectorAll(name).length),
        document.documentElement.scrollHeight, document.documentElement.scrollWidth,
    ].map(String);
}"""


def page_of(style: str, *, rtl: bool = False, content: str = CONTENT, head: str = "") -> bytes:
    direction = ' dir="rtl"' if rtl else ""
    return (
        f'<!doctype html><html lang="en"{direction}><head><meta charset="utf-8"><title>Shop</title>'
        f"<style>{style}</style>{head}</head><body>{content}</body></html>"
    ).encode()


def pages(
    of_path: dict[str, bytes], *headers: tuple[str, str]
) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = of_path.get(environ["PATH_INFO"])
        if body is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *headers])
        return [body]

    return app


def gated(app: Callable[..., Iterable[bytes]]) -> ConsentMiddleware:
    return ConsentMiddleware(app, Gate(Policy.parse(POLICY), secret_key="a key for the tests"))


def boxes(visitor: Visitor, url: str) -> list[Any]:
    """Every element's box at each width."""
    page = visitor.page
    page.goto(url)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        found.append(page.evaluate(BOXES))
    return found


LONG = pytest.mark.long
EXHAUSTIVE = pytest.mark.exhaustive


@pytest.mark.parametrize(
    ("state", "caching"),
    [
        ("undecided", ""),
        pytest.param("undecided", "public, max-age=60", marks=EXHAUSTIVE),
        pytest.param("refused", "", marks=EXHAUSTIVE),
        pytest.param("refused", "public, max-age=60", marks=LONG),
        pytest.param("granted", "", marks=LONG),
    ],
)
def test_every_element_keeps_its_box(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], state: str, caching: str
) -> None:
    headers = [("Cache-Control", caching)] if caching else []
    of_path = {
        f"/{number}{'-rtl' * rtl}": page_of(style, rtl=rtl)
        for number, style in enumerate(LAYOUTS.values())
        for rtl in (False, True)
    }
    app = pages(of_path, *headers)
    ours, plain = serve(gated(app), host=GATED), serve(app, host=PLAIN)
    visitor = new_visitor(settle=0.2)
    if state != "undecided":
        visitor.opens(ours.at("/0"))
        visitor.presses("Refuse" if state == "refused" else "Accept")
    felt = [path for path in of_path if boxes(visitor, ours.at(path)) != boxes(visitor, plain.at(path))]
    assert felt == []


@pytest.mark.parametrize("content", [CONTENT, "", "Only words.", "<p>No form.</p>"])
def test_scripts_find_what_they_found(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], content: str
) -> None:
    # Asked by a script in the page before it is whole, and again once it is.
    early = f"<script>window.early = ({FACTS})()</script>"
    app = pages({"/": page_of("", content=content + early)})
    ours, plain = serve(gated(app), host=GATED), serve(app, host=PLAIN)
    visitor = new_visitor(settle=0.2)
    for decision in (None, "Refuse"):
        if decision:
            visitor.opens(ours.url)
            visitor.presses(decision)
        for script in (FACTS, "() => window.early"):
            told = []
            for site in (ours, plain):
                visitor.page.goto(site.url)
                told.append([fact.replace(PLAIN, GATED) for fact in visitor.page.evaluate(script)])
            assert told[0] == told[1]


AUTOMATIC = {
    "the first form": "document.forms[0].submit()",
    "the first button": "document.querySelector('button').click()",
    "our first button": "document.body.shadowRoot.querySelector('button').click()",
    "our first form": "document.body.shadowRoot.querySelector('form').submit()",
    "our first form, asked": """(() => {
        const form = document.body.shadowRoot.querySelector("form");
        form.requestSubmit(form.querySelector("button"));
    })()""",
}


@pytest.mark.parametrize("script", AUTOMATIC.values(), ids=AUTOMATIC)
@pytest.mark.parametrize("when", [pytest.param("onload", marks=LONG), "later"])
def test_a_page_that_sends_a_form_by_itself_decides_nothing(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], script: str, when: str
) -> None:
    content = CONTENT + ("" if when == "later" else f"<script>onload = () => {{ {script} }}</script>")
    of_path = {"/": page_of("", content=content), "/search": page_of("", content="<h1>Found</h1>")}
    ours = serve(gated(pages(of_path)), host=GATED)
    visitor = new_visitor(settle=0.4)
    visitor.opens(ours.url)
    if when == "later":
        visitor.does(lambda page: page.evaluate(script))
    assert visitor.cookies() == []
    if "document.forms" in script or "document.querySelector" in script:
        assert visitor.page.inner_text("h1") == "Found"


def test_a_machine_may_refuse_for_the_visitor(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    ours = serve(gated(pages({"/": page_of("")})), host=GATED)
    visitor = new_visitor(settle=0.4)
    visitor.opens(ours.url)
    click = "document.body.shadowRoot.querySelector('[value=refuse]').click()"
    visit = visitor.does(lambda page: page.evaluate(click))
    assert visit.cookie_names == {"__Host-consent"}
    assert not visit.shows("Accept")
