"""The contenders. Each takes a page and the questions about it, and returns the page without what third
parties would load. `questions` says what is the same for all of them, and what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import lolhtml
import turbohtml.rewrite
from bs4 import BeautifulSoup
from bs4.element import Tag
from lxml import etree  # type: ignore[import-untyped]
from selectolax.lexbor import LexborHTMLParser

from consentgate import Gate, Policy
from consentgate.gate.exchange import Exchange
from consentgate.gate.message import Request

from .pages import Page
from .questions import LOADING, LOADING_ANYWHERE, SELECTORS, XPATH, Questions, is_script

CHUNK = 64 << 10
SECRET = "a key for benchmarks only"

Rewrite = Callable[[Page, Questions], bytes]


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to gate a page. `package` is the distribution whose version counts, "" for ours and the copy.
    `begin` runs before each round."""

    name: str
    rewrite: Rewrite
    package: str = ""
    begin: Callable[[], object] = bool


OURS = "consentgate"
OURS_ON_NEW_PAGES = "consentgate, new pages"
LOLHTML = "python-lolhtml"
LOLHTML_ON_NEW_PAGES = "python-lolhtml, new pages"
COPY = "memory copy"


def contenders(gate: Gate) -> list[Contender]:
    """Return all contenders. The others are compared to `OURS`. From its second round on it knows the pages
    again, as in a process that serves them."""
    new = _NewGate()
    return [
        Contender(OURS_ON_NEW_PAGES, new.rewrite, begin=new.begin),
        Contender(OURS, lambda page, _: gate.rewrite(page.html, url=page.url).html),
        Contender("consentgate, streaming", lambda page, _: stream(gate, page)),
        Contender(LOLHTML_ON_NEW_PAGES, new.by_lolhtml, "python-lolhtml", new.begin),
        Contender(LOLHTML, by_lolhtml, "python-lolhtml"),
        Contender("turbohtml.rewrite", by_turbohtml, "turbohtml"),
        Contender("lxml", by_lxml, "lxml"),
        Contender("selectolax (lexbor)", by_selectolax, "selectolax"),
        Contender("BeautifulSoup", by_beautifulsoup, "beautifulsoup4"),
        Contender(COPY, copy),
    ]


class _NewGate:
    """A gate that has seen no page when a round begins. What a gate remembers is kept by policy, so that a
    new policy remembers nothing: also of the inline scripts that the other contenders ask it about."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget all pages."""
        self._gate = Gate(Policy(), secret_key=SECRET)
        self._gate.rewrite(b"<p>", url="https://www.example.org/")

    def rewrite(self, page: Page, _: Questions) -> bytes:
        return self._gate.rewrite(page.html, url=page.url).html

    def by_lolhtml(self, page: Page, _: Questions) -> bytes:
        return by_lolhtml(page, Questions(page, self._gate.policy))


def stream(gate: Gate, page: Page, size: int = CHUNK, cookie: str = "") -> bytes:
    """consentgate as the adapters use it: headers judged, head and banner inserted, the body in chunks."""
    exchange = begin(gate, page, cookie)
    html = page.html
    output = [exchange.feed(html[at : at + size]) for at in range(0, len(html), size)]
    return b"".join((*output, exchange.finish()))


def begin(gate: Gate, page: Page, cookie: str = "") -> Exchange:
    """The exchange of a page whose body is next."""
    headers = {"host": [page.host], "accept": ["text/html"], "cookie": [cookie] if cookie else []}
    exchange = gate.exchange(Request("GET", "/", "", headers))
    exchange.start(200, [("Content-Type", "text/html")])
    return exchange


def copy(page: Page, _: Questions) -> bytes:
    """The floor: the page's bytes once through memory."""
    return bytes(memoryview(page.html))


def by_lolhtml(page: Page, questions: Questions) -> bytes:
    """A streaming rewriter in Rust. Its binding knows UTF-8 only: in other encodings, what is changed or
    read through comes out damaged. It takes the contents of `noscript` for text, which we read again."""
    return _lolhtml(page.html, questions)


def _lolhtml(html: bytes, questions: Questions) -> bytes:
    output: list[bytes] = []
    rewriter = lolhtml.HTMLRewriter(lambda data: output.append(bytes(data)))
    text = _LolhtmlText(questions)
    rewriter.on(SELECTORS, _LolhtmlElements(questions, text))
    rewriter.on("script, style, noscript", text)
    rewriter.write(html)
    rewriter.end()
    return b"".join(output)


class _LolhtmlElements:
    def __init__(self, questions: Questions, text: _LolhtmlText) -> None:
        self._questions = questions
        self._text = text

    def element(self, element: lolhtml.Element) -> None:
        name = element.tag_name
        attributes: dict[str, str | None] = dict(element.attributes)
        verdict = self._questions.element(name, attributes)
        self._text.inside = ""
        if verdict.goes:
            element.remove()
            return
        for key, value in verdict.changes.items():
            if value is None:
                element.remove_attribute(key)
            else:
                element.set_attribute(key, value)
        if name == "style" or is_script(name, attributes):
            self._text.inside = name


class _LolhtmlText:
    """Text comes in pieces and can only be judged as a whole: it is kept back until the last one."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._kept: list[str] = []
        self.inside = ""

    def element(self, element: lolhtml.Element) -> None:
        if element.tag_name == "noscript":
            self.inside = "noscript"

    def text(self, chunk: lolhtml.TextChunk) -> None:
        if not self.inside:
            return
        self._kept.append(chunk.text)
        if not chunk.last_in_text_node:
            chunk.remove()
            return
        text = self._judged("".join(self._kept))
        chunk.replace(text, lolhtml.ContentType.HTML)
        self._kept.clear()
        self.inside = ""

    def _judged(self, text: str) -> str:
        if self.inside == "style":
            return self._questions.style(text)
        if self.inside == "noscript":
            return _lolhtml(text.encode(), self._questions).decode()
        return "" if self._questions.script_goes(text) else text


def by_turbohtml(page: Page, questions: Questions) -> bytes:
    """A streaming rewriter in C. It works on text, so that the page is decoded and encoded again; its
    handler of texts is called for each one, wherever it stands, and learns where only from us."""
    return _turbohtml(page.html.decode(page.charset, "replace"), questions).encode(page.charset, "replace")


def _turbohtml(html: str, questions: Questions) -> str:
    inside = ""

    def element(handle: turbohtml.rewrite.Element) -> None:
        nonlocal inside
        name, attributes = handle.tag, dict(handle.attrs)
        verdict = questions.element(name, attributes)
        inside = ""
        if verdict.goes:
            handle.remove()
            return
        for key, value in verdict.changes.items():
            if value is None:
                handle.remove_attribute(key)
            else:
                handle.set_attribute(key, value)
        if name in ("style", "noscript") or is_script(name, attributes):
            inside = name

    def text(handle: turbohtml.rewrite.Element) -> None:
        nonlocal inside
        if not inside:
            return
        name, inside = inside, ""
        given = handle.text
        if name == "script":
            if questions.script_goes(given):
                handle.remove()
            return
        judged = questions.style(given) if name == "style" else _turbohtml(given, questions)
        if judged != given:
            handle.replace(judged, html=True)

    return turbohtml.rewrite.rewrite(html, elements=[(f"{SELECTORS}, noscript", element)], text=text)


def by_lxml(page: Page, questions: Questions) -> bytes:
    """A parser in C (libxml2, of HTML 4), its tree, and the tree written down again: the bytes of what is
    not blocked change with it."""
    root = etree.fromstring(page.html, etree.HTMLParser(encoding=page.charset, huge_tree=True))
    for node in _LXML_LOADING(root):
        name, attributes = node.tag, dict(node.attrib)
        verdict = questions.element(name, attributes)
        if verdict.goes or (is_script(name, attributes) and questions.script_goes(node.text or "")):
            _lxml_remove(node)
            continue
        for key, value in verdict.changes.items():
            if value is None:
                del node.attrib[key]
            else:
                node.set(key, value)
        if name == "style" and node.text:
            node.text = questions.style(node.text)
    return bytes(etree.tostring(root.getroottree(), method="html", encoding=page.charset))


_LXML_LOADING = etree.XPath(XPATH)


def _lxml_remove(node: etree._Element) -> None:
    """Takes a node out and leaves the text behind it, which to lxml is a part of it."""
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    if node.tail:
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)


def by_selectolax(page: Page, questions: Questions) -> bytes:
    """A parser in C (lexbor), its tree, and the tree written down again. lexbor leaves out the contents of
    `noscript` in the head."""
    tree = LexborHTMLParser(page.html.decode(page.charset, "replace"))
    gone = []
    for node in tree.css(SELECTORS):
        name, attributes = node.tag or "", node.attributes
        verdict = questions.element(name, attributes)
        if verdict.goes or (is_script(name, attributes) and questions.script_goes(node.text())):
            gone.append(node)
            continue
        for key, value in verdict.changes.items():
            if value is None:
                del node.attrs[key]
            else:
                node.attrs[key] = value
        if name == "style":
            given = node.text()
            judged = questions.style(given)
            if judged != given:
                node.inner_html = judged
    # From the last one back: a node must not be freed before those inside it.
    for node in reversed(gone):
        node.decompose()
    return (tree.html or "").encode(page.charset, "xmlcharrefreplace")


def by_beautifulsoup(page: Page, questions: Questions) -> bytes:
    """The parser of the standard library, a tree of Python objects, and the tree written down again."""
    soup = BeautifulSoup(page.html.decode(page.charset, "replace"), "html.parser")
    gone = []
    for node in soup.find_all(_beautifulsoup_loads):
        name, attributes = node.name, _plain(node.attrs)
        verdict = questions.element(name, attributes)
        if verdict.goes or (is_script(name, attributes) and questions.script_goes(node.string or "")):
            gone.append(node)
            continue
        for key, value in verdict.changes.items():
            if value is None:
                del node[key]
            else:
                node[key] = value
        if name == "style" and node.string:
            node.string = questions.style(node.string)
    for node in gone:
        node.extract()
    return soup.encode(page.charset, errors="xmlcharrefreplace")


def _beautifulsoup_loads(tag: Tag) -> bool:
    return tag.name in LOADING or not LOADING_ANYWHERE.isdisjoint(tag.attrs)


def _plain(attributes: Mapping[str, object]) -> dict[str, str | None]:
    """BeautifulSoup splits some attributes, among them `rel`, into lists."""
    return {key: " ".join(_texts(value)) for key, value in attributes.items()}


def _texts(value: object) -> Iterator[str]:
    return map(str, value) if isinstance(value, list) else iter((str(value),))
