"""Markup that is too long to wait for its end: it passes, or is removed, as it comes, and is not kept."""

from __future__ import annotations

import re
from enum import Enum
from itertools import islice
from typing import Protocol

from consentgate.html.rules.violation import NOBODY, Violation
from consentgate.html.tokenizer.grammar import (
    ATTRIBUTE,
    ATTRIBUTE_NAME,
    BETWEEN_ATTRIBUTES,
    COMMENT_END,
    EQUALS,
    NAME_END,
    SPACE,
    TAG_NAME,
    UNQUOTED,
)

from .edits import Edits

LONG = 64 << 10
"""The most bytes of a comment, a doctype or an end tag that wait for its end: longer ones pass as they come,
since they load nothing."""
LARGEST_TAG = 8 << 20
"""The most bytes of a start tag that is judged: larger ones are removed."""
MOST_ATTRIBUTES = 32 << 10
"""The most attributes of a start tag that is judged: one with more is removed."""

_TAG_CLOSE = re.compile(rb">")
_END_TAG_NAME = re.compile(rb"</(?P<name>" + TAG_NAME + rb")" + NAME_END)


class _Follower(Protocol):
    """Finds the end of markup that comes in pieces."""

    def follow(self, data: bytes, position: int) -> tuple[int, bool]:
        """Read on; return how far that went, and whether it ended there."""


class _Until:
    """Follows markup that ends with `close`. A piece may end with `overlap` bytes of that, at most."""

    def __init__(self, close: re.Pattern[bytes], overlap: int) -> None:
        self._close = close
        self._overlap = overlap

    def follow(self, data: bytes, position: int) -> tuple[int, bool]:
        end = self._close.search(data, position)
        return (end.end(), True) if end else (max(position, len(data) - self._overlap), False)


class _State(Enum):
    """The states in a tag (13.2.5.8, 13.2.5.32 to 13.2.5.39)."""

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
# The bytes that pass in a state without leaving it.
_RUNS = {
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
# By state: the bytes that lead to a certain state, and the state that all other bytes lead to.
_TRANSITIONS: dict[_State, tuple[dict[int, _State], _State]] = {
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
            run = _RUNS[self._state].match(data, position)
            position = run.end() if run else position
            if position == len(data):
                return position, False
            next_states, otherwise = _TRANSITIONS[self._state]
            self._state = next_states.get(data[position], otherwise)
            position += 1
        return position, True


TOO_LARGE = Violation(NOBODY, "", "long tag")
"""The violation of a start tag that is not judged because of its size."""


class OversizedMarkup:
    """Follows markup whose end is not waited for: passes it on, or `removes` it, as it comes."""

    def __init__(self, follower: _Follower, *, removes: bool = False) -> None:
        self._follower = follower
        self._removes = removes
        self.is_open = True

    @classmethod
    def of_comment(cls) -> OversizedMarkup:
        """Follow a comment, from behind its opening."""
        return cls(_Until(COMMENT_END, len(b"--!")))

    @classmethod
    def of_declaration(cls) -> OversizedMarkup:
        """Follow a doctype or a bogus comment, such as `<?xml`."""
        return cls(_Until(_TAG_CLOSE, 0))

    @classmethod
    def of_tag(cls, *, removes: bool = False) -> OversizedMarkup:
        """Follow a tag, from its name on. Its end need not be there yet."""
        return cls(_Tag(), removes=removes)

    def follow_on(self, data: bytes, position: int, edits: Edits, *, final: bool) -> int:
        """Pass the markup on, or remove it; return how far that went."""
        end, ended = self._follower.follow(data, position)
        if self._removes and end > position:
            edits.remove_more(position, end, TOO_LARGE)
        self.is_open = not ended
        return end


def oversized_name(data: bytes, position: int) -> bytes:
    """Return the name of the end tag at `position` in lowercase, b"" where that is too long."""
    name = _END_TAG_NAME.match(data, position)
    return name["name"].lower() if name else b""


def is_long(data: bytes, position: int, most: int = LONG) -> bool:
    """Say whether more than `most` bytes of the markup at `position` are there, so that its end is not waited
    for."""
    return len(data) - position > most


def is_too_large(tag: re.Match[bytes]) -> bool:
    """Say whether a start tag (a match of START_TAG) is too large to be judged."""
    start, end = tag.span()
    if end - start <= LONG:
        return False
    attributes = ATTRIBUTE.finditer(tag.string, *tag.span("attributes"))
    return end - start > LARGEST_TAG or any(islice(attributes, MOST_ATTRIBUTES, None))
