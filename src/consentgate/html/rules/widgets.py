"""Recognises markup that could be a social widget's, by the catalogue's patterns, and finds the link that
replaces it."""

from __future__ import annotations

import re

from consentgate.catalogue import ShareLink, catalogue
from consentgate.html.matching.patterns import any_of
from consentgate.html.tokenizer.grammar import EQUALS
from consentgate.html.tokenizer.tags import Tag
from consentgate.web.url import resolve

from .document_context import DocumentContext
from .violation import Violation

# The tags that widgets bring along are made of two words.
WIDGET_TAG = rb"(?=[a-zA-Z0-9]++[:-])(?i:" + catalogue().widget_tag_pattern().encode() + rb")"
WIDGET_CLASS = catalogue().widget_class_pattern().encode()
WIDGET_ID = catalogue().widget_id_pattern().encode()
WIDGET_ATTRIBUTE = rb"(?i:" + catalogue().widget_attribute_pattern().encode() + rb")"
_VALUES = catalogue().widget_value_patterns()
WIDGET_VALUE = any_of(
    *(
        rb"(?i:" + name.encode() + rb")(?=" + EQUALS + rb"[\"']?" + value.encode() + rb"[\"'\t\n\f\r >])"
        for name, value in _VALUES
    )
)
"""The names of attributes that give a widget away by their value, where they have that value."""

_NAMES = re.compile(WIDGET_TAG)
_CLASSES = re.compile(rb"(?<![^\t\n\f\r ])" + WIDGET_CLASS + rb"(?![^\t\n\f\r ])|&")
_IDS = re.compile(WIDGET_ID + rb"\Z|[^&]*+&")
# Searches names in lowercase with spaces between them. A name that only ends like a widget's is found, too.
_ATTRIBUTES = re.compile(catalogue().widget_attribute_pattern().encode() + rb"(?![^ ])")
_BY_NAME = [(name.encode(), re.compile(value.encode())) for name, value in _VALUES]
_NAMED = frozenset(name for name, _ in _BY_NAME)


def link_in_place_of(tag: Tag, violation: Violation, document: DocumentContext) -> ShareLink | None:
    """Return the share link that replaces an element which goes because of what it loads, if the element is a
    social button."""
    if not (document.has_links and violation.url):
        return None
    claim = violation.claim
    # Few blocked elements are buttons. A service that the policy declares has an id that the catalogue lacks.
    if claim.service is not None and not (claim.declared or catalogue().has_buttons(claim.service)):
        return None
    target = resolve(violation.url, document.base.url)
    for button in catalogue().buttons_at(target.host, target.path):
        link = button.link(tag.values, violation.url)
        if link is not None:
            return link
    return None


def may_be_widget(tag: Tag) -> bool:
    """Say whether a tag's name, class, id or other attributes could be a widget's."""
    name, raw = tag.name, tag.raw
    return bool(
        ((b"-" in name or b":" in name) and _NAMES.fullmatch(name))
        or (b"class" in raw and _CLASSES.search(raw[b"class"]))
        or (b"id" in raw and _IDS.match(raw[b"id"]))
        or _ATTRIBUTES.search(b" ".join(raw))
        or (
            not _NAMED.isdisjoint(raw)
            and any(name in raw and value.fullmatch(raw[name]) for name, value in _BY_NAME)
        )
    )
