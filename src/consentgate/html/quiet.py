"""What a browser reads without loading anything: text, comments, and the tags that are harmless.

Most of a page is this. One pattern skips any length of it in one go; where it stops stands markup that
somebody has to look at, or an end of input that cuts something in two.
"""

from __future__ import annotations

import re

from consentgate.catalogue import catalogue

from .elements import ANYWHERE, ELEMENTS, STRUCTURE
from .syntax import (
    ATTRIBUTE_NAME,
    ATTRIBUTES,
    BETWEEN_ATTRIBUTES,
    EQUALS,
    NAME_END,
    NOT_A_TAG,
    SPACE,
    TAG_NAME,
    VALUE,
)


def _one_of(names: list[bytes]) -> bytes:
    """An alternation, arranged by first letter so that a mismatch costs one comparison a letter."""
    by_letter: dict[bytes, list[bytes]] = {}
    for name in sorted(names):
        by_letter.setdefault(name[:1], []).append(re.escape(name[1:]))
    return rb"(?:" + rb"|".join(k + rb"(?:" + rb"|".join(v) + rb")" for k, v in by_letter.items()) + rb")"


_WIDGET_CLASS = catalogue().widget_class_pattern().encode()
_WIDGET_TAG = catalogue().widget_tag_pattern().encode()

_LOUD_TAG = rb"(?i:" + _one_of([*ELEMENTS, *STRUCTURE]) + NAME_END + rb"|" + _WIDGET_TAG + NAME_END + rb")"
_LOUD_ATTRIBUTE = (
    rb"(?i:"
    + _one_of([name.encode() for name in ANYWHERE])
    + rb")(?=[\t\n\f\r />=])|(?i:data-(?:pin|instgrm|cf)-)"
)

# A class is quiet when none of its words begins a widget. One with a character reference is looked at.
_QUIET_WORD = rb"(?!" + _WIDGET_CLASS + rb")[^\t\n\f\r \"'>&]++"
_QUIET_WORDS = SPACE + rb"*+(?:" + _QUIET_WORD + SPACE + rb"*+)*+"
_QUIET_CLASS = (
    rb"(?i:class)"
    + EQUALS
    + rb"(?:\""
    + _QUIET_WORDS
    + rb"\"|'"
    + _QUIET_WORDS
    + rb"'|"
    + _QUIET_WORD
    + rb"(?=[\t\n\f\r >]))"
)

# A style without parentheses, escapes and references can name no URL.
_QUIET_STYLE = rb"(?i:style)" + EQUALS + rb"(?:\"[^\"(\\&]*+\"|'[^'(\\&]*+')"

_QUIET_ATTRIBUTE = (
    rb"(?:"
    + _QUIET_CLASS
    + rb"|"
    + _QUIET_STYLE
    + rb"|(?!(?i:class)(?=[\t\n\f\r />=])|"
    + _LOUD_ATTRIBUTE
    + rb")"
    + ATTRIBUTE_NAME
    + rb"(?:"
    + EQUALS
    + VALUE
    + rb")?+)"
)
_QUIET_ATTRIBUTES = rb"(?:" + BETWEEN_ATTRIBUTES + _QUIET_ATTRIBUTE + rb")*+" + BETWEEN_ATTRIBUTES

_INTO_CELL = rb"(?:<(?i:td|th|caption)" + NAME_END + rb"|</(?i:table)" + NAME_END + rb")"
_OUT_OF_CELL = (
    rb"(?:<(?i:table|tbody|thead|tfoot|tr|colgroup)"
    + NAME_END
    + rb"|</(?i:tbody|thead|tfoot|tr|td|th|caption|colgroup)"
    + NAME_END
    + rb")"
)

# The end tags that change how the bytes after them are read.
_LOUD_END = rb"(?i:svg|math|template|select|picture|head|body|html)" + NAME_END

# The empty groups mark where the run last passed a certain kind of tag. They stand where nothing after
# them can fail: Python 3.11 mixes up the groups of an alternative that matched half and was given up.
QUIET = re.compile(
    rb"(?:"
    + rb"|".join(
        (
            NOT_A_TAG,
            rb"<[aA]" + NAME_END + _QUIET_ATTRIBUTES + rb">(?P<anchor>)",
            rb"</[aA]" + NAME_END + ATTRIBUTES + rb">(?P<anchor_end>)",
            _INTO_CELL + _QUIET_ATTRIBUTES + rb">(?P<cell>)",
            _OUT_OF_CELL + _QUIET_ATTRIBUTES + rb">(?P<between_cells>)",
            rb"</(?!" + _LOUD_END + rb")" + TAG_NAME + ATTRIBUTES + rb">",
            rb"<(?!" + _LOUD_TAG + rb")" + TAG_NAME + _QUIET_ATTRIBUTES + rb">",
        )
    )
    + rb")*+"
)
"""As much as can be passed on unseen. Its groups tell where the run last opened and closed an anchor, and
where it last entered a table's cell and left one."""

# Shapes load nothing and hold nothing that does. One that is left open here is no different from one that
# the reader follows: its end tag, coming later, is one that belongs to nothing.
_SHAPE = rb"(?i:path|circle|ellipse|line|polyline|polygon|rect|stop)"

QUIET_FOREIGN = re.compile(
    rb"(?:" + NOT_A_TAG + rb"|<" + _SHAPE + NAME_END + _QUIET_ATTRIBUTES + rb">(?:</" + _SHAPE + rb">)?+)*+"
)
"""The same in SVG and MathML."""
