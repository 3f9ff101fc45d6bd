"""The limits of what is judged: markup beyond them is not read to its end, or is removed unread."""

from __future__ import annotations

from enum import Enum


class Limit(Enum):
    """A limit: what happens to markup that reaches it, in words, and what a site can do about it."""

    LONG_TAG = (
        "a start tag longer than 8 MiB, or with more than 32,768 attributes, was dropped",
        "serve what its attributes hold as a file of its own",
    )
    NOT_INSERTED = (
        "the page got neither banner nor snippet, since a start tag near its beginning is longer than 8 MiB, "
        "or has more than 32,768 attributes",
        "serve what its attributes hold as a file of its own",
    )
    LONG_TEXT = (
        "of a script or style sheet only the first MiB was judged",
        "serve it as a file of its own",
    )
    FAR_END = (
        "an element was to go but its end is too far away: it lost the attributes that load, and stayed",
        "close it, or put less into it",
    )
    DEEP = (
        "a document in an attribute was blocked unread, since it stands within eight others",
        "nest fewer of them",
    )
    DEEP_CODE = (
        "a style sheet or script in a data: URL was blocked unread, since it stands within eight others",
        "nest fewer of them",
    )
    DEEP_TREE = (
        "what is open in svg or math, or of templates, is more than 256 deep, or has a name of more than 256 "
        "characters: from there on all counts that browsers might load",
        "nest fewer of them, under shorter names",
    )
    RULES = (
        "an import map, speculation rules or a web bundle's rules went, since they could not be read to "
        "their end, or are no plain JSON",
        "write them as JSON.stringify does, keep them under 1 MiB and nest them less",
    )
    LONG_HOST = (
        "a URL counts as nobody's, since its host is written in more than 4,096 characters",
        "write it in fewer: no name has more than 253",
    )
    AMBIGUOUS = (
        "a start tag was dropped because browsers may read what follows it in two ways",
        "close every element inside svg, math, select and noscript, and use no frameset",
    )
    BASE = (
        "a base element was dropped: browsers may differ on what it counts for, or its URL is over 4 KiB",
        "put one with a short URL before all else in the head",
    )

    @property
    def what(self) -> str:
        """What became of the markup."""
        return str(self.value[0])

    @property
    def advice(self) -> str:
        """What to do about it."""
        return str(self.value[1])
