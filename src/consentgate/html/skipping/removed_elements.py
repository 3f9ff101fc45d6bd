"""Remembers removed elements by their exact bytes, so that a repeat needs no second verdict.

The pages of a site have the same third-party elements in them. To remember changes no result: only elements
that go are remembered, only for visitors who have granted nothing, together with everything that the verdict
depends on, and only where the verdict had no effects. Whoever fills the memory with elements that never come
again makes the gate slower, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from consentgate.consent import Judge
from consentgate.html.rules.verdict import Fate, Verdict
from consentgate.policy.claims.claims import Claims

_MOST_MET = 4 << 10
"""The most start tags that are remembered to have been met, under one policy."""
_MOST_OF_A_TAG = 8
"""The most elements with the same start tag that are remembered."""
_LARGEST = 4 << 10
"""The most bytes of an element that is remembered."""
_ROOM = 2 << 20
"""The most bytes of all remembered elements, under one policy."""
_ROOM_OF_ONE_OF_MANY = _ROOM // 16
"""The same where an application has many policies."""
_OVERHEAD = 256
"""The bytes that Python needs for each element and each edit, beside its text."""
_LONGEST_SCOPE = 512
"""The most characters of the host and path that an element is remembered for."""

# The verdicts on these depend on what came before them.
_NOT_KEPT = (b"base", b"meta")

_Where: TypeAlias = tuple[object, ...]
"""Everything that a verdict depends on, but for the element's bytes and how deep its document is nested."""


class Removed(NamedTuple):
    """An element that stood at `start` of some data: the `rest` of its bytes after the start tag, and the
    verdict on it, which counts places in that data."""

    rest: bytes
    start: int
    verdict: Verdict


class _Memory:
    """The elements that are remembered under one policy, their `size` in bytes, and the hashes of the start
    tags that were met."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.met: set[int] = set()
        self.removed: dict[tuple[_Where, bytes], tuple[Removed, ...]] = {}
        self.size = 0


_memories: WeakKeyDictionary[Claims, _Memory] = WeakKeyDictionary()


class RemovedElements:
    """The elements that were removed from documents in the same place: `where`, and nested in as many other
    documents. They count only in plain HTML whose relative URLs lead to the site, while no search for an end
    tag was in vain."""

    def __init__(self, memory: _Memory | None, where: _Where, nested: int) -> None:
        self._memory = memory
        self._where = where
        self._place = (*where, nested)

    @classmethod
    def for_documents(
        cls, judge: Judge, charset: str, nested: int, *, has_links: bool = False
    ) -> RemovedElements:
        """Return the memory for documents in this `charset` that `judge` decides about. With `has_links` more
        is removed from a document: share links take its place."""
        scope, claims = judge.scope, judge.policy.claims
        # Clients can make up any number of long hosts and paths.
        if judge.consent.is_open or sum(map(len, scope)) > _LONGEST_SCOPE:
            return cls(None, (), nested)
        memory = _memories.get(claims)
        if memory is None:
            room = _ROOM if judge.policy.among is None else _ROOM_OF_ONE_OF_MANY
            memory = _memories.setdefault(claims, _Memory(room))
        return cls(memory, (*scope, charset, has_links), nested)

    def within(self, nested: int) -> RemovedElements:
        """Return the memory for documents that are nested in this many others, otherwise in the same
        place."""
        return RemovedElements(self._memory, self._where, nested)

    def with_tag(self, tag: re.Match[bytes]) -> tuple[Removed, ...] | None:
        """Return the removed elements with this start tag (a match of START_TAG); None where the tag is met
        for the first time. Most tags never come again, so only their hash is remembered."""
        memory = self._memory
        if memory is None:
            return None
        key = self._place, tag[0]
        known = memory.removed.get(key)
        if known is not None:
            return known
        met, hashed = memory.met, hash(key)
        if hashed in met:
            return ()
        if len(met) >= _MOST_MET:
            met.clear()
        met.add(hashed)
        return None

    def remember(self, tag: re.Match[bytes], verdict: Verdict, *, final: bool) -> None:
        """Remember the verdict on an element that goes, or on a picture that loses its address, if the
        verdict has no effects. With `final` the document ends where the data does."""
        name, (start, tag_end) = tag["name"].lower(), tag.span()
        if verdict.opens_text or any(verdict.effects) or name in _NOT_KEPT:
            return
        loses_address = verdict.fate is Fate.STAYS and name == b"img" and verdict.edits
        if not (verdict.fate is Fate.GOES or loses_address):
            return
        rest = tag.string[tag_end : verdict.end] if verdict.end is not None else b""
        if final and rest and verdict.end == len(tag.string):
            return  # An end tag that the document's end cuts off would go on in a longer one.
        self._keep(tag[0], Removed(rest, start, verdict))

    def _keep(self, tag: bytes, removed: Removed) -> None:
        memory, key = self._memory, (self._place, tag)
        size = len(tag) + len(removed.rest)
        if memory is None or size > _LARGEST:
            return
        if memory.size > memory.room:
            memory.removed.clear()
            memory.size = 0
        memory.size += size + _OVERHEAD * (1 + len(removed.verdict.edits))
        others = memory.removed.get(key, ())
        memory.removed[key] = (removed, *others[: _MOST_OF_A_TAG - 1])


def recall(known: Iterable[Removed], tag: re.Match[bytes]) -> Removed | None:
    """Return the one of the `known` elements that this start tag opens, if it is one of them."""
    data, tag_end = tag.string, tag.end()
    for removed in known:
        if data.startswith(removed.rest, tag_end):
            return removed
    return None
