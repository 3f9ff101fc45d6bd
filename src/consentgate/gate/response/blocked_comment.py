"""The comment at the end of a page that lists what was blocked in it, for the site's developers."""

from __future__ import annotations

import json

from consentgate.gate.log.explanations import Explanations
from consentgate.gate.request.visit import Visit
from consentgate.policy import Claim

MOST = 500
"""The most entries in one comment."""


class BlockedComment:
    """Collects what was blocked in the page that is shown on a `visit`."""

    def __init__(self, visit: Visit) -> None:
        self._explanations = Explanations(visit.judge.policy, visit.page)
        self._entries: dict[str, None] = {}

    def add(self, claim: Claim, url: str, kind: str, place: str) -> None:
        """Add markup of this `kind` that was blocked because of a `claim`. It would have loaded `url` ("" for
        none), and stands at the `place` in the page ("line 7")."""
        if len(self._entries) < MOST:
            where = url or place
            self._entries[json.dumps(self._explanations.markup(claim, url, kind, where))] = None

    def text(self) -> bytes:
        """Return the comment, b"" where nothing was blocked.

        Characters that could end an HTML comment are written as JSON's escapes.
        """
        if not self._entries:
            return b""
        text = f"[{','.join(self._entries)}]"
        for character in "-<>":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return b"<!--consentgate %b-->" % text.encode("ascii")
