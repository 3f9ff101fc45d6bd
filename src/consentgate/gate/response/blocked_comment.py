"""The comment at the end of a page that says what was blocked in it, for those who make the site."""

from __future__ import annotations

import json
from typing import NamedTuple

from consentgate.gate.log.proposals import Proposals
from consentgate.gate.request.visit import Visit
from consentgate.policy import Claim
from consentgate.web.url import resolve

MOST = 500
"""The most lines in one comment."""


class BlockedThing(NamedTuple):
    """Something that was blocked, as static/overlay reads it: its `kind`, `where` it would have led ("" for
    what names no URL), `whose` it is, the category that opens it ("" where none does), and the lines that
    would `declare` it, "" where the policy does."""

    kind: str
    where: str
    whose: str
    category: str
    declare: str


class BlockedComment:
    """Collects what was blocked in the page that is shown on a `visit`."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._proposals = Proposals(visit.judge.policy)
        self._things: dict[BlockedThing, None] = {}

    def add(self, claim: Claim, url: str, kind: str) -> None:
        """Add something on which there is a `claim`, and which would have loaded `url`."""
        if len(self._things) < MOST:
            category = claim.category if claim.unit and claim.category else ""
            thing = BlockedThing(kind, url, claim.name, category, self._declaration(claim, url))
            self._things[thing] = None

    def text(self) -> bytes:
        """Return the comment, b"" where nothing was blocked.

        What could end a comment is escaped, as texts in JSON can be.
        """
        if not self._things:
            return b""
        text = json.dumps([*self._things])
        for character in "-<>":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return b"<!--consentgate %b-->" % text.encode("ascii")

    def _declaration(self, claim: Claim, url: str) -> str:
        if claim.declared:
            return ""
        host = resolve(url, self._visit.page).host if url else ""
        if host:
            return self._proposals.host(host, claim, url, self._visit.host)
        return self._proposals.service(claim)
