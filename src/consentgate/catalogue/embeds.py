"""Finds the page on which a visitor can see what a frame would have shown: the film, the map, the post."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

_LONGEST = 2 << 10
"""The longest address of a frame that is looked at, in characters."""


@dataclass(frozen=True, slots=True)
class EmbedPage:
    """The `page` for frames whose address, without its scheme, matches `frame`. Names in braces stand for the
    groups of these names. In `{path}` the escapes are decoded."""

    frame: re.Pattern[str]
    page: str


def page_of(embeds: Iterable[EmbedPage], url: str) -> str:
    """Return the address of the page for a frame at `url` (absolute); "" where none of `embeds` knows it."""
    address = url.partition("//")[2]
    if len(address) > _LONGEST:
        return ""
    for embed in embeds:
        match = embed.frame.match(address)
        if match is not None:
            groups = match.groupdict()
            if "path" in groups:
                groups["path"] = unquote(groups["path"])
            return embed.page.format(**groups)
    return ""
