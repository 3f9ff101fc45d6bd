"""Filters the `Link` header (RFC 8288), which loads as `<link>` does.

It is read in its plain form only: printable ASCII, each parameter once, quotes that end and hold no escapes.
Chromium and Firefox differ on every other form: each sees links where the other sees none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from consentgate.html.rules.loading_markup import INERT_RELATIONS
from consentgate.html.values.srcset import image_candidates

_URL = r"<[!#-;=?-\[\]^-~]*+>"
# Without the apostrophe, which is a quote to Firefox, and without the asterisk of extended parameters (RFC
# 8187), some of which count.
_NAME = r"[!#$%&+.^_`|~0-9A-Za-z-]++"
_BARE = r"[!#$%&*+.^_`|~0-9A-Za-z/:-]++"
# Text for people may be in any language: nothing reads it.
_QUOTED = r'"[ !#-\[\]-~\x80-\xff]*+"'
_PARAMETER = rf" *+; *+{_NAME}(?:=(?:{_QUOTED}|{_BARE}))?+"
_LINK = re.compile(rf" *+(?P<link>{_URL}(?:{_PARAMETER})*+) *+(?:,|\Z)")
_PARTS = re.compile(rf"; *+([^ ;=\"]++)(?:=(?:\"([^\"]*+)\"|({_BARE})))?+")


class AmbiguousLink(ValueError):
    """Says that a header is not in a form which all browsers read alike."""


def filter_links(value: str, pass_all: Callable[[Iterable[str]], bool]) -> str | None:
    """Return the header `value` without the links that load from URLs which do not all pass; None where none
    is left. Raises AmbiguousLink where it is not plain in every respect."""
    kept: list[str] = []
    complete = True
    for link in _members(value):
        if pass_all(_loaded_by(link)):
            kept.append(link)
        else:
            complete = False
    return value if complete else ", ".join(kept) or None


def _members(value: str) -> list[str]:
    """Return the links in the header. Raises AmbiguousLink."""
    found: list[str] = []
    at = 0
    while at < len(value):
        match = _LINK.match(value, at)
        if match is None or (match.end() == len(value) and value.endswith(",")):
            raise AmbiguousLink(value)
        found.append(match["link"])
        at = match.end()
    return found


def _loaded_by(link: str) -> tuple[str, ...]:
    """Return the URLs that browsers load because of a `link`. Raises AmbiguousLink."""
    url, _, rest = link[1:].partition(">")
    parameters: dict[str, str] = {}
    for match in _PARTS.finditer(rest):
        name = match[1].lower()
        if name in parameters:
            raise AmbiguousLink(link)
        parameters[name] = match[2] or match[3] or ""
    relations = frozenset(parameters.get("rel", "").lower().split())
    if "rel" in parameters and not relations:
        raise AmbiguousLink(link)
    if relations <= INERT_RELATIONS:
        return ()
    return (url, *image_candidates(parameters.get("imagesrcset", "")))
