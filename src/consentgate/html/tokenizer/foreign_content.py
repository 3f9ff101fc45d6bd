"""Where HTML ends and SVG or MathML begins (WHATWG HTML, 13.2.6.5 and 13.2.6 "tree construction dispatcher").

In foreign content `style`, `title`, `textarea` and others hold markup, not raw text. Which of the two holds
depends on the tree. Of the tree this keeps only the branch from the outermost `svg` or `math` down.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .element_sets import (
    BREAKOUT_FONT_ATTRIBUTES,
    BREAKOUT_TAGS,
    DOCUMENT_TAGS,
    MATHML_IN_TEXT,
    MATHML_TEXT_INTEGRATION_POINTS,
    SVG_INTEGRATION_POINTS,
    TABLE_PARTS,
    VOID_ELEMENTS,
)
from .tags import Tag

# HTML elements that do not stay open. The parser makes an `img` of an `image` (13.2.6.4.7).
_NEVER_OPEN = VOID_ELEMENTS | DOCUMENT_TAGS | {b"image"}

DEEPEST = 256
"""The most open elements that are followed. What is nested deeper is left in doubt."""
LONGEST_NAME = 256
"""The longest name of an element that is followed, since names are kept. A longer one is left in doubt."""


class _Namespace(Enum):
    HTML = "html"
    SVG = "svg"
    MATHML = "math"


_ROOTS = {b"svg": _Namespace.SVG, b"math": _Namespace.MATHML}


class _Open(NamedTuple):
    """An open element. One that `takes_html` is HTML itself, or an integration point of HTML."""

    namespace: _Namespace
    name: bytes
    takes_html: bool


class ForeignContent:
    """Follows start and end tags, and tells whether the next start tag makes a foreign element.

    `doubtful` is set where that can no longer be known without the whole tree: an end tag that matches
    nothing here may have closed an HTML element further out, and all foreign content with it. The doubt ends
    where nothing is open in either reading; but once HTML has stood inside the foreign content, that is never
    certain. `too_deep` tells that more was open than is followed.
    """

    def __init__(self) -> None:
        self._open: list[_Open] = []
        # The depths of the foreign elements of each name, and of HTML ones: an end tag need not search.
        self._depths: dict[bytes, list[int]] = {}
        self._html_depths: list[int] = []
        # False once HTML may have stood inside the foreign content: then a doubt does not end with it.
        self._can_be_sure_again = True
        self.doubtful = self.too_deep = False

    @property
    def is_open(self) -> bool:
        """True inside an `svg` or `math`, be it in HTML there."""
        return bool(self._open)

    @property
    def is_foreign(self) -> bool:
        """True where the next start tag makes an SVG or MathML element, unless it breaks out."""
        return bool(self._open) and not self._open[-1].takes_html

    @property
    def depth(self) -> int:
        """The number of elements that are open here."""
        return len(self._open)

    def has(self, name: bytes) -> bool:
        """Say whether a foreign element of this name is open."""
        return bool(self._depths.get(name))

    def close_to(self, depth: int) -> None:
        """Close all but the outermost `depth` elements: an HTML element around them was closed."""
        while len(self._open) > depth:
            self._pop()
        self._settle()

    def start(self, tag: Tag) -> bool:
        """Follow a start tag. Return True when it makes a foreign element."""
        name = tag.name
        namespace = self._inherited_namespace(tag)
        if name in _ROOTS and self.doubtful:
            # It starts foreign content anew in one reading and not in the other: they no longer meet.
            self._can_be_sure_again = False
        if namespace is None:
            namespace = _ROOTS.get(name)
        if namespace is not None:
            self._push_foreign(tag, namespace)
            return True
        if self._open and name not in _NEVER_OPEN:
            # A table's part may close the cell around the foreign content.
            self.doubtful = self.doubtful or name in TABLE_PARTS
            self._push(_Open(_Namespace.HTML, name, takes_html=True))
        return False

    def end(self, name: bytes) -> None:
        """Follow an end tag."""
        if not self._open:
            return
        if self._open[-1].namespace is _Namespace.HTML:
            if self._open[-1].name == name:
                self._pop()
            else:
                self.doubtful = True
            return
        if name in (b"p", b"br"):
            # Browsers leave the foreign element here since 2021; older ones stay in it.
            self._break_out()
            self.doubtful = True
            return
        depths = self._depths.get(name)
        innermost_html = self._html_depths[-1] if self._html_depths else -1
        if depths and depths[-1] > innermost_html:
            self.close_to(depths[-1])
        else:
            self.doubtful = True

    def _inherited_namespace(self, tag: Tag) -> _Namespace | None:
        """Return the foreign namespace that the element gets from where it stands; None where it stands in
        HTML, or breaks out."""
        if not self._open:
            return None
        top, name = self._open[-1], tag.name
        if top.takes_html:
            in_math_text = top.namespace is _Namespace.MATHML and top.name in MATHML_TEXT_INTEGRATION_POINTS
            return _Namespace.MATHML if in_math_text and name in MATHML_IN_TEXT else None
        if top.namespace is _Namespace.MATHML and top.name == b"annotation-xml" and name == b"svg":
            return None
        if name in BREAKOUT_TAGS or (name == b"font" and not BREAKOUT_FONT_ATTRIBUTES.isdisjoint(tag.raw)):
            self._break_out()
            return None
        return top.namespace

    def _break_out(self) -> None:
        while self._open and not self._open[-1].takes_html:
            self._pop()
        self._settle()

    def _settle(self) -> None:
        if not self._open and self._can_be_sure_again:
            self.doubtful = False

    def _push_foreign(self, tag: Tag, namespace: _Namespace) -> None:
        if tag.self_closing:
            return
        takes_html = _is_integration_point(tag, namespace)
        if not self._open and not self.doubtful:
            self._can_be_sure_again = True
        self._can_be_sure_again = self._can_be_sure_again and not takes_html
        self._push(_Open(namespace, tag.name, takes_html))

    def _push(self, element: _Open) -> None:
        if len(self._open) < DEEPEST and len(element.name) <= LONGEST_NAME:
            self._depths_of(element).append(len(self._open))
            self._open.append(element)
        else:
            self.doubtful = self.too_deep = True
            self._can_be_sure_again = False

    def _pop(self) -> None:
        closed = self._open.pop()
        depths = self._depths_of(closed)
        depths.pop()
        if not depths and closed.namespace is not _Namespace.HTML:
            del self._depths[closed.name]  # a page can make up names without end

    def _depths_of(self, element: _Open) -> list[int]:
        if element.namespace is _Namespace.HTML:
            return self._html_depths
        return self._depths.setdefault(element.name, [])


def _is_integration_point(tag: Tag, namespace: _Namespace) -> bool:
    """Say whether HTML begins again inside the foreign element that `tag` opens."""
    if namespace is _Namespace.SVG:
        return tag.name in SVG_INTEGRATION_POINTS
    if tag.name == b"annotation-xml":
        return (tag.get(b"encoding") or "").lower() in ("text/html", "application/xhtml+xml")
    return tag.name in MATHML_TEXT_INTEGRATION_POINTS
