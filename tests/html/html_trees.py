"""Whole trees, as lexbor and html5lib build them, in a form that can be compared."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import html5lib
from selectolax.lexbor import LexborHTMLParser

from consentgate import Blocked
from consentgate.html.tokenizer.grammar import START_TAG
from consentgate.html.tokenizer.tokens import tags

COMMENT = "#comment"
MARK = "gate-blocked"
PLACEHOLDER = "consentgate-placeholder"
FORMATTING = frozenset(
    ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strong", "tt", "u")
)
# Elements whose text is judged, or may be markup: parts of it can be gone. That all the rest of the bytes
# is there another test checks.
OPAQUE = frozenset(
    ("script", "style", "noscript", "title", "textarea", "noframes", "noembed", "iframe", "xmp")
)


@dataclass
class Node:
    """An element with its attributes and children, of which texts are strings; comments are of the name
    COMMENT."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def add(self, child: Node | str) -> None:
        if isinstance(child, str) and self.children and isinstance(self.children[-1], str):
            self.children[-1] += child
        elif child != "":
            self.children.append(child)

    def walk(self) -> Iterator[Node]:
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += [child for child in reversed(node.children) if isinstance(child, Node)]


# -- building --------------------------------------------------------------------------------------------


def lexbor(html: str) -> Node:
    root = Node("#document")
    raw = LexborHTMLParser(html).root
    if raw is not None:
        _add_lexbor(raw, root)
    return root


def _add_lexbor(raw, parent: Node) -> None:
    if raw.is_text_node:
        parent.add(raw.text_content or "")
    elif raw.is_comment_node:
        parent.add(Node(COMMENT))
    elif raw.is_element_node:
        attributes = {name.lower(): value or "" for name, value in raw.attributes.items()}
        node = Node((raw.tag or "").lower(), attributes)
        parent.add(node)
        if node.name == "template":
            node.add(Node("#contents", {"html": raw.inner_html or ""}))
            return
        for child in raw.iter(include_text=True):
            _add_lexbor(child, node)


def html5lib_scripting(html: str) -> Node:
    return _html5lib(html, scripting=True)


def html5lib_plain(html: str) -> Node:
    return _html5lib(html, scripting=False)


def _html5lib(html: str, *, scripting: bool) -> Node:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = html5lib.HTMLParser(namespaceHTMLElements=False).parse(html, scripting=scripting)
    root = Node("#document")
    _add_etree(raw, root)
    return root


def _add_etree(raw, parent: Node) -> None:
    if isinstance(raw.tag, str):
        attributes = {str(name).rpartition("}")[2].lower(): value for name, value in raw.attrib.items()}
        node = Node(raw.tag.rpartition("}")[2].lower(), attributes)
        parent.add(node)
        node.add(raw.text or "")
        for child in raw:
            _add_etree(child, node)
    else:
        parent.add(Node(COMMENT))
    parent.add(raw.tail or "")


PARSERS: dict[str, Callable[[str], Node]] = {
    "lexbor": lexbor,
    "html5lib, scripting": html5lib_scripting,
    "html5lib, no scripting": html5lib_plain,
}


def parsers_for(html: str) -> dict[str, Callable[[str], Node]]:
    """Those that read `html` as browsers do: html5lib knows no templates."""
    return PARSERS if "<template" not in html.lower() else {"lexbor": lexbor}


# -- comparing -------------------------------------------------------------------------------------------


def marked(source: bytes, blocked: list[Blocked]) -> bytes:
    """`source` with an attribute on each start tag whose element was blocked."""
    pieces, position = [], 0
    for span in blocked:
        # Two elements that stand side by side can be one span.
        for tag in tags(source, span.start, span.end):
            if tag.re is START_TAG:
                pieces += (source[position : tag.end("name")], b" " + MARK.encode())
                position = tag.end("name")
    return b"".join((*pieces, source[position:]))


def without(node: Node, gone: Callable[[Node], bool]) -> Node:
    """`node` without the elements below it that are `gone`, with all that is in them."""
    left = Node(node.name, node.attributes)
    for child in node.children:
        if isinstance(child, str):
            left.add(child)
        elif not gone(child):
            left.add(without(child, gone))
    return left


def unformatted(node: Node) -> Node:
    """`node` with what formatting elements hold in their place. Browsers copy those that are left open for
    the next image or text, and put comments and scripts that come before it outside of the copy."""
    left = Node(node.name, node.attributes)
    for child in node.children:
        if isinstance(child, str):
            left.add(child)
            continue
        kept = unformatted(child)
        for one in kept.children if kept.name in FORMATTING else [kept]:
            left.add(one)
    return left


def is_marked(node: Node) -> bool:
    return MARK in node.attributes


def is_placeholder(node: Node) -> bool:
    """Whether it stands in place of an embed or a button: a frame that shows a document of ours counts as
    gone."""
    is_frame = node.name == "iframe" and "/_privacy/placeholder-" in (node.attributes.get("srcdoc") or "")
    return is_frame or node.attributes.get("class") in (PLACEHOLDER, "consentgate-share")


def is_inserted(node: Node) -> bool:
    """Whether the gate put it at the start of the head or the body."""
    is_ours = "data-consentgate" in node.attributes or node.attributes.get("id") == "consentgate-saved"
    return is_ours or node.attributes.get("src", "").startswith("/_privacy/snippet")


def without_head(node: Node) -> Node:
    """`node` with no `head` and no `body`, and no space between elements."""
    left = Node(node.name, node.attributes)
    for child in node.children:
        if isinstance(child, Node) and child.name in ("html", "head", "body"):
            for one in without_head(child).children:
                left.add(one)
        elif isinstance(child, Node) or child.strip():
            left.add(child)
    return left


def outline(node: Node) -> list[tuple[int, str]]:
    """The shape of a tree: names and texts by depth, without attributes and without opaque text."""
    lines: list[tuple[int, str]] = []
    waiting: list[tuple[int, Node | str]] = [(0, node)]
    while waiting:
        depth, one = waiting.pop()
        if isinstance(one, str):
            lines.append((depth, repr(one)))
            continue
        lines.append((depth, one.name))
        if one.name not in OPAQUE:
            waiting += [(depth + 1, child) for child in reversed(one.children)]
    return lines
