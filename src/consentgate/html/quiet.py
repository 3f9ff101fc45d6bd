"""What a browser reads without loading anything: text, comments, and the tags that are harmless.

Most of a page is this. One pattern skips any length of it in one go; where it stops stands markup that
somebody has to look at, or an end of input that cuts something in two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from consentgate.catalogue import catalogue

from .elements import ANYWHERE, ELEMENTS, INERT_RELATIONS, STRUCTURE, Reads
from .foreign import DEEPEST
from .syntax import (
    ATTRIBUTES,
    BETWEEN_ATTRIBUTES,
    BOGUS_COMMENT,
    COMMENT,
    DECLARATION,
    EQUALS,
    MARKUP_BUT_NO_TAG,
    NAME_END,
    NOT_A_TAG,
    RAW_TEXT_ELEMENTS,
    SPACE,
    TAG_NAME,
    VALUE,
    in_any_case,
)
from .tags import Tag


def _any(*patterns: bytes) -> bytes:
    return rb"(?:" + rb"|".join(patterns) + rb")"


def _each(names: Iterable[bytes], then: bytes = b"") -> list[bytes]:
    """Alternatives that together stand for `names` and what comes `then`. Each begins with another letter,
    so that a mismatch costs one comparison."""
    by_letter: dict[bytes, list[bytes]] = {}
    for name in sorted(names):
        by_letter.setdefault(name[:1], []).append(in_any_case(name[1:]))
    return [in_any_case(letter) + _any(*rest) + then for letter, rest in by_letter.items()]


def _one_of(names: Iterable[bytes]) -> bytes:
    return _any(*_each(names))


# -- attributes ------------------------------------------------------------------------------------------


def _no_widget(widgets: bytes) -> bytes:
    return rb"(?!" + widgets + rb"(?=[\t\n\f\r \"'>]))[^\t\n\f\r \"'&>]++"


# A class is quiet when none of its words is a widget's, and so is an id. One with a character reference is
# looked at.
_WIDGET_CLASS = catalogue().widget_class_pattern().encode()
_WIDGET_ID = catalogue().widget_id_pattern().encode()
_WIDGET_ATTRIBUTE = rb"(?i:" + catalogue().widget_attribute_pattern().encode() + rb")"
_QUIET_ID = _no_widget(_WIDGET_ID)
_QUIET_WORD = _no_widget(_WIDGET_CLASS)
_QUIET_WORDS = SPACE + rb"*+(?:" + _QUIET_WORD + SPACE + rb"*+)*+"

# A style can name a URL only in url(), src(), image() and image-set(), or with escapes and references. Of the
# other functions those that end in another letter than these pass unseen, rgba() and var() among them.
_STYLES = {name.encode() for name, attribute in ANYWHERE.items() if attribute.reads is Reads.CSS}
_QUIET_STYLE = rb"(?:[^\"'(\\&]++|(?<=[abdnrxyzABDNRXYZ])\()*+"

# Written as they mostly are, and in any other way.
_COMMON = (
    rb"class=\"" + _QUIET_WORDS + rb"\"",
    rb"id=\"" + _QUIET_ID + rb"\"",
    *(name + rb"=\"" + _QUIET_STYLE + rb"\"" for name in (b"style", b"fill", b"stroke")),
)
_HARMLESS = (
    *(b"href", b"title", b"rel", b"type", b"name", b"alt", b"content", b"property", b"width", b"height"),
    *(b"media", b"sizes", b"value", b"target"),
)
_UNCOMMON = (
    in_any_case(b"class") + EQUALS + _any(rb"\"" + _QUIET_WORDS + rb"\"", rb"'" + _QUIET_WORDS + rb"'"),
    in_any_case(b"class") + EQUALS + _QUIET_WORD + rb"(?=[\t\n\f\r >])",
    in_any_case(b"id") + EQUALS + _any(rb"\"" + _QUIET_ID + rb"\"", rb"'" + _QUIET_ID + rb"'"),
    in_any_case(b"id") + EQUALS + _QUIET_ID + rb"(?=[\t\n\f\r >])",
    _one_of(_STYLES) + EQUALS + _any(rb"\"" + _QUIET_STYLE + rb"\"", rb"'" + _QUIET_STYLE + rb"'"),
)

# A URL without a scheme, a host, a character reference or anything that browsers remove or turn around; or
# several of them.
_RELATIVE_URLS = rb"=\"(?:/?[^\"&:\\/\x00-\x1f]++)*+/?+\""

_LOUD_ANYWHERE = {b"class", b"id", *(name.encode() for name in ANYWHERE)}
_LOADING = {name.encode() for element in ELEMENTS.values() for name in element.attributes}


_END = BETWEEN_ATTRIBUTES + rb">"


def _attributes(*quiet: bytes, loud: Set[bytes], end: bytes = _END) -> bytes:
    """The attributes of a tag up to its end: those that are not called one of `loud`, `quiet` ones, and
    classes and styles that are. What they begin with also ends the tag's name."""
    names = _any(_one_of(loud), _WIDGET_ATTRIBUTE) + rb"(?=[\t\n\f\r />=])"
    # Those of widgets all are `data-` attributes.
    letters = {b"d", *(name[:1] for name in loud)}
    first = b"".join(sorted(letters | {letter.upper() for letter in letters}))
    rest = rb"[^\t\n\f\r />=]*+(?:=\"[^\"]*+\"|" + EQUALS + VALUE + rb")?+"
    others = (
        rb"[^" + first + rb"\t\n\f\r />]" + rest,
        rb"(?!" + names + rb")[^\t\n\f\r />]" + rest,
    )
    harmless = (name + rb"=\"[^\"]*+\"" for name in _HARMLESS if name not in loud)
    one = _any(*_COMMON, *harmless, *quiet, *others, *_UNCOMMON)
    return rb"(?:[\t\n\f\r /]++" + one + rb")*+" + end


_QUIET_ATTRIBUTES = _attributes(loud=_LOUD_ANYWHERE)

# -- tags ------------------------------------------------------------------------------------------------

# These load something by their own nature. Those with raw text in them are another matter.
_LOADING_TAG = _one_of({*ELEMENTS} - RAW_TEXT_ELEMENTS - STRUCTURE - {b"base", b"param"})

# Those that widgets bring along are made of two words.
_WIDGET_TAG = rb"(?=[a-zA-Z0-9]++[:-])(?i:" + catalogue().widget_tag_pattern().encode() + rb")"
_LOUD_TAG = _any(_one_of({*ELEMENTS} | STRUCTURE), _WIDGET_TAG) + NAME_END

# The commonest names come first only because that is fast.
_COMMON_TAG = (
    rb"(?:div|span|li|p|ul|br|h[1-6]|strong|i|b|em|sup|label|option"
    rb"|article|aside|cite|code|figure|footer|header|main|nav|ol|section|small|time)"
)

# The end tags that change how the bytes after them are read.
_LOUD_END = _one_of((*b"a svg math template select picture head body html".split(),)) + NAME_END

_TABLE_PARTS = (b"tbody", b"thead", b"tfoot", b"tr", b"colgroup")
_CELLS = (b"td", b"th", b"caption")


# A link that only names something, and says so in each `rel` that it has.
_INERT_RELATION = _any(*(re.escape(name.encode()) for name in sorted(INERT_RELATIONS, reverse=True)))
_INERT_LINK = rb"link" + _attributes(
    rb"rel=\"(?:" + _INERT_RELATION + rb"(?: |(?=\")))++\"", loud=_LOUD_ANYWHERE | {b"rel"}
)


def _by_base(at_home: bool, mark: bytes) -> tuple[bytes, ...]:
    """Attributes that load by relative URLs, where these are quiet. The group `mark` tells of any."""
    return (_one_of(_LOADING) + _RELATIVE_URLS + rb"(?P<" + mark + rb">)",) if at_home else ()


def _loading_attributes(at_home: bool, mark: bytes) -> bytes:
    """The attributes of a tag that loads by its own nature."""
    return _attributes(*_by_base(at_home, mark), loud=_LOADING | _LOUD_ANYWHERE | {b"http-equiv"})


def _empty_script(at_home: bool) -> bytes:
    """A script without text in it."""
    quiet = rb"type=\"text/javascript\"", *_by_base(at_home, b"run")
    return rb"script" + _attributes(*quiet, loud=_LOADING | _LOUD_ANYWHERE | {b"type"}) + rb"</script>"


# Shapes load nothing and hold nothing that does.
_SHAPE = rb"(?:path|circle|ellipse|g|line|polyline|polygon|rect|stop)"
_CLOSED_SHAPE = _SHAPE + _attributes(loud=_LOUD_ANYWHERE, end=SPACE + rb"*+/>")


def _quiet(*, at_home: bool) -> re.Pattern[bytes]:
    """A run of what is quiet: `at_home` in a page whose relative URLs all lead to where anything may be
    loaded from."""
    closed = rb"(?:[^<]*+<" + _CLOSED_SHAPE + rb")*+"
    shape = _any(_SHAPE + _QUIET_ATTRIBUTES, rb"use" + _loading_attributes(at_home, b"drawn"))
    drawn = rb"[^<]*+<" + _any(shape, rb"/" + _any(_SHAPE, rb"use") + rb">")
    # Of more than that it depends on how deep they are what is thought of what comes after them.
    drawing = closed + rb"(?:" + drawn + closed + rb"){0,%d}+" % (DEEPEST - 1)
    end = rb"(?:>|" + ATTRIBUTES + rb">)"
    # The empty groups mark where the run last passed a certain kind of tag. One that is passed here and then
    # turns out to be loud, or cut off, is the next to be read, and says the same.
    cell = _one_of(_CELLS) + NAME_END
    table = _one_of((b"table",)) + NAME_END
    part = _one_of(_TABLE_PARTS) + NAME_END
    named = _any(
        rb"a" + NAME_END + rb"(?P<anchor>)",
        _COMMON_TAG,
        rb"(?=[cCtT])" + _any(cell + rb"(?P<cell>)", _any(table, part) + rb"(?P<table>)"),
    )
    other = rb"(?!" + _any(_LOUD_TAG, rb"[aA]" + NAME_END) + rb")" + TAG_NAME
    start_tag = _any(
        named + _QUIET_ATTRIBUTES,
        _INERT_LINK,
        _LOADING_TAG + _loading_attributes(at_home, b"loaded"),
        other + _QUIET_ATTRIBUTES,
        _empty_script(at_home),
        rb"svg" + _QUIET_ATTRIBUTES + drawing + rb"[^<]*+</svg>",
    )
    end_tag = _any(
        rb"a>(?P<anchor_end>)",
        _COMMON_TAG + rb">",
        rb"(?=[cCtT])" + _any(table + rb"(?P<table_end>)", _any(cell, part) + rb"(?P<cell_end>)") + end,
        rb"(?!" + _LOUD_END + rb")" + TAG_NAME + end,
    )
    tag = rb"<(?:/" + end_tag + rb"|" + start_tag + rb")"
    return re.compile(rb"(?:[^<]*+(?:" + tag + rb"|" + MARKUP_BUT_NO_TAG + rb"))*+[^<]*+")


def _quiet_head(*, at_home: bool) -> re.Pattern[bytes]:
    """The same for what a head may hold, and a body does not begin with."""
    named = _one_of((b"link", b"meta")) + _loading_attributes(at_home, b"loaded")
    tag = rb"<" + _any(_INERT_LINK, named, _empty_script(at_home))
    return re.compile(rb"(?:" + _any(SPACE + rb"++", tag, COMMENT, DECLARATION, BOGUS_COMMENT) + rb")*+")


QUIET = _quiet(at_home=False)
"""As much as can be passed on unseen. Its groups tell where the run last opened and closed an anchor, and
where it last entered a table's cell and left one."""

QUIET_AT_HOME = _quiet(at_home=True)
"""The same in a page whose relative URLs all lead to where anything may be loaded from."""

QUIET_HEAD = _quiet_head(at_home=False)
"""As much of a head as can be passed on unseen."""

QUIET_HEAD_AT_HOME = _quiet_head(at_home=True)
"""The same in such a page."""

_BY_BASE = ("loaded", "run", "drawn")


def went_by_base(quiet: re.Match[bytes]) -> bool:
    """Whether such a run loads something from where the base URL says."""
    groups = quiet.re.groupindex
    return any(quiet.start(mark) >= 0 for mark in _BY_BASE if mark in groups)


QUIET_FOREIGN = re.compile(
    rb"(?:"
    + _any(
        NOT_A_TAG,
        rb"<" + _CLOSED_SHAPE,
        rb"<(?P<shape>" + _SHAPE + rb")" + _QUIET_ATTRIBUTES + rb"(?<!/>)</(?P=shape)>",
    )
    + rb")*+"
)
"""The same in SVG and MathML: shapes that are closed at once. An end tag that stands apart may close what the
reader has seen, and has to be seen as well."""

_WIDGET_NAMES = re.compile(_WIDGET_TAG)
_WIDGET_CLASSES = re.compile(rb"(?<![^\t\n\f\r ])" + _WIDGET_CLASS + rb"(?![^\t\n\f\r ])|&")
_WIDGET_IDS = re.compile(_WIDGET_ID + rb"\Z|[^&]*+&")
_WIDGET_ATTRIBUTES = re.compile(_WIDGET_ATTRIBUTE)


def may_be_widget(tag: Tag) -> bool:
    """True for a tag whose name, class, id or other attributes could be a widget's."""
    raw = tag.raw
    return bool(
        _WIDGET_NAMES.fullmatch(tag.name)
        or (b"class" in raw and _WIDGET_CLASSES.search(raw[b"class"]))
        or (b"id" in raw and _WIDGET_IDS.match(raw[b"id"]))
        or (b"data-" in b" ".join(raw) and any(map(_WIDGET_ATTRIBUTES.fullmatch, raw)))
    )
