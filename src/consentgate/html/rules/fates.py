"""The fates of elements: one stays, goes as a whole, or loses just its start tag."""

from __future__ import annotations

from collections.abc import Sequence

from consentgate.catalogue import ShareLink, catalogue
from consentgate.html.tokenizer.tags import Tag
from consentgate.html.values.refresh import refresh_url

from .hidden import is_hidden
from .judgement import Judgement
from .loading_markup import ELEMENTS
from .verdict import NO_EFFECTS, STAYS, Edit, Effects, Fate, Verdict
from .violation import NOBODY, Violation

_BOXED = frozenset((b"iframe", b"object", b"embed", b"video", b"audio", b"portal", b"fencedframe"))


def stay(edits: Sequence[Edit], judgement: Judgement) -> Verdict:
    """Let an element stay, with these edits."""
    effects = judgement.effects
    return Verdict(Fate.STAYS, None, None, edits, effects) if edits or effects != NO_EFFECTS else STAYS


def remove(
    tag: Tag,
    end: int,
    violation: Violation,
    effects: Effects = NO_EFFECTS,
    *,
    opens_text: bool = False,
    link: ShareLink | None = None,
) -> Verdict:
    """Remove the element that `tag` opens, up to `end`. With `opens_text` the raw text after that goes, too.
    A `link` replaces a social button."""
    shows = may_show(tag, violation)
    leads_to = "" if shows else _refresh_target(tag)
    if link is not None and is_hidden(tag):
        link = None
    return Verdict(Fate.GOES, end, violation, (), effects, opens_text, shows, leads_to=leads_to, link=link)


def may_be_frame(tag: Tag, violation: Violation) -> bool:
    """Say whether the element that `tag` opens may show its placeholder in a frame: itself one, or another in
    its place. It must have a box of its own."""
    has_box = tag.name in _BOXED or (violation.kind == "widget" and b"-" in tag.name)
    return has_box and may_show(tag, violation)


def remove_or_frame(end: int, violation: Violation, edits: Sequence[Edit], effects: Effects) -> Verdict:
    """Remove an element up to `end`, or where that can show a placeholder, let a frame with the element's
    attributes, after these `edits`, take its place."""
    return Verdict(Fate.GOES, end, violation, edits, effects, shows=True, frames=True)


def lose_tag(tag: Tag, kind: str, url: str, effects: Effects) -> Verdict:
    """Remove a start tag alone. What comes after it stays."""
    return Verdict(Fate.LOSES_TAG, tag.end, Violation(NOBODY, url, kind), effects=effects)


def may_show(tag: Tag, violation: Violation) -> bool:
    """Say whether the element that `tag` opens may leave a placeholder."""
    if catalogue().has_closed(violation.claim.service):
        # With consent it would show nothing either.
        return False
    if tag.name == b"script":
        return violation.kind == "widget" or _shows_in_place(violation)
    if tag.name == b"audio" and b"controls" not in tag.raw:
        # Without controls it is not displayed (WHATWG HTML, 15.4.1).
        return False
    element = ELEMENTS.get(tag.name)
    return (element is None or element.visible) and not is_hidden(tag)


def _shows_in_place(violation: Violation) -> bool:
    """Say whether a script that was blocked would have shown something where it stands."""
    service = violation.claim.service
    known = catalogue().service(service) if service is not None else None
    return known is not None and bool(known.shows) and known.shows == violation.kind


def _refresh_target(tag: Tag) -> str:
    """Return the URL to which a refresh would lead the visitor; "" for anything else."""
    if tag.name != b"meta" or (tag.get(b"http-equiv") or "").lower() != "refresh":
        return ""
    return refresh_url(tag.get(b"content") or "") or ""
