"""Where HTML ends and SVG or MathML begins (WHATWG HTML, 13.2.6.5 and the tree construction dispatcher).

Inside them `style`, `title`, `textarea` and others hold markup, not raw text. Which reading holds depends
on the tree, of which this keeps just the branch from the outermost `svg` or `math` down.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .tags import Tag

_SVG_INTEGRATION = frozenset((b"foreignobject", b"desc", b"title"))
_MATH_TEXT_INTEGRATION = frozenset((b"mi", b"mo", b"mn", b"ms", b"mtext"))
_FOREIGN_IN_MATH_TEXT = frozenset((b"mglyph", b"malignmark"))
_BREAKS_OUT = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing "
    b"menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)
_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr image img input keygen link meta param source track "
    b"wbr".split()
)
# Ignored where the body has begun.
_IGNORED = frozenset((b"html", b"head", b"body"))
# These can close a table's cell, and an `svg` in it with all that is open there.
_TABLE_PARTS = frozenset(b"caption col colgroup tbody td tfoot th thead tr".split())


DEEPEST = 256
"""So many open elements are followed; what is nested deeper is left in doubt."""
LONGEST_NAME = 256
"""An element with a longer name is left in doubt too: names are kept."""


class _Space(Enum):
    HTML = "html"
    SVG = "svg"
    MATH = "math"


_ROOTS = {b"svg": _Space.SVG, b"math": _Space.MATH}


class _Open(NamedTuple):
    """An open element. One that `takes_html` is HTML itself, or a point where HTML begins again."""

    space: _Space
    name: bytes
    takes_html: bool


class ForeignContent:
    """Follows start and end tags and tells whether the next tag is foreign.

    `doubtful` is set where that can no longer be known without the whole tree: an end tag that belongs to
    nothing here may have closed an HTML element further out, and all of this with it. It ends where nothing
    is open in either reading; but once HTML has stood inside the foreign content, that is never sure.
    `too_deep` tells that more was open than is followed.
    """

    def __init__(self) -> None:
        self._open: list[_Open] = []
        # Where elements of each foreign name stand, and where HTML ones do: nothing is searched for.
        self._depths: dict[bytes, list[int]] = {}
        self._html_depths: list[int] = []
        self._plain = True
        self.doubtful = self.too_deep = False

    @property
    def is_open(self) -> bool:
        """True inside an `svg` or `math`, whatever stands there."""
        return bool(self._open)

    @property
    def is_foreign(self) -> bool:
        """True where the next start tag makes an SVG or MathML element, unless it breaks out."""
        return bool(self._open) and not self._open[-1].takes_html

    @property
    def depth(self) -> int:
        """How many elements are open here."""
        return len(self._open)

    def has(self, name: bytes) -> bool:
        """True when a foreign element of this name is open."""
        return bool(self._depths.get(name))

    def close_to(self, depth: int) -> None:
        """Close all but the outermost `depth` elements: an HTML element around them was closed."""
        while len(self._open) > depth:
            self._pop()
        self._settle()

    def start(self, tag: Tag) -> bool:
        """Follow a start tag. Returns True when it makes a foreign element."""
        name = tag.name
        space = self._foreign_space(tag)
        if name in _ROOTS and self.doubtful:
            # Where an `svg` or `math` starts anew in one reading and not in another, they no longer meet.
            self._plain = False
        if space is not None:
            self._push(tag, space)
            return True
        if name in _ROOTS:
            self._push(tag, _ROOTS[name])
            return True
        if self._open and name not in _VOID and name not in _IGNORED:
            self.doubtful = self.doubtful or name in _TABLE_PARTS
            self._append(_Open(_Space.HTML, name, takes_html=True))
        return False

    def end(self, name: bytes) -> None:
        """Follow an end tag."""
        if not self._open:
            return
        if self._open[-1].space is _Space.HTML:
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
        outermost = self._html_depths[-1] if self._html_depths else -1
        if depths and depths[-1] > outermost:
            self.close_to(depths[-1])
        else:
            self.doubtful = True

    def _foreign_space(self, tag: Tag) -> _Space | None:
        """Whether the start tag makes a foreign element other than by its own name, and of which kind."""
        if not self._open:
            return None
        top, name = self._open[-1], tag.name
        if top.takes_html:
            in_math_text = top.space is _Space.MATH and top.name in _MATH_TEXT_INTEGRATION
            return _Space.MATH if in_math_text and name in _FOREIGN_IN_MATH_TEXT else None
        if top.space is _Space.MATH and top.name == b"annotation-xml" and name == b"svg":
            return None
        has_looks = name == b"font" and any(key in tag.raw for key in (b"color", b"face", b"size"))
        if name in _BREAKS_OUT or has_looks:
            self._break_out()
            return None
        return top.space

    def _break_out(self) -> None:
        while self._open and not self._open[-1].takes_html:
            self._pop()
        self._settle()

    def _settle(self) -> None:
        if not self._open and self._plain:
            self.doubtful = False

    def _push(self, tag: Tag, space: _Space) -> None:
        if tag.self_closing:
            return
        name = tag.name
        if space is _Space.SVG:
            takes_html = name in _SVG_INTEGRATION
        elif name == b"annotation-xml":
            encoding = (tag.get(b"encoding") or "").lower()
            takes_html = encoding in ("text/html", "application/xhtml+xml")
        else:
            takes_html = name in _MATH_TEXT_INTEGRATION
        if not self._open and not self.doubtful:
            self._plain = True
        self._plain = self._plain and not takes_html
        self._append(_Open(space, name, takes_html))

    def _append(self, opened: _Open) -> None:
        if len(self._open) < DEEPEST and len(opened.name) <= LONGEST_NAME:
            self._depths_of(opened).append(len(self._open))
            self._open.append(opened)
        else:
            self.doubtful = self.too_deep = True
            self._plain = False

    def _pop(self) -> None:
        closed = self._open.pop()
        depths = self._depths_of(closed)
        depths.pop()
        if not depths and closed.space is not _Space.HTML:
            del self._depths[closed.name]  # pages make up names without end

    def _depths_of(self, element: _Open) -> list[int]:
        if element.space is _Space.HTML:
            return self._html_depths
        return self._depths.setdefault(element.name, [])
