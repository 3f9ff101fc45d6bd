"""Where a page's head and body begin, so that something can be inserted without changing the page's tree.

Follows the insertion modes "initial" to "after head" (WHATWG HTML, 13.2.6.4.1 to 13.2.6.4.6).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from consentgate.html.tokenizer.element_sets import DOCUMENT_TAGS, HEAD_CONTENT


class _Mode(Enum):
    START = "nothing but space and comments so far"
    BEFORE_HEAD = "a document, but no head yet"
    IN_HEAD = "in the head or after it"
    DONE = "in the body, in frames, or no document at all"


class Insertion:
    """Decides, tag by tag, where the insertions `head` and `body` go. What does not begin with a doctype or
    with one of `html`, `head` and `body` is a fragment and gets neither. A page of frames has no body.

    The walker announces what comes next, and gets back what goes before and after it. Three functions make
    what depends on the page: `body_elsewhere` the `body` where relative URLs lead to another host, `body_in`
    the `body` in the language that the page names, and `refresh_link` the link in the place of a refresh.
    With `everywhere` the head goes into fragments, AMP pages and pages of frames without a head, too.
    """

    def __init__(
        self,
        head: bytes,
        body: bytes,
        body_elsewhere: Callable[[], bytes] | None = None,
        refresh_link: Callable[[str], bytes] | None = None,
        body_in: Callable[[str], bytes] | None = None,
        *,
        everywhere: bool = False,
    ) -> None:
        self._head = head
        self._body = body
        self._body_elsewhere = body_elsewhere
        self._refresh_link = refresh_link
        self._body_in = body_in
        self._everywhere = everywhere
        self._refreshes: list[str] = []
        self._mode = _Mode.START

    def rebase(self) -> None:
        """Take note that the page's relative URLs lead to another host from here on: the body's insertion
        becomes the one that names its own host."""
        if self._body_elsewhere is not None:
            self._body = self._body_elsewhere()

    def page_language(self, lang: str) -> None:
        """Take note of the language that the page says it is in: the body's insertion becomes the one in
        it. Only the page's first word on it counts, as it does for browsers."""
        if self._body_in is not None:
            self._body = self._body_in(lang)
            self._body_in = None

    @property
    def done(self) -> bool:
        """True once nothing more is to be inserted at the start of the head or body."""
        return self._mode is _Mode.DONE

    @property
    def in_head(self) -> bool:
        """True in a head, where the body's insertion comes next."""
        return self._mode is _Mode.IN_HEAD

    def replace_refresh(self, url: str) -> bytes:
        """Offer a link to `url`, to which a refresh would have led the visitor. Return the link where the
        body has begun. Otherwise it is inserted with the body."""
        if self._mode is _Mode.DONE:
            return self._link(url)
        self._refreshes.append(url)
        return b""

    def give_up(self) -> None:
        """Insert nothing more."""
        self._mode = _Mode.DONE

    def amp(self) -> None:
        """Take note that the page is in AMP, whose rules leave no place for insertions."""
        if not self._everywhere:
            self.give_up()

    def doctype(self) -> None:
        """Take note that a doctype is next: this is a document."""
        if self._mode is _Mode.START:
            self._mode = _Mode.BEFORE_HEAD

    def start_tag(self, name: bytes) -> tuple[bytes, bytes]:
        """Take note that the start tag of an element is next; return what goes before and after it."""
        if self._mode is _Mode.START:
            if not (name in DOCUMENT_TAGS or self._everywhere):
                self._mode = _Mode.DONE
                return b"", b""
            self._mode = _Mode.BEFORE_HEAD
        if name == b"html":
            return b"", b""
        if name == b"body":
            before = self._take_head()
            self._mode = _Mode.DONE
            return before, self._whole_body()
        if name == b"frameset":
            before = self._take_head() if self._everywhere else b""
            self._mode = _Mode.DONE
            return before, b""
        if name == b"head":
            return b"", self._take_head()
        if name in HEAD_CONTENT:
            return self._take_head(), b""
        return self.content(), b""

    def end_tag(self, name: bytes) -> bytes:
        """Take note that the end tag of an element is next; return what goes before it."""
        if self._mode is _Mode.START and not self._everywhere:
            self._mode = _Mode.DONE
            return b""
        if name == b"head":
            return self._take_head()
        if name in (b"body", b"html", b"br"):
            return self.content()
        return b""

    def content(self) -> bytes:
        """Take note that text, or anything else that belongs into a body, is next, or the end of the page;
        return what goes before it."""
        if self._mode is _Mode.DONE or (self._mode is _Mode.START and not self._everywhere):
            self._mode = _Mode.DONE
            return b""
        # The insertion belongs to the body, which begins here in any case. A template would not begin one.
        before = self._take_head() + (b"<body>" if self._body else b"") + self._whole_body()
        self._mode = _Mode.DONE
        return before

    def _whole_body(self) -> bytes:
        return self._body + b"".join(map(self._link, self._refreshes))

    def _link(self, url: str) -> bytes:
        return self._refresh_link(url) if self._refresh_link is not None else b""

    def _take_head(self) -> bytes:
        head = self._head if self._mode in (_Mode.START, _Mode.BEFORE_HEAD) else b""
        self._mode = _Mode.IN_HEAD
        return head
