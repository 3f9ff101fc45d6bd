"""Where HTML ends and SVG or MathML begins (WHATWG HTML, 13.2.6.5 and the tree construction dispatcher).

Inside them `style`, `title`, `textarea` and others hold markup, not raw text. Which reading holds depends
on the tree, of which this keeps just the branch from the outermost `svg` or `math` down.
"""

from __future__ import annotations

from .tags import Tag

_ROOTS = frozenset((b"svg", b"math"))
_SVG_INTEGRATION = frozenset((b"foreignobject", b"desc", b"title"))
_MATH_TEXT_INTEGRATION = frozenset((b"mi", b"mo", b"mn", b"ms", b"mtext"))
_BREAKS_OUT = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing "
    b"menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)
_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr img input keygen link meta param source track "
    b"wbr".split()
)
_HTML, _SVG, _MATH = "html", "svg", "math"


class ForeignContent:
    """Follows start and end tags and tells whether the next tag is foreign.

    `doubtful` is set, for good, once that can no longer be known without the whole tree: after HTML inside
    foreign content that is not plainly balanced. Then both readings count.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, bytes, bool]] = []
        self.doubtful = False

    @property
    def is_open(self) -> bool:
        """True inside an `svg` or `math`, whatever stands there."""
        return bool(self._open)

    @property
    def is_foreign(self) -> bool:
        """True where the next start tag makes an SVG or MathML element, unless it breaks out."""
        return bool(self._open) and not self._takes_html()

    @property
    def depth(self) -> int:
        """How many elements are open here."""
        return len(self._open)

    def has(self, name: bytes) -> bool:
        """True when a foreign element of this name is open."""
        return any(space != _HTML and opened == name for space, opened, _ in self._open)

    def close_to(self, depth: int) -> None:
        """Close all but the outermost `depth` elements: an HTML element around them was closed."""
        del self._open[depth:]

    def start(self, tag: Tag) -> bool:
        """Follow a start tag. Returns True when it makes a foreign element."""
        name = tag.name
        if self.is_foreign and self._stays_foreign(tag):
            self._push(tag, self._open[-1][0])
            return True
        if name in _ROOTS:
            self._push(tag, name.decode())
            return True
        if self._open and name not in _VOID:
            self._open.append((_HTML, name, True))
        return False

    def end(self, name: bytes) -> None:
        """Follow an end tag."""
        if not self._open:
            return
        if self._open[-1][0] == _HTML:
            if self._open[-1][1] == name:
                self._open.pop()
            else:
                self.doubtful = True
            return
        if name in (b"p", b"br"):
            self._break_out()
            return
        for depth in range(len(self._open) - 1, -1, -1):
            space, opened, _ = self._open[depth]
            if space == _HTML:
                self.doubtful = True
                return
            if opened == name:
                del self._open[depth:]
                return

    def _takes_html(self) -> bool:
        return self._open[-1][2]

    def _stays_foreign(self, tag: Tag) -> bool:
        name = tag.name
        broken = name in _BREAKS_OUT or (
            name == b"font" and any(key in tag.attributes for key in ("color", "face", "size"))
        )
        if broken:
            self._break_out()
        return bool(self._open) and not self._takes_html()

    def _break_out(self) -> None:
        while self._open and not self._takes_html():
            self._open.pop()

    def _push(self, tag: Tag, space: str) -> None:
        if tag.self_closing:
            return
        name = tag.name
        if space == _SVG:
            takes_html = name in _SVG_INTEGRATION
        elif name == b"annotation-xml":
            encoding = (tag.get("encoding") or "").lower()
            takes_html = encoding in ("text/html", "application/xhtml+xml")
            # An svg is allowed in any annotation-xml; what else stands beside it is too rare to follow.
            self.doubtful = self.doubtful or not takes_html
        else:
            takes_html = name in _MATH_TEXT_INTEGRATION
        self._open.append((space, name, takes_html))
