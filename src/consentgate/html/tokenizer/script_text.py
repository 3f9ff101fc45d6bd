"""Where the text of scripts and of other raw text elements ends (WHATWG HTML, 13.2.5.9 to 13.2.5.31)."""

from __future__ import annotations

import re
import sys

from consentgate.html.matching.patterns import in_any_case

from .element_sets import RAW_TEXT_ELEMENTS
from .grammar import NAME_END

_RAW_TEXT_ENDS = {name: re.compile(rb"</" + in_any_case(name) + NAME_END) for name in RAW_TEXT_ELEMENTS}
_SCRIPT_STEP = re.compile(rb"<!--|-->|<(?P<end>/?)" + in_any_case(b"script") + NAME_END)

LONGEST_END = max(len(b"</" + name) for name in RAW_TEXT_ELEMENTS) + 1
"""The most bytes that one of these patterns needs to match."""


def raw_text_end(name: bytes) -> re.Pattern[bytes]:
    """Return a pattern for what ends the raw text of an element: an end tag of its own name ("appropriate end
    tag token", 13.2.5)."""
    return _RAW_TEXT_ENDS[name]


class ScriptText:
    """Finds the end of a script's text, which may come in pieces.

    A script that holds `<!--` and then `<script` is "double escaped": its next `</script` belongs to the
    inner one (13.2.5.20 to 13.2.5.31).

    `position` is how far the last search has read. The next search need not begin before it.
    """

    def __init__(self) -> None:
        self.position = 0
        self._escaped = False
        self._double_escaped = False

    def find_end(self, data: bytes, start: int, limit: int = sys.maxsize) -> int | None:
        """Return the offset of the `</script` that ends the text. The text begins at `start`, or goes on
        there. None where its end is not in `data`, or not before `limit`."""
        limit = min(limit, len(data))
        if not self._escaped:
            # Nearly every script: without a comment its first end tag ends it.
            first = _RAW_TEXT_ENDS[b"script"].search(data, start, limit)
            comment = data.find(b"<!--", start, first.start() if first else limit)
            if comment < 0:
                self.position = max(start, limit - LONGEST_END)
                return first.start() if first else None
            start = comment
        while step := _SCRIPT_STEP.search(data, start, limit):
            start = step.end()
            token = step[0]
            if token == b"<!--":
                self._escaped = True
                # Its two dashes can be the first two of "-->" as well.
                start -= 2
            elif token == b"-->":
                self._escaped = self._double_escaped = False
            elif not step["end"]:
                self._double_escaped = self._escaped
            elif self._double_escaped:
                self._double_escaped = False
            else:
                return step.start()
        self.position = max(start, limit - LONGEST_END)
        return None
