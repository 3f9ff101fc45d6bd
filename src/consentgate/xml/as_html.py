"""Writes the elements of a document that browsers act upon as HTML, so that the rules for HTML can judge
them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .grammar import LONGEST_MARKUP, decode_references
from .namespaces import XLINK, XSLT, Namespaces, namespace_of
from .refusal import refuse

_CODE = frozenset((b"script", b"style"))
# After one of these in a script or style sheet, HTML is tokenized in another way than XML.
_NOT_ALIKE = re.compile(rb"<[/!]")


class HtmlMarkup:
    """Collects elements as HTML. Each is judged by itself, and so closed at once. Only scripts and style
    sheets contain their text."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._code: bytes | None = None
        self._text: list[bytes] = []
        self._text_size = 0

    @property
    def in_code(self) -> bool:
        """True inside a script or style sheet."""
        return self._code is not None

    def take(self) -> bytes:
        """Return what was written since the last call."""
        written = b"".join(self._written)
        self._written.clear()
        return written

    def link_style_sheet(self, url: bytes) -> None:
        """Write a link to a style sheet."""
        self._written.append(_start_tag(b"link", {b"rel": b"stylesheet", b"href": url}))

    def start(self, name: bytes, attributes: Mapping[bytes, bytes], *, is_empty: bool) -> None:
        """Write an element."""
        self._written.append(_start_tag(name, attributes))
        if name.lower() in _CODE and not is_empty:
            self._code, self._text, self._text_size = name, [], 0
        else:
            self._written.append(b"</%b>" % name)

    def add_text(self, text: bytes) -> None:
        """Add to the text of a script or style sheet."""
        self._text_size += len(text)
        if self._text_size > LONGEST_MARKUP:
            refuse("a script or style sheet that is too long")
        self._text.append(text)

    def end_code(self, *, may_hold_less_than: bool) -> None:
        """Write the text of a script or style sheet, and its end tag."""
        assert self._code is not None
        text = b"".join(self._text)
        if _NOT_ALIKE.search(text) or (b"<" in text and not may_hold_less_than):
            refuse("a script or style sheet with markup in it")
        self._written.append(b"%b</%b>" % (text, self._code))
        self._code = None


def html_attributes(
    attributes: Mapping[bytes, bytes], namespaces: Namespaces
) -> tuple[dict[bytes, bytes], list[bytes]]:
    """Return the attributes of an element that browsers act upon, under their names in HTML, and the local
    names of the attributes that are XSLT's."""
    written: dict[bytes, bytes] = {}
    of_xslt: list[bytes] = []
    for name, value in attributes.items():
        prefix, _, local = name.rpartition(b":")
        if name == b"xmlns" or prefix in (b"xmlns", b"xml"):
            continue
        namespace = namespace_of(prefix, namespaces) if prefix else None
        if namespace == XSLT:
            of_xslt.append(local)
        elif namespace in (None, XLINK):
            html_name = b"xlink:" + local if prefix else local
            if html_name in written:
                refuse("an attribute that comes twice")
            written[html_name] = decode_references(value)
    return written, of_xslt


def _start_tag(name: bytes, attributes: Mapping[bytes, bytes]) -> bytes:
    written = (
        b' %b="%b"' % (key, value.replace(b"&", b"&amp;").replace(b'"', b"&quot;"))
        for key, value in attributes.items()
    )
    return b"<%b%b>" % (name, b"".join(written))
