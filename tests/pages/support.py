"""A policy with some of everything, and ways to read what is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

from consentgate.pages import Pages
from consentgate.policy import Policy

POLICY = Policy.parse(
    """
    [site]
    name = "Example Gazette"
    controller = "Example Ltd"
    contact = "privacy@example.org"
    updated = 2026-05-04

    [[cookie]]
    name = "sid"
    category = "necessary"
    reason = "authentication"
    lifetime = "14 days"

    [[cookie]]
    name = "csrftoken"
    category = "necessary"
    reason = "security"

    [[cookie]]
    name = "_ab"
    category = "performance"
    lifetime = "session"
    purpose = "Compares two versions of a page."

    [[service]]
    id = "stats"
    name = "Stats"
    category = "performance"
    hosts = ["stats.vendor.example"]
    cookies = [{ name = "_st*", lifetime = "13 months" }]
    controller = "Vendor Inc."
    privacy_url = "https://vendor.example/privacy"

    [[service]]
    id = "counter"
    name = "Counter"
    category = "performance"
    paths = ["/count/*"]

    [[service]]
    id = "films"
    name = "Films"
    category = "third-party"
    hosts = ["films.example"]

    [[service]]
    id = "pay"
    name = "PayRight"
    category = "necessary"
    reason = "payment"
    hosts = ["pay.example"]
    pages = ["/checkout/*"]
    """
)
NOTHING_ASKED = Policy.parse('[site]\nname = "S"\ncontroller = "C"\ncontact = "c"')
PAGES = Pages(POLICY)


def document(html: bytes) -> Element:
    """The tree that a browser builds; the bytes must be without a parse error."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
        html, transport_encoding="utf-8"
    )


def fragment(html: bytes | str) -> Element:
    """The tree of a part of a body."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(html)


def words(element: Element) -> str:
    """What is to be read in an element."""
    return " ".join("".join(element.itertext()).split())


def addresses(element: Element) -> Iterator[str]:
    """Every URL in an element that a browser could load or go to."""
    for child in element.iter():
        for name in ("href", "src", "action", "srcset", "data", "formaction", "poster", "style"):
            if name in child.attrib:
                yield child.attrib[name]


def buttons(element: Element) -> dict[str, Element]:
    """The buttons by the decision they make, in document order."""
    return {button.attrib["value"]: button for button in element.iter("button")}


def boxes(element: Element) -> dict[tuple[str, str], bool]:
    """The checkboxes by name and value: whether they are ticked."""
    return {
        (box.attrib["name"], box.attrib["value"]): "checked" in box.attrib
        for box in element.iter("input")
        if box.attrib["type"] == "checkbox"
    }
