"""Facts about HTML's elements, beside those that html5lib has."""

from __future__ import annotations

from html5lib import HTMLParser
from html5lib.constants import (
    htmlIntegrationPointElements,
    mathmlTextIntegrationPointElements,
    namespaces,
    voidElements,
)

from consentgate.html.tokenizer import element_sets

# In no standard (any more).
_NEVER_VOID = {"command", "event-source"}


def in_bytes(names: set[str]) -> set[bytes]:
    return {name.lower().encode() for name in names}


def test_every_void_element_is_known() -> None:
    assert in_bytes({*voidElements} - _NEVER_VOID) <= element_sets.VOID_ELEMENTS


def test_foreign_content_ends_at_the_same_tags() -> None:
    assert in_bytes(HTMLParser().phases["inForeignContent"].breakoutElements) == element_sets.BREAKOUT_TAGS


def test_html_begins_again_in_the_same_elements() -> None:
    svg = {name for namespace, name in htmlIntegrationPointElements if namespace == namespaces["svg"]}
    math = {name for _, name in mathmlTextIntegrationPointElements}
    assert in_bytes(svg) == element_sets.SVG_INTEGRATION_POINTS
    assert in_bytes(math) == element_sets.MATHML_TEXT_INTEGRATION_POINTS


def test_names_are_lowercase() -> None:
    for name, value in vars(element_sets).items():
        if isinstance(value, frozenset):
            assert {one.lower() for one in value} == value, name
