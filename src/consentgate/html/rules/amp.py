"""Pages in AMP, whose own style sheet hides them until AMP's script shows them.

Without that script browsers show `amp-boilerplate` pages after eight seconds, and the others never
(https://amp.dev/documentation/guides-and-tutorials/learn/spec/amp-boilerplate/).
"""

from __future__ import annotations

from consentgate.html.tokenizer.tags import Tag

RUNTIME = ("cdn.ampproject.org", "/v0.js")
"""The host and path of AMP's script."""

_SIGNS = ("amp", "\u26a1", "\u26a1\ufe0f")
_FORMATS = ("", "4ads", "4email")
_MARKS = frozenset(f"{sign}{which}".encode() for sign in _SIGNS for which in _FORMATS)
_BOILERPLATES = frozenset(f"amp{which}-boilerplate".encode() for which in _FORMATS)


def is_amp(tag: Tag) -> bool:
    """Say whether an `html` tag declares the page to be AMP. AMP allows no script of ours, and no form
    without the script `amp-form`."""
    return tag.name == b"html" and not _MARKS.isdisjoint(tag.raw)


def is_boilerplate(tag: Tag) -> bool:
    """Say whether a `style` tag opens AMP's boilerplate, which hides the page until AMP's script has run."""
    return not _BOILERPLATES.isdisjoint(tag.raw)
