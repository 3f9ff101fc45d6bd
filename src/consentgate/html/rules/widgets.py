"""Which markup could be a social widget's, by the patterns of the catalogue."""

from __future__ import annotations

import re

from consentgate.catalogue import catalogue
from consentgate.html.tokenizer.tags import Tag

# The tags that widgets bring along are made of two words.
WIDGET_TAG = rb"(?=[a-zA-Z0-9]++[:-])(?i:" + catalogue().widget_tag_pattern().encode() + rb")"
WIDGET_CLASS = catalogue().widget_class_pattern().encode()
WIDGET_ID = catalogue().widget_id_pattern().encode()
WIDGET_ATTRIBUTE = rb"(?i:" + catalogue().widget_attribute_pattern().encode() + rb")"

_NAMES = re.compile(WIDGET_TAG)
_CLASSES = re.compile(rb"(?<![^\t\n\f\r ])" + WIDGET_CLASS + rb"(?![^\t\n\f\r ])|&")
_IDS = re.compile(WIDGET_ID + rb"\Z|[^&]*+&")
# Searches names in lowercase with spaces between them. A name that only ends like a widget's is found, too.
_ATTRIBUTES = re.compile(catalogue().widget_attribute_pattern().encode() + rb"(?![^ ])")


def may_be_widget(tag: Tag) -> bool:
    """True for a tag whose name, class, id or other attributes could be a widget's."""
    name, raw = tag.name, tag.raw
    return bool(
        ((b"-" in name or b":" in name) and _NAMES.fullmatch(name))
        or (b"class" in raw and _CLASSES.search(raw[b"class"]))
        or (b"id" in raw and _IDS.match(raw[b"id"]))
        or _ATTRIBUTES.search(b" ".join(raw))
    )
