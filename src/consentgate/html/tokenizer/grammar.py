"""The grammar of HTML as the standard's tokenizer reads it, as patterns over bytes.

Section numbers are those of the WHATWG HTML standard, chapter 13.2.5 "Tokenization". Every repetition is
possessive: a pattern reads each byte once, never goes back, and so is linear on any input. A pattern that
needs more input than there is does not match; the caller waits for more.
"""

from __future__ import annotations

import re
import sys

from consentgate.html.matching.patterns import in_any_case

# What the standard calls whitespace in tags. Carriage returns count: they become line feeds on the way in.
SPACE = rb"[\t\n\f\r ]"
NAME_END = rb"(?=[\t\n\f\r />])"

# 13.2.5.6 Tag open state, 13.2.5.8 Tag name state.
TAG_NAME = rb"[a-zA-Z][^\t\n\f\r />]*+"

# 13.2.5.32 to 13.2.5.34: an attribute's name may begin with "=".
ATTRIBUTE_NAME = rb"[^\t\n\f\r />][^\t\n\f\r />=]*+"

# 13.2.5.35 to 13.2.5.39. At the end of the input (\Z) a value that is still open takes all of it, so that
# nothing inside it is ever mistaken for another attribute.
DOUBLE_QUOTED = rb'"[^"]*+(?:"|\Z)'
SINGLE_QUOTED = rb"'[^']*+(?:'|\Z)"
UNQUOTED = rb"[^\t\n\f\r >\"'][^\t\n\f\r >]*+"
EQUALS = SPACE + rb"*+=" + SPACE + rb"*+"
VALUE = rb"(?:" + DOUBLE_QUOTED + rb"|" + SINGLE_QUOTED + rb"|" + UNQUOTED + rb"|(?=>|\Z))"

BETWEEN_ATTRIBUTES = rb"[\t\n\f\r /]*+"
ATTRIBUTES = (
    rb"(?:" + BETWEEN_ATTRIBUTES + ATTRIBUTE_NAME + rb"(?:" + EQUALS + VALUE + rb")?+)*+" + BETWEEN_ATTRIBUTES
)

# 13.2.5.42 to 13.2.5.52: "<!-->" and "<!--->" are whole comments, "--!>" ends one too.
COMMENT = rb"<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+--!?>)"

COMMENT_END = re.compile(rb"--!?>")

# 13.2.5.41 Bogus comment state and 13.2.5.53 DOCTYPE state: a doctype ends at the first ">" even inside
# its quotes. "<![CDATA[" is one of these in HTML content and is left to the caller, who knows where it is.
DECLARATION = rb"<!(?!--|\[CDATA\[)[^>]*+>"
BOGUS_COMMENT = rb"<\?[^>]*+>|</(?![a-zA-Z])[^>]*+>"

TEXT = rb"[^<]++"
LONE_LESS_THAN = rb"<(?=[^a-zA-Z/!?])"

MARKUP_BUT_NO_TAG = rb"(?:" + rb"|".join((LONE_LESS_THAN, COMMENT, DECLARATION, BOGUS_COMMENT)) + rb")"
NOT_A_TAG = rb"(?:" + TEXT + rb"|" + MARKUP_BUT_NO_TAG + rb")"

NOT_TAGS = re.compile(NOT_A_TAG + rb"*+")

START_TAG = re.compile(rb"<(?P<name>" + TAG_NAME + rb")(?P<attributes>" + ATTRIBUTES + rb")>")
END_TAG = re.compile(rb"</(?P<name>" + TAG_NAME + rb")" + ATTRIBUTES + rb">")

# To be searched for: what is between attributes is passed over. To match it here would read a run of spaces
# that no attribute follows again from each of them.
ATTRIBUTE = re.compile(
    rb"(?P<name>"
    + ATTRIBUTE_NAME
    + rb")(?:"
    + EQUALS
    + rb"(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>"
    + UNQUOTED
    + rb")|(?=>|\Z)))?+"
)

# What may stand before the first tag that is part of a document's tree: white space, comments, a doctype.
PREAMBLE_ITEM = re.compile(rb"|".join((SPACE + rb"++", COMMENT, DECLARATION, BOGUS_COMMENT)))
DOCTYPE = re.compile(rb"(?i)<!doctype")
TEXT_BEGINS = re.compile(rb"[^<]|" + LONE_LESS_THAN)
# A plain one, without "<": it ends in the same place whether it is read as a section (13.2.5.69) or as a
# comment up to the first ">" and text after that, as it is outside foreign content.
CDATA_SECTION = re.compile(rb"<!\[CDATA\[(?:[^<\]]++|\](?!\]>))*+\]\]>")


def raw_text_end(name: bytes) -> re.Pattern[bytes]:
    """Where the raw text of an element ends: at an end tag of its own name (13.2.5.11, 13.2.5.14)."""
    return _RAW_TEXT_ENDS[name]


RAW_TEXT_ELEMENTS = frozenset(
    (b"script", b"style", b"title", b"textarea", b"xmp", b"iframe", b"noembed", b"noframes", b"noscript")
)
_RAW_TEXT_ENDS = {name: re.compile(rb"</" + in_any_case(name) + NAME_END) for name in RAW_TEXT_ELEMENTS}

_SCRIPT_STEP = re.compile(rb"<!--|-->|<(?P<end>/?)" + in_any_case(b"script") + NAME_END)


class ScriptText:
    """Finds the end of a script's text, which may come in pieces.

    A script that holds `<!--` and then `<script` is "double escaped": its next `</script` belongs to the
    inner one (13.2.5.15 to 13.2.5.31). `position` is how far the last search has read: no step before it
    is to be taken again, and one may begin there.
    """

    def __init__(self) -> None:
        self.position = 0
        self._escaped = False
        self._nested = False

    def find_end(self, data: bytes, start: int, limit: int = sys.maxsize) -> int | None:
        """Where, from `start`, the `</script` stands that ends it; None if that is not in `data`, or not
        before `limit`."""
        limit = min(limit, len(data))
        if not self._escaped:
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
                self._escaped = self._nested = False
            elif not step["end"]:
                self._nested = self._escaped
            elif self._nested:
                self._nested = False
            else:
                return step.start()
        self.position = max(start, limit - LONGEST_END)
        return None


LONGEST_END = max(len(b"</" + name) for name in RAW_TEXT_ELEMENTS) + 1
