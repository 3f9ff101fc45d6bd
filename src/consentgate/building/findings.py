"""What a build finds in the files of a site: what went, and what goes on being there but is stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

What = Literal["removed", "left-out", "stopped", "unclear", "worker", "skipped"]
"""What became of it: markup was `removed` from a page; a file was `left-out`; what a style sheet names is
`stopped` by the Content-Security-Policy of the pages; markup was `unclear`, so that some went or only a part
of it was judged; a `worker` has no page whose policy counts; a link or a special file was `skipped`."""

GOING: frozenset[What] = frozenset(("removed", "left-out", "stopped"))
"""What makes a site contact others, or may make it."""


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was found in a file, on its `line` (0 where it has none).

    `kind` is that of `Blocked`, and `url` what would have been loaded. `service` is the id of the one it
    belongs to, "" where nobody knows it, and `name` what people call it. `host` is the one that `url` leads
    to. `why` says in words what cannot be said by the rest.
    """

    what: What
    kind: str = ""
    url: str = ""
    host: str = ""
    service: str = ""
    name: str = ""
    line: int = 0
    why: str = ""


WORDS: Mapping[What, str] = {
    "removed": "taken out",
    "left-out": "left out",
    "stopped": "stopped by the page's policy",
    "unclear": "not clear",
    "worker": "a worker",
    "skipped": "skipped",
}
"""What became of it, for people."""
