"""The comment at the end of a page that says what was blocked in it, for those who make the site."""

from __future__ import annotations

import json

from consentgate.gate.log.explanations import Explanations
from consentgate.gate.request.visit import Visit
from consentgate.policy import Claim

MOST = 500
"""The most things in one comment."""


class BlockedComment:
    """Collects what was blocked in the page that is shown on a `visit`."""

    def __init__(self, visit: Visit) -> None:
        self._explanations = Explanations(visit.judge.policy, visit.page)
        self._things: dict[str, None] = {}

    def add(self, claim: Claim, url: str, kind: str, words: str) -> None:
        """Add something on which there is a `claim`, which would have loaded `url` and stands where `words`
        say."""
        if len(self._things) < MOST:
            where = url or words
            self._things[json.dumps(self._explanations.markup(claim, url, kind, where))] = None

    def text(self) -> bytes:
        """Return the comment, b"" where nothing was blocked.

        What could end a comment is escaped, as texts in JSON can be.
        """
        if not self._things:
            return b""
        text = f"[{','.join(self._things)}]"
        for character in "-<>":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return b"<!--consentgate %b-->" % text.encode("ascii")
