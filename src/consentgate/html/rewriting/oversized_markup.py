"""Markup that goes on and on: it passes, or is dropped, as it comes, and none of it is kept."""

from __future__ import annotations

import re
from enum import Enum
from itertools import islice
from typing import Protocol

from consentgate.html.rules.attributes import NOBODY
from consentgate.html.rules.limits import Cut
from consentgate.html.tokenizer.grammar import (
    ATTRIBUTE,
    ATTRIBUTE_NAME,
    BETWEEN_ATTRIBUTES,
    COMMENT_END,
    DOCTYPE,
    EQUALS,
    NAME_END,
    SPACE,
    TAG_NAME,
    UNQUOTED,
)

from .document_state import Page
from .edits import Reason

LONG = 64 << 10
"""What loads nothing (a comment, a doctype, an end tag) passes as it comes once so much of it is there."""
LARGEST_TAG = 8 << 20
"""A start tag is judged up to this size, and dropped beyond."""
MOST_ATTRIBUTES = 32 << 10
"""A start tag is judged with so many attributes, and dropped with more."""

_TAG_CLOSE = re.compile(rb">")
_END_TAG_NAME = re.compile(rb"</(?P<name>" + TAG_NAME + rb")" + NAME_END)


class _Follower(Protocol):
    """Finds the end of what it follows."""

    def follow(self, data: bytes, position: int) -> tuple[int, bool]:
        """Read on; give how far that went, and whether it ended there."""


class _Until:
    """Follows markup that ends with `close`, which has `overlap` bytes before its last one at most."""

    def __init__(self, close: re.Pattern[bytes], overlap: int) -> None:
        self._close = close
        self._overlap = overlap

    def follow(self, data: bytes, position: int) -> tuple[int, bool]:
        end = self._close.search(data, position)
        return (end.end(), True) if end else (max(position, len(data) - self._overlap), False)


class _State(Enum):
    """Where in a tag one can be (13.2.5.8, 13.2.5.32 to 13.2.5.39): what passes there without a change,
    which bytes lead where, and where all others lead."""

    NAME = "in the tag's name"
    BETWEEN = "between attributes"
    ATTRIBUTE = "in an attribute's name"
    AFTER = "after an attribute's name"
    BEFORE_VALUE = "after the equals sign"
    DOUBLE_QUOTED = "in a value in double quotes"
    SINGLE_QUOTED = "in a value in single quotes"
    BARE = "in a value without quotes"
    END = "after the tag"


_S = _State
_SPACES = b"\t\n\f\r "
_STAYS = {
    _S.NAME: re.compile(rb"[^\t\n\f\r />]*+"),
    _S.ATTRIBUTE: re.compile(rb"[^\t\n\f\r />=]*+"),
    _S.AFTER: re.compile(SPACE + rb"*+"),
    _S.BEFORE_VALUE: re.compile(SPACE + rb"*+"),
    _S.DOUBLE_QUOTED: re.compile(rb'[^"]*+'),
    _S.SINGLE_QUOTED: re.compile(rb"[^']*+"),
    _S.BARE: re.compile(rb"[^\t\n\f\r >]*+"),
    # Attributes that are there in full are passed in one go.
    _S.BETWEEN: re.compile(
        rb"(?:"
        + BETWEEN_ATTRIBUTES
        + ATTRIBUTE_NAME
        + rb"(?:"
        + EQUALS
        + rb"(?:\"[^\"]*+\"|'[^']*+'|"
        + UNQUOTED
        + rb"(?=[\t\n\f\r >]))|(?="
        + SPACE
        + rb"*+[^\t\n\f\r =])))*+"
        + BETWEEN_ATTRIBUTES
    ),
}
_LEADS: dict[_State, tuple[dict[int, _State], _State]] = {
    _S.NAME: ({b">"[0]: _S.END}, _S.BETWEEN),
    _S.BETWEEN: ({b">"[0]: _S.END}, _S.ATTRIBUTE),
    _S.ATTRIBUTE: (
        {b">"[0]: _S.END, b"/"[0]: _S.BETWEEN, b"="[0]: _S.BEFORE_VALUE},
        _S.AFTER,
    ),
    _S.AFTER: (
        {b">"[0]: _S.END, b"/"[0]: _S.BETWEEN, b"="[0]: _S.BEFORE_VALUE},
        _S.ATTRIBUTE,
    ),
    _S.BEFORE_VALUE: (
        {b">"[0]: _S.END, b'"'[0]: _S.DOUBLE_QUOTED, b"'"[0]: _S.SINGLE_QUOTED},
        _S.BARE,
    ),
    _S.DOUBLE_QUOTED: ({}, _S.BETWEEN),
    _S.SINGLE_QUOTED: ({}, _S.BETWEEN),
    _S.BARE: ({b">"[0]: _S.END}, _S.BETWEEN),
}


class _Tag:
    """Follows a tag from its name on."""

    def __init__(self) -> None:
        self._state = _State.NAME

    def follow(self, data: bytes, position: int) -> tuple[int, bool]:
        while self._state is not _State.END:
            stays = _STAYS[self._state].match(data, position)
            position = stays.end() if stays else position
            if position == len(data):
                return position, False
            leads, others = _LEADS[self._state]
            self._state = leads.get(data[position], others)
            position += 1
        return position, True


class LongMarkup:
    """Follows what is too long to wait for in a `page`."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._follower: _Follower | None = None
        self._dropping: Reason | None = None

    @property
    def is_open(self) -> bool:
        """True within such markup."""
        return self._follower is not None

    def skip(self, position: int) -> int:
        """Pass it on, or drop it; return how far that went."""
        assert self._follower is not None
        end, ended = self._follower.follow(self._page.data, position)
        if self._dropping is not None and end > position:
            self._page.edits.more(position, end, self._dropping)
        if ended:
            self._follower = self._dropping = None
        return end

    def is_long(self, position: int, most: int | None = None) -> bool:
        """True when there is so much of the markup at `position` that its end is not waited for: `most`, or
        LONG."""
        return len(self._page.data) - position > (LONG if most is None else most)

    # -- what loads nothing ----------------------------------------------------------------------------------

    def declaration(self, position: int) -> int | None:
        """A comment, doctype or the like whose end has not come; return how far it was passed, None if it
        may still come."""
        if not self.is_long(position):
            return None
        data, inserting = self._page.data, self._page.inserting
        if data.startswith(b"<!--", position):
            return self._pass(_Until(COMMENT_END, len(b"--!")), position + len(b"<!--"))
        if inserting is not None and DOCTYPE.match(data, position):
            inserting.doctype()
        return self._pass(_Until(_TAG_CLOSE, 0), position)

    def end_tag(self, position: int) -> bytes:
        """Begin to follow an end tag; return its name in small letters, b"" where that is too long."""
        self._follower = _Tag()
        name = _END_TAG_NAME.match(self._page.data, position)
        return name["name"].lower() if name else b""

    def _pass(self, follower: _Follower, position: int) -> int:
        self._follower = follower
        return position

    # -- what may load something -----------------------------------------------------------------------------

    def is_too_large(self, tag: re.Match[bytes]) -> bool:
        """True for a start tag (a match of START_TAG) of a size that is not judged."""
        start, end = tag.span()
        if end - start <= LONG:
            return False
        attributes = ATTRIBUTE.finditer(tag.string, *tag.span("attributes"))
        return end - start > LARGEST_TAG or any(islice(attributes, MOST_ATTRIBUTES, None))

    def start_tag(self, position: int) -> int:
        """Drop a start tag, whose end need not be there yet; return how far that went. On a page where
        everything passes it passes too, and nothing more is put in: where it would go is not known."""
        page, begun = self._page, position + len(b"<")
        self._follower = _Tag()
        if page.all_passes:
            page.note(Cut.NOT_INSERTED, position)
            page.insert_no_more()
            return begun
        page.note(Cut.LONG_TAG, position)
        self._dropping = Reason(NOBODY, "long tag")
        return page.drop(position, begun, "long tag")
