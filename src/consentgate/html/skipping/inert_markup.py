"""Skips inert markup, from which browsers load nothing: text, comments, and harmless tags.

Most of a page is inert. One pattern skips any length of it in one go. It stops at markup that a rule has to
judge, or that the end of the input cuts off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import NamedTuple

from consentgate.catalogue import catalogue
from consentgate.html.matching.patterns import any_of, in_any_case, one_of
from consentgate.html.matching.run import Run
from consentgate.html.rules.loading_markup import ANYWHERE, ELEMENTS, INERT_RELATIONS, Reads
from consentgate.html.rules.widgets import (
    WIDGET_ATTRIBUTE,
    WIDGET_CLASS,
    WIDGET_ID,
    WIDGET_TAG,
    WIDGET_VALUE,
)
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
    NOT_TAGS,
    SPACE,
    TAG_NAME,
    VALUE,
)
from consentgate.html.tokenizer.open_elements import PASSED_TAGS, OpenElements
from consentgate.policy import OwnHosts

from .first_party_urls import own_attributes, own_pieces
from .pattern_cache import LfuCache

# -- attributes ------------------------------------------------------------------------------------------


def _no_widget(widgets: bytes) -> bytes:
    return rb"(?!" + widgets + rb"(?=[\t\n\f\r \"'>]))[^\t\n\f\r \"'&>]++"


# A class is inert when none of its words is a widget's, and so is an id. One with a character reference is
# left to the rules.
_INERT_ID = _no_widget(WIDGET_ID)
_INERT_WORD = _no_widget(rb"(?&widget_class)")
_INERT_WORDS = SPACE + rb"*+(?:" + _INERT_WORD + SPACE + rb"*+)*+"

# A style can name a URL only in url(), src(), image() and image-set(), or with escapes and references. A
# function whose name ends in another letter than those four is inert, rgba() and var() among them.
_STYLES = {name.encode() for name, attribute in ANYWHERE.items() if attribute.reads is Reads.CSS}
_INERT_STYLE = rb"(?:[^\"'(\\&]++|(?<=[abdnrxyzABDNRXYZ])\()*+"

# These attributes as most pages write them, and below in every other way.
_COMMON = (
    rb"class=\"" + _INERT_WORDS + rb"\"",
    rb"id=\"" + _INERT_ID + rb"\"",
    *(name + rb"=\"" + _INERT_STYLE + rb"\"" for name in (b"style", b"fill", b"stroke")),
)
_HARMLESS = (
    *(b"href", b"title", b"rel", b"type", b"name", b"alt", b"content", b"property", b"width", b"height"),
    *(b"media", b"sizes", b"value", b"target"),
)
_UNCOMMON = (
    in_any_case(b"class") + EQUALS + any_of(rb"\"" + _INERT_WORDS + rb"\"", rb"'" + _INERT_WORDS + rb"'"),
    in_any_case(b"class") + EQUALS + _INERT_WORD + rb"(?=[\t\n\f\r >])",
    in_any_case(b"id") + EQUALS + any_of(rb"\"" + _INERT_ID + rb"\"", rb"'" + _INERT_ID + rb"'"),
    in_any_case(b"id") + EQUALS + _INERT_ID + rb"(?=[\t\n\f\r >])",
    one_of(_STYLES) + EQUALS + any_of(rb"\"" + _INERT_STYLE + rb"\"", rb"'" + _INERT_STYLE + rb"'"),
)

_ACTIVE_ANYWHERE = {b"class", b"id", *(name.encode() for name in ANYWHERE)}
_GIVE_AWAY = {name.encode() for name in catalogue().script_attributes()}
_LOADING = {name.encode() for element in ELEMENTS.values() for name in element.attributes}


def _attributes(*inert: bytes, active: Set[bytes]) -> bytes:
    """Return a pattern for the inert attributes of a tag: those whose name is not in `active`, those that
    match one of the patterns `inert`, and inert classes, ids and styles. The bytes before the first one also
    end the tag's name."""
    names = any_of(one_of(active), WIDGET_ATTRIBUTE, WIDGET_VALUE) + rb"(?=[\t\n\f\r />=])"
    # The attributes of widgets all begin with `data-`.
    letters = {b"d", *(name[:1] for name in active)}
    first = b"".join(sorted(letters | {letter.upper() for letter in letters}))
    rest = rb"[^\t\n\f\r />=]*+(?:=\"[^\"]*+\"|" + EQUALS + VALUE + rb")?+"
    others = (
        rb"[^" + first + rb"\t\n\f\r />]" + rest,
        rb"(?!" + names + rb")[^\t\n\f\r />]" + rest,
    )
    harmless = (name + rb"=\"[^\"]*+\"" for name in _HARMLESS if name not in active)
    one = any_of(*_COMMON, *harmless, *inert, *others, rb"(?&uncommon)")
    return rb"(?:[\t\n\f\r /]++" + one + rb")*+"


_END = BETWEEN_ATTRIBUTES + rb">"
_HARMLESS_ATTRIBUTES = _attributes(active=_ACTIVE_ANYWHERE)
_INERT_ATTRIBUTES = _HARMLESS_ATTRIBUTES + _END

# -- tags ------------------------------------------------------------------------------------------------

# A canonical link loads nothing, but share links need to know the page's address: the walker reads it.
_NOT_CANONICAL = rb"(?!(?:[^cC>]++|[cC](?!" + in_any_case(b"anonical") + rb"))*+[cC])"
_LINK_TAG = in_any_case(b"link") + _NOT_CANONICAL
# The tags that load something by their own nature, without those of raw text elements.
_LOADING_TAG = any_of(
    _LINK_TAG, one_of({*ELEMENTS} - RAW_TEXT_ELEMENTS - STRUCTURE - {b"base", b"link", b"param"})
)
_ACTIVE_TAG = any_of(one_of({*ELEMENTS} | STRUCTURE), WIDGET_TAG) + NAME_END

# The commonest names come first, because that is fast.
_COMMON_TAG = (
    rb"(?:div|span|li|p|ul|br|h[1-6]|strong|i|b|em|sup|label|option"
    rb"|article|aside|cite|code|figure|footer|header|main|nav|ol|section|small|time)"
)

# The end tags that change how the bytes after them are read.
_ACTIVE_END = one_of(DOCUMENT_TAGS | FOREIGN_ROOTS | {b"a", b"template", b"select", b"picture"}) + NAME_END

# A link that only names something, and says so in each `rel` that it has.
_INERT_RELATION = any_of(*(re.escape(name.encode()) for name in sorted(INERT_RELATIONS, reverse=True)))
_INERT_LINK = (
    rb"link"
    + _NOT_CANONICAL
    + _attributes(rb"rel=\"(?:" + _INERT_RELATION + rb"(?: |(?=\")))++\"", active=_ACTIVE_ANYWHERE | {b"rel"})
    + _END
)


def _own(home: OwnHosts | None, names: Set[bytes], mark: bytes = b"") -> tuple[bytes, ...]:
    return own_attributes(home, names, mark) if home is not None else ()


def _loading_attributes(home: OwnHosts | None) -> bytes:
    """Return a pattern for the attributes of a tag that loads by its own nature."""
    inert = _own(home, _LOADING, rb"(?P<loaded>)")
    return _attributes(*inert, active=_LOADING | _ACTIVE_ANYWHERE | {b"http-equiv"}) + _END


def _empty_script(home: OwnHosts | None) -> bytes:
    """Return a pattern for a script without text in it."""
    inert = rb"type=[\"']text/javascript[\"']", *_own(home, _LOADING, rb"(?P<run>)")
    attributes = _attributes(*inert, active=_LOADING | _ACTIVE_ANYWHERE | {b"type"} | _GIVE_AWAY)
    return rb"script" + attributes + _END + rb"</script>"


# Shapes load nothing, and have no children that do.
_SHAPE = rb"(?:path|circle|ellipse|g|line|polyline|polygon|rect|stop)"
_CLOSED_SHAPE = _SHAPE + rb"(?&harmless)" + SPACE + rb"*+/>"
_OPEN_SHAPE = _SHAPE + rb"(?&harmless)" + _END
_IN_DRAWING = rb"[^<]*+<"

# `foreign_content` follows open elements to a certain depth, beyond which everything is in doubt. A drawing
# that is skipped must stay below that depth.
_USES, _SHAPES_AT_A_TIME = 17, 14
assert _USES * (1 + _SHAPES_AT_A_TIME) < DEEPEST

_PIECES = {
    "widget_class": WIDGET_CLASS,
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
"""The pieces that the patterns below call more than once. Written out they would be too large for PCRE2."""


class Inert(NamedTuple):
    """The runs of inert markup: anywhere in a `page`, and in its `head`, of what does not begin a body."""

    page: Run
    head: Run


BY_BASE = slice(1 + len(PASSED_TAGS), None)
"""The groups of `page` that match where a relative URL is loaded. The groups before them are PASSED_TAGS."""
BY_BASE_IN_HEAD = slice(1, None)
"""The groups of `head` that match where a relative URL is loaded."""


def _inert_at(home: OwnHosts | None) -> Inert:
    """Return the runs for a page in which all relative URLs, and all absolute URLs that lead to `home`, may
    be loaded. With None each URL has to be judged."""
    pieces = _PIECES | own_pieces(home) if home is not None else _PIECES
    inert = Inert(_page(home, pieces), _head(home, pieces))
    assert inert.page.groups[: len(PASSED_TAGS)] == PASSED_TAGS
    return inert


def _page(home: OwnHosts | None, pieces: Mapping[str, bytes]) -> Run:
    loading = {name.encode() for name in ELEMENTS[b"use"].attributes}
    use = rb"use" + _attributes(*_own(home, loading), active=_ACTIVE_ANYWHERE | loading) + _END
    pieces = {**pieces, "use": _IN_DRAWING + use}
    drawn = rb"(?&use)(?&closed)" + (rb"(?P<drawn>)" if home is not None else b"")
    drawing = rb"(?&closed)(?:(?&shapes)(?:" + drawn + rb")?+){0,%d}+" % _USES
    end = rb"(?:>|" + ATTRIBUTES + rb">)"
    # The empty groups mark where the run last passed a certain kind of tag. A tag whose group matched may
    # then turn out to be active, or cut off: the walker reads it next, and follows it the same way.
    cell = one_of(TABLE_CELLS) + NAME_END
    table = one_of((b"table",)) + NAME_END
    part = one_of(TABLE_PARTS - TABLE_CELLS - {b"col"}) + NAME_END
    named = any_of(
        rb"a" + NAME_END + rb"(?P<anchor>)",
        _COMMON_TAG,
        rb"(?=[cCtT])" + any_of(cell + rb"(?P<cell>)", any_of(table, part) + rb"(?P<table>)"),
    )
    other = rb"(?!" + any_of(_ACTIVE_TAG, rb"[aA]" + NAME_END) + rb")" + TAG_NAME
    start_tag = any_of(
        named + _INERT_ATTRIBUTES,
        _INERT_LINK,
        _LOADING_TAG + _loading_attributes(home),
        other + _INERT_ATTRIBUTES,
        _empty_script(home),
        rb"svg(?&harmless)" + _END + drawing + rb"[^<]*+</svg>",
    )
    end_tag = any_of(
        rb"a>(?P<anchor_end>)",
        _COMMON_TAG + rb">",
        rb"(?=[cCtT])" + any_of(table + rb"(?P<table_end>)", any_of(cell, part) + rb"(?P<cell_end>)") + end,
        rb"(?!" + _ACTIVE_END + rb")" + TAG_NAME + end,
    )
    tag = rb"<(?:/" + end_tag + rb"|" + start_tag + rb")"
    return Run(rb"(?:[^<]*+(?:" + tag + rb"|" + MARKUP_BUT_NO_TAG + rb"))*+[^<]*+", pieces)


def _head(home: OwnHosts | None, pieces: Mapping[str, bytes]) -> Run:
    named = any_of(_LINK_TAG, one_of((b"meta",))) + _loading_attributes(home)
    tag = rb"<" + any_of(_INERT_LINK, named, _empty_script(home))
    items = any_of(SPACE + rb"++", tag, COMMENT, DECLARATION, BOGUS_COMMENT)
    return Run(rb"(?:" + items + rb")*+", pieces)


INERT = _inert_at(None)
"""The runs for any page."""

INERT_AT_HOME = _inert_at(OwnHosts(frozenset(), ()))
"""The runs for a page whose relative URLs all lead to a host that everything may be loaded from."""

_MOST_HOMES = 48
"""The most sites whose runs with the names of hosts are kept."""
_LONGEST_HOME = 1024
"""The most characters of a site's host names that go into a pattern."""


def _inert_with_names(home: OwnHosts) -> Inert:
    """Build the runs for a page whose absolute URLs on the site's own hosts are inert, too.

    That takes milliseconds and half a MiB under PCRE2, and a hundred times as long under `re`. There, and for
    a site with too many names, absolute URLs are judged one by one.
    """
    if not INERT.page.is_fast or sum(map(len, (*home.exact, *home.endings))) > _LONGEST_HOME:
        return INERT_AT_HOME
    inert = _inert_at(home)
    return inert if inert.page.is_fast and inert.head.is_fast else INERT_AT_HOME


_HOMES = LfuCache(_inert_with_names, _MOST_HOMES)


def inert_at(home: OwnHosts) -> Inert:
    """Return the runs for a page whose relative URLs lead to `home`. Absolute URLs that lead there are inert
    too, if this is one of the most requested sites."""
    return _HOMES.get(home) or INERT_AT_HOME


INERT_FOREIGN = Run(
    rb"(?:"
    + any_of(
        NOT_A_TAG,
        rb"<" + _CLOSED_SHAPE,
        rb"<(?P<shape>" + _SHAPE + rb")(?&harmless)" + _END + rb"(?<!/>)</(?P=shape)>",
    )
    + rb")*+",
    _PIECES,
)
"""The run in SVG and MathML: shapes that are closed at once. The walker has to see every other end tag, since
it may close an element that the walker follows."""


class InertMarkup:
    """Skips inert markup in one document. Every URL on the hosts `home` may be loaded. `base` is the host of
    the document's base URL."""

    def __init__(self, home: OwnHosts, base: str) -> None:
        self._home = home
        self.rebase(base)

    def rebase(self, base: str) -> None:
        """Take note that the base URL is on another host from here on."""
        self._page, self._head = inert_at(self._home) if base in self._home else INERT

    def skip(self, data: bytes, start: int, limit: int, open_elements: OpenElements) -> tuple[int, bool]:
        """Skip markup that loads nothing, or only from the site itself. Return where it ends, and whether it
        loads a relative URL."""
        foreign = open_elements.foreign
        if foreign.is_open:
            if foreign.is_foreign:
                return INERT_FOREIGN.match(data, start, limit)[0], False
            match = NOT_TAGS.match(data, start, limit)
            return match.end() if match else start, False
        ends = self._page.match(data, start, limit)
        if len(ends) == 1:
            return ends[0], False
        open_elements.pass_by(ends)
        return ends[0], _is_set(ends[BY_BASE])

    def skip_head(self, data: bytes, start: int, limit: int) -> tuple[int, bool]:
        """Skip inert markup that may stand in a head. Return what `skip` does."""
        ends = self._head.match(data, start, limit)
        return ends[0], _is_set(ends[BY_BASE_IN_HEAD])


def _is_set(marks: list[int]) -> bool:
    """Say whether one of these groups matched."""
    return bool(marks) and max(marks) >= 0
