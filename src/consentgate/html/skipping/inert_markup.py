"""What a browser reads without loading anything: text, comments, and the tags that are harmless.

Most of a page is this. One pattern skips any length of it in one go; where it stops stands markup that
somebody has to look at, or an end of input that cuts something in two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import NamedTuple

from consentgate.catalogue import catalogue
from consentgate.html.matching.patterns import any_of, in_any_case, one_of
from consentgate.html.matching.run import Run
from consentgate.html.rules.elements import ANYWHERE, ELEMENTS, INERT_RELATIONS, Reads
from consentgate.html.tokenizer.element_sets import (
    DOCUMENT_TAGS,
    FOREIGN_ROOTS,
    RAW_TEXT_ELEMENTS,
    STRUCTURE,
    TABLE_CELLS,
    TABLE_PARTS,
)
from consentgate.html.tokenizer.foreign_content import DEEPEST
from consentgate.html.tokenizer.grammar import (
    ATTRIBUTES,
    BETWEEN_ATTRIBUTES,
    BOGUS_COMMENT,
    COMMENT,
    DECLARATION,
    EQUALS,
    MARKUP_BUT_NO_TAG,
    NAME_END,
    NOT_A_TAG,
    SPACE,
    TAG_NAME,
    VALUE,
)
from consentgate.html.tokenizer.open_elements import PASSED_TAGS
from consentgate.html.tokenizer.tags import Tag
from consentgate.policy import OwnHosts

from .first_party_urls import own_attributes, own_pieces
from .pattern_cache import MostAsked

# -- attributes ------------------------------------------------------------------------------------------


def _no_widget(widgets: bytes) -> bytes:
    return rb"(?!" + widgets + rb"(?=[\t\n\f\r \"'>]))[^\t\n\f\r \"'&>]++"


# A class is quiet when none of its words is a widget's, and so is an id. One with a character reference is
# looked at.
_WIDGET_CLASS = catalogue().widget_class_pattern().encode()
_WIDGET_ID = catalogue().widget_id_pattern().encode()
_WIDGET_ATTRIBUTE = rb"(?i:" + catalogue().widget_attribute_pattern().encode() + rb")"
_QUIET_ID = _no_widget(_WIDGET_ID)
_QUIET_WORD = _no_widget(rb"(?&widget_class)")
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
    in_any_case(b"class") + EQUALS + any_of(rb"\"" + _QUIET_WORDS + rb"\"", rb"'" + _QUIET_WORDS + rb"'"),
    in_any_case(b"class") + EQUALS + _QUIET_WORD + rb"(?=[\t\n\f\r >])",
    in_any_case(b"id") + EQUALS + any_of(rb"\"" + _QUIET_ID + rb"\"", rb"'" + _QUIET_ID + rb"'"),
    in_any_case(b"id") + EQUALS + _QUIET_ID + rb"(?=[\t\n\f\r >])",
    one_of(_STYLES) + EQUALS + any_of(rb"\"" + _QUIET_STYLE + rb"\"", rb"'" + _QUIET_STYLE + rb"'"),
)

_LOUD_ANYWHERE = {b"class", b"id", *(name.encode() for name in ANYWHERE)}
_LOADING = {name.encode() for element in ELEMENTS.values() for name in element.attributes}


def _attributes(*quiet: bytes, loud: Set[bytes]) -> bytes:
    """The attributes of a tag: those that are not called one of `loud`, `quiet` ones, and classes and styles
    that are. What they begin with also ends the tag's name."""
    names = any_of(one_of(loud), _WIDGET_ATTRIBUTE) + rb"(?=[\t\n\f\r />=])"
    # Those of widgets all are `data-` attributes.
    letters = {b"d", *(name[:1] for name in loud)}
    first = b"".join(sorted(letters | {letter.upper() for letter in letters}))
    rest = rb"[^\t\n\f\r />=]*+(?:=\"[^\"]*+\"|" + EQUALS + VALUE + rb")?+"
    others = (
        rb"[^" + first + rb"\t\n\f\r />]" + rest,
        rb"(?!" + names + rb")[^\t\n\f\r />]" + rest,
    )
    harmless = (name + rb"=\"[^\"]*+\"" for name in _HARMLESS if name not in loud)
    one = any_of(*_COMMON, *harmless, *quiet, *others, rb"(?&uncommon)")
    return rb"(?:[\t\n\f\r /]++" + one + rb")*+"


_END = BETWEEN_ATTRIBUTES + rb">"
_HARMLESS_ATTRIBUTES = _attributes(loud=_LOUD_ANYWHERE)
_QUIET_ATTRIBUTES = _HARMLESS_ATTRIBUTES + _END

# -- tags ------------------------------------------------------------------------------------------------

# These load something by their own nature. Those with raw text in them are another matter.
_LOADING_TAG = one_of({*ELEMENTS} - RAW_TEXT_ELEMENTS - STRUCTURE - {b"base", b"param"})

# Those that widgets bring along are made of two words.
_WIDGET_TAG = rb"(?=[a-zA-Z0-9]++[:-])(?i:" + catalogue().widget_tag_pattern().encode() + rb")"
_LOUD_TAG = any_of(one_of({*ELEMENTS} | STRUCTURE), _WIDGET_TAG) + NAME_END

# The commonest names come first only because that is fast.
_COMMON_TAG = (
    rb"(?:div|span|li|p|ul|br|h[1-6]|strong|i|b|em|sup|label|option"
    rb"|article|aside|cite|code|figure|footer|header|main|nav|ol|section|small|time)"
)

# The end tags that change how the bytes after them are read.
_LOUD_END = one_of(DOCUMENT_TAGS | FOREIGN_ROOTS | {b"a", b"template", b"select", b"picture"}) + NAME_END


# A link that only names something, and says so in each `rel` that it has.
_INERT_RELATION = any_of(*(re.escape(name.encode()) for name in sorted(INERT_RELATIONS, reverse=True)))
_INERT_LINK = (
    rb"link"
    + _attributes(rb"rel=\"(?:" + _INERT_RELATION + rb"(?: |(?=\")))++\"", loud=_LOUD_ANYWHERE | {b"rel"})
    + _END
)


def _own(home: OwnHosts | None, names: Set[bytes], mark: bytes = b"") -> tuple[bytes, ...]:
    return own_attributes(home, names, mark) if home is not None else ()


def _loading_attributes(home: OwnHosts | None) -> bytes:
    """The attributes of a tag that loads by its own nature."""
    quiet = _own(home, _LOADING, rb"(?P<loaded>)")
    return _attributes(*quiet, loud=_LOADING | _LOUD_ANYWHERE | {b"http-equiv"}) + _END


def _empty_script(home: OwnHosts | None) -> bytes:
    """A script without text in it."""
    quiet = rb"type=[\"']text/javascript[\"']", *_own(home, _LOADING, rb"(?P<run>)")
    attributes = _attributes(*quiet, loud=_LOADING | _LOUD_ANYWHERE | {b"type"})
    return rb"script" + attributes + _END + rb"</script>"


# Shapes load nothing and hold nothing that does.
_SHAPE = rb"(?:path|circle|ellipse|g|line|polyline|polygon|rect|stop)"
_CLOSED_SHAPE = _SHAPE + rb"(?&harmless)" + SPACE + rb"*+/>"
_OPEN_SHAPE = _SHAPE + rb"(?&harmless)" + _END
_IN_DRAWING = rb"[^<]*+<"

# Beyond so many tags it depends on how deep they are what is thought of what comes after them.
_USES, _SHAPES_AT_A_TIME = 17, 14
assert _USES * (1 + _SHAPES_AT_A_TIME) < DEEPEST

_PIECES = {
    "widget_class": _WIDGET_CLASS,
    "uncommon": any_of(*_UNCOMMON),
    "harmless": _HARMLESS_ATTRIBUTES,
    "closed": rb"(?:" + _IN_DRAWING + _CLOSED_SHAPE + rb")*+",
    "shapes": (
        rb"(?:"
        + _IN_DRAWING
        + any_of(_OPEN_SHAPE, rb"/" + any_of(_SHAPE, rb"use") + rb">")
        + rb"(?&closed)){0,%d}+" % _SHAPES_AT_A_TIME
    ),
}
"""What stands in the patterns below more than once, and would make them too large for PCRE2."""


class Quiet(NamedTuple):
    """As much as can be passed on unseen: of a `page`, and of what its `head` may hold and no body begins
    with."""

    page: Run
    head: Run


BY_BASE = slice(1 + len(PASSED_TAGS), None)
"""The groups of the first that match where it loads something from where the base URL says. Those before
them tell where the run last opened and closed an anchor, and where it last entered a table's cell and left
one."""
BY_BASE_IN_HEAD = slice(1, None)
"""The same of the second."""


def _quiet(home: OwnHosts | None) -> Quiet:
    """What is quiet where relative URLs lead to where anything may be loaded from, and absolute ones that
    lead `home`; None where no URL is."""
    pieces = _PIECES | own_pieces(home) if home is not None else _PIECES
    quiet = Quiet(_page(home, pieces), _head(home, pieces))
    assert quiet.page.groups[: len(PASSED_TAGS)] == PASSED_TAGS
    return quiet


def _page(home: OwnHosts | None, pieces: Mapping[str, bytes]) -> Run:
    loading = {name.encode() for name in ELEMENTS[b"use"].attributes}
    use = rb"use" + _attributes(*_own(home, loading), loud=_LOUD_ANYWHERE | loading) + _END
    pieces = {**pieces, "use": _IN_DRAWING + use}
    drawn = rb"(?&use)(?&closed)" + (rb"(?P<drawn>)" if home is not None else b"")
    drawing = rb"(?&closed)(?:(?&shapes)(?:" + drawn + rb")?+){0,%d}+" % _USES
    end = rb"(?:>|" + ATTRIBUTES + rb">)"
    # The empty groups mark where the run last passed a certain kind of tag. One that is passed here and then
    # turns out to be loud, or cut off, is the next to be read, and says the same.
    cell = one_of(TABLE_CELLS) + NAME_END
    table = one_of((b"table",)) + NAME_END
    part = one_of(TABLE_PARTS - TABLE_CELLS - {b"col"}) + NAME_END
    named = any_of(
        rb"a" + NAME_END + rb"(?P<anchor>)",
        _COMMON_TAG,
        rb"(?=[cCtT])" + any_of(cell + rb"(?P<cell>)", any_of(table, part) + rb"(?P<table>)"),
    )
    other = rb"(?!" + any_of(_LOUD_TAG, rb"[aA]" + NAME_END) + rb")" + TAG_NAME
    start_tag = any_of(
        named + _QUIET_ATTRIBUTES,
        _INERT_LINK,
        _LOADING_TAG + _loading_attributes(home),
        other + _QUIET_ATTRIBUTES,
        _empty_script(home),
        rb"svg(?&harmless)" + _END + drawing + rb"[^<]*+</svg>",
    )
    end_tag = any_of(
        rb"a>(?P<anchor_end>)",
        _COMMON_TAG + rb">",
        rb"(?=[cCtT])" + any_of(table + rb"(?P<table_end>)", any_of(cell, part) + rb"(?P<cell_end>)") + end,
        rb"(?!" + _LOUD_END + rb")" + TAG_NAME + end,
    )
    tag = rb"<(?:/" + end_tag + rb"|" + start_tag + rb")"
    return Run(rb"(?:[^<]*+(?:" + tag + rb"|" + MARKUP_BUT_NO_TAG + rb"))*+[^<]*+", pieces)


def _head(home: OwnHosts | None, pieces: Mapping[str, bytes]) -> Run:
    named = one_of((b"link", b"meta")) + _loading_attributes(home)
    tag = rb"<" + any_of(_INERT_LINK, named, _empty_script(home))
    items = any_of(SPACE + rb"++", tag, COMMENT, DECLARATION, BOGUS_COMMENT)
    return Run(rb"(?:" + items + rb")*+", pieces)


QUIET = _quiet(None)
"""What is quiet in any page."""

QUIET_AT_HOME = _quiet(OwnHosts(frozenset(), ()))
"""What is quiet in a page whose relative URLs all lead to where anything may be loaded from."""

_MOST_HOMES = 48
_LONGEST_HOME = 1024


def _quiet_with_names(home: OwnHosts) -> Quiet:
    """Milliseconds and half a MiB under PCRE2. Under `re` it takes a hundred times as long: there, and for a
    site with more names than fit, absolute URLs are looked at one by one."""
    if not QUIET.page.is_fast or sum(map(len, (*home.exact, *home.endings))) > _LONGEST_HOME:
        return QUIET_AT_HOME
    quiet = _quiet(home)
    return quiet if quiet.page.is_fast and quiet.head.is_fast else QUIET_AT_HOME


_HOMES = MostAsked(_quiet_with_names, _MOST_HOMES)


def quiet_at(home: OwnHosts) -> Quiet:
    """The same in such a page, where anything may be loaded from `home`, if that is one of the sites that are
    asked for most."""
    return _HOMES.get(home) or QUIET_AT_HOME


QUIET_FOREIGN = Run(
    rb"(?:"
    + any_of(
        NOT_A_TAG,
        rb"<" + _CLOSED_SHAPE,
        rb"<(?P<shape>" + _SHAPE + rb")(?&harmless)" + _END + rb"(?<!/>)</(?P=shape)>",
    )
    + rb")*+",
    _PIECES,
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
