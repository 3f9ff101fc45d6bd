"""Style sheets in XSLT, which make pages of HTML out of documents in XML.

A sheet can put together any element from parts, copy elements of the document, and write markup as text. So
only plain sheets pass: their elements are written out, and what they compute becomes text, the address of a
link or an attribute that loads nothing. Chromium writes the result down and reads it again as HTML, so that
an element's namespace does not matter, and neither markup in an attribute nor text of its own kind passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from consentgate.html.rules.elements import INERT_RELATIONS

NAMESPACE = b"http://www.w3.org/1999/XSL/Transform"

# What takes no element from elsewhere. Not `import` and `include`, whose sheets may be served as anything;
# not `comment`, whose end the text in it can write.
_ELEMENTS = frozenset(
    (
        *(b"apply-templates", b"call-template", b"choose", b"decimal-format", b"for-each", b"if", b"key"),
        *(b"number", b"otherwise", b"output", b"param", b"preserve-space", b"sort", b"strip-space"),
        *(b"stylesheet", b"template", b"text", b"transform", b"value-of", b"variable", b"when"),
        b"with-param",
    )
)
_OF_A_LITERAL_ELEMENT = frozenset((b"version", b"exclude-result-prefixes"))
# Attributes whose values nothing loads.
_COMPUTED = frozenset((b"alt", b"class", b"dir", b"id", b"lang", b"title"))
_COMPUTED_OF_LINKS = _COMPUTED | {b"href"}
# Elements whose text HTML does not read as XML does.
_TEXT_OF_ITS_OWN = frozenset(
    (b"iframe", b"noembed", b"noframes", b"noscript", b"plaintext", b"template", b"textarea", b"xmp")
)


def is_plain_instruction(name: bytes, pairs: Mapping[bytes, bytes], parent: bytes | None) -> bool:
    """True for a plain element of XSLT with these attributes. `parent` is the name of the element of the page
    that it stands in, None where that is one of XSLT."""
    if pairs.get(b"disable-output-escaping", b"no") != b"no":
        return False
    if name == b"attribute":
        computed = _COMPUTED_OF_LINKS if parent == b"a" else _COMPUTED if parent else ()
        return pairs.keys() == {b"name"} and pairs[b"name"] in computed
    return name in _ELEMENTS


def is_plain_element(
    name: bytes, attributes: Mapping[bytes, bytes], of_xslt: Iterable[bytes], inside: Iterable[bytes]
) -> bool:
    """True for a plain element of the page, with its own `attributes` and those of XSLT, inside others."""
    if name.lower() in _TEXT_OF_ITS_OWN or b"title" in map(bytes.lower, inside):
        return False
    if name == b"a" and not _is_link(attributes):
        return False
    computed = _COMPUTED_OF_LINKS if name == b"a" else _COMPUTED
    return _OF_A_LITERAL_ELEMENT.issuperset(of_xslt) and all(
        b"<" not in value and (key in computed or not (b"{" in value or b"}" in value))
        for key, value in attributes.items()
    )


def _is_link(attributes: Mapping[bytes, bytes]) -> bool:
    """True for a link that is only followed: Firefox fetches some ahead."""
    relations = attributes.get(b"rel", b"").decode().lower().split()
    return INERT_RELATIONS.issuperset(relations)
