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


def stay(edits: Sequence[Edit], judgement: Judgement) -> Verdict:
    """Let an element stay but for these edits."""
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
    """Remove the element that `tag` opens, up to `end`. With `opens_text` its text after that goes, too. The
    `link` comes in the place of a social button."""
    shows = _may_show(tag, violation)
    leads_to = "" if shows else _refreshes_to(tag)
    if link is not None and is_hidden(tag):
        link = None
    return Verdict(Fate.GOES, end, violation, (), effects, opens_text, shows, leads_to, link)


def lose_tag(tag: Tag, kind: str, url: str, effects: Effects) -> Verdict:
    """Remove a start tag that is not understood: what comes after it stays."""
    return Verdict(Fate.LOSES_TAG, tag.end, Violation(NOBODY, url, kind), effects=effects)


def _may_show(tag: Tag, violation: Violation) -> bool:
    """Say whether the element that `tag` opens may leave a placeholder. Nothing would ever have come from a
    service that has closed."""
    element = ELEMENTS.get(tag.name)
    is_widget = violation.kind == "widget" and tag.name == b"script"
    visible = element is None or element.visible or is_widget
    return visible and not is_hidden(tag) and not catalogue().has_closed(violation.claim.service)


def _refreshes_to(tag: Tag) -> str:
    """Return the URL to which a refresh would lead the visitor; "" for anything else."""
    if tag.name != b"meta" or (tag.get(b"http-equiv") or "").lower() != "refresh":
        return ""
    return refresh_url(tag.get(b"content") or "") or ""
