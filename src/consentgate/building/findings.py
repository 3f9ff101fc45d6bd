"""The findings of a build in the files of a site: what was removed, and what stays but is stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

What = Literal["removed", "left-out", "stopped", "unclear", "worker", "skipped"]
"""The kind of a finding. Markup was `removed` from a page. A file was `left-out`. An address in a style sheet
is `stopped` by the Content-Security-Policy of the pages. Markup was `unclear`, so that some was removed or
only a part of it was judged. A `worker` has no page whose policy counts. A link or a special file was
`skipped`."""

GOING: frozenset[What] = frozenset(("removed", "left-out", "stopped"))
"""The kinds of what contacts others, or may do so."""


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was found in a file, on its `line` (0 where it has none).

    `kind` is as in `Blocked`, and `url` is what would have been loaded. `service` is the id of the service it
    belongs to, "" where nobody knows one, and `name` is that service's name for people. `host` is where `url`
    leads. `why` says in words what the other fields cannot say.
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
"""The kinds of findings in words."""
