"""Recognises plain style sheets in XSLT, which make pages of HTML out of documents in XML.

A sheet can assemble any element from parts, copy elements of the document, and write markup as text. So only
plain sheets pass. A plain sheet has its elements written out, and computes nothing but text, the URLs of
links, and attributes that load nothing. Chromium serializes the result and parses it again as HTML. Therefore
an element's namespace does not matter, and neither markup in an attribute nor an element with raw text
passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from consentgate.html.rules.loading_markup import INERT_RELATIONS
from consentgate.html.tokenizer.element_sets import RAW_TEXT_ELEMENTS

# The elements of XSLT that a plain sheet may have. `import` and `include` are none of them, since their
# sheets may be served as any type, nor is `comment`, since the text in it can end it.
_ELEMENTS = frozenset(
    (
        *(b"apply-templates", b"call-template", b"choose", b"decimal-format", b"for-each", b"if", b"key"),
        *(b"number", b"otherwise", b"output", b"param", b"preserve-space", b"sort", b"strip-space"),
        *(b"stylesheet", b"template", b"text", b"transform", b"value-of", b"variable", b"when"),
        b"with-param",
    )
)
# The attributes of XSLT that an element of the page may have.
_ON_PAGE_ELEMENTS = frozenset((b"version", b"exclude-result-prefixes"))
# The attributes whose values may be computed, since they load nothing.
_COMPUTED = frozenset((b"alt", b"class", b"dir", b"id", b"lang", b"title"))
_COMPUTED_OF_LINKS = _COMPUTED | {b"href"}
# Elements whose contents HTML does not read as XML does. Scripts and style sheets are judged by themselves. A
# `title` may be there, without elements in it.
_READ_IN_ANOTHER_WAY = RAW_TEXT_ELEMENTS - {b"script", b"style", b"title"} | {b"plaintext", b"template"}


def is_plain_instruction(name: bytes, attributes: Mapping[bytes, bytes], parent: bytes | None) -> bool:
    """Say whether an element of XSLT with these attributes is plain. `parent` is the name of the page's
    element that it stands in, None where it stands in one of XSLT."""
    if attributes.get(b"disable-output-escaping", b"no") != b"no":
        return False
    if name == b"attribute":
        computed = _COMPUTED_OF_LINKS if parent == b"a" else _COMPUTED if parent else ()
        return attributes.keys() == {b"name"} and attributes[b"name"] in computed
    return name in _ELEMENTS


def is_plain_element(
    name: bytes, attributes: Mapping[bytes, bytes], of_xslt: Iterable[bytes], inside: Iterable[bytes]
) -> bool:
    """Say whether an element of the page is plain, by its own `attributes`, the names of the attributes
    `of_xslt` on it, and the names of the elements that it stands `inside`."""
    if name.lower() in _READ_IN_ANOTHER_WAY or b"title" in map(bytes.lower, inside):
        return False
    if name == b"a" and not _is_link(attributes):
        return False
    computed = _COMPUTED_OF_LINKS if name == b"a" else _COMPUTED
    return _ON_PAGE_ELEMENTS.issuperset(of_xslt) and all(
        b"<" not in value and (key in computed or not (b"{" in value or b"}" in value))
        for key, value in attributes.items()
    )


def _is_link(attributes: Mapping[bytes, bytes]) -> bool:
    """Say whether a link is only followed. Firefox prefetches some by their relation."""
    relations = attributes.get(b"rel", b"").decode().lower().split()
    return INERT_RELATIONS.issuperset(relations)
