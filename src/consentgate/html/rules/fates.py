"""The fates of elements: one stays, goes as a whole, or loses just its start tag."""

from __future__ import annotations

from collections.abc import Sequence

from consentgate.html.tokenizer.tags import Tag
from consentgate.html.values.refresh import refresh_url

from .hidden import is_hidden
from .judgement import Judgement
from .loading_markup import ELEMENTS
from .verdict import NO_EFFECTS, STAYS, Edit, Effects, Fate, Verdict
from .violation import NOBODY, Violation

_BOXED = frozenset((b"iframe", b"object", b"embed", b"video", b"audio", b"portal", b"fencedframe"))


def stay(edits: Sequence[Edit], judgement: Judgement) -> Verdict:
    """Let an element stay but for these edits."""
    effects = judgement.effects
    return Verdict(Fate.STAYS, None, None, edits, effects) if edits or effects != NO_EFFECTS else STAYS


def remove(
    tag: Tag, end: int, violation: Violation, effects: Effects = NO_EFFECTS, *, opens_text: bool = False
) -> Verdict:
    """Remove the element that `tag` opens, up to `end`. With `opens_text` its text after that goes, too."""
    shows = may_show(tag, violation.kind)
    leads_to = "" if shows else _refreshes_to(tag)
    return Verdict(Fate.GOES, end, violation, (), effects, opens_text, shows, leads_to=leads_to)


def may_be_frame(tag: Tag, kind: str) -> bool:
    """Say whether the element that `tag` opens, one of this kind, is a frame that shows a placeholder, or
    gives way to one: it has a box of its own."""
    if not may_show(tag, kind):
        return False
    return tag.name in _BOXED or (kind == "widget" and b"-" in tag.name)


def remove_or_frame(
    tag: Tag, end: int, violation: Violation, edits: Sequence[Edit], effects: Effects
) -> Verdict:
    """Remove an element up to `end`; or let it be a frame, with its attributes but for these `edits`, where
    that can show a placeholder."""
    return Verdict(Fate.GOES, end, violation, edits, effects, shows=True, frames=True)


def lose_tag(tag: Tag, kind: str, url: str, effects: Effects) -> Verdict:
    """Remove a start tag that is not understood: what comes after it stays."""
    return Verdict(Fate.LOSES_TAG, tag.end, Violation(NOBODY, url, kind), effects=effects)


def may_show(tag: Tag, kind: str) -> bool:
    """Say whether the element that `tag` opens, one of this kind, may leave a placeholder."""
    element = ELEMENTS.get(tag.name)
    visible = element is None or element.visible or (kind == "widget" and tag.name == b"script")
    if tag.name == b"audio" and b"controls" not in tag.raw:
        return False
    return visible and not is_hidden(tag)


def _refreshes_to(tag: Tag) -> str:
    """Return the URL to which a refresh would lead the visitor; "" for anything else."""
    if tag.name != b"meta" or (tag.get(b"http-equiv") or "").lower() != "refresh":
        return ""
    return refresh_url(tag.get(b"content") or "") or ""
