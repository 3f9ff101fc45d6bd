"""Remembers removed elements by their exact bytes, so that a repeat needs no second verdict.

The pages of a site have the same third-party elements in them. A gate that has seen anything does with a page
what one does that has seen nothing: only what goes is remembered, only for visitors who have granted nothing,
by all that the verdict goes by, and only where the verdict had no effects. Who fills the memory with what
never comes again makes the gate slower, and no more.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from consentgate.consent import Judge
from consentgate.html.rules.verdict import Fate, Verdict
from consentgate.policy.claims import Claims

_MOST_MET = 4 << 10
"""At most so many start tags are known to have been met, under one policy."""
_MOST_OF_A_TAG = 8
"""At most so many elements with the same start tag are remembered."""
_LARGEST = 4 << 10
"""The most bytes of an element that is remembered."""
_ROOM = 2 << 20
"""The most bytes of all of them."""
_BESIDE = 256
"""The bytes that Python needs beside each."""
_LONGEST_SCOPE = 512
"""The most characters of the names that tell for which pages something is remembered."""

# What these do, or leave behind, depends on what came before them.
_NOT_KEPT = (b"base", b"meta")

Key: TypeAlias = tuple[tuple[object, ...], bytes]
"""All that a verdict goes by but for what follows the start tag: where it stands, and the tag's bytes."""


class _Removed(NamedTuple):
    """An element: the `rest` of its bytes after the start tag, and the verdict on it, as if it stood at 0."""

    rest: bytes
    verdict: Verdict


class _Memory:
    """What is remembered under one policy, how many bytes that is, and the hashes of the start tags that were
    met."""

    def __init__(self) -> None:
        self.met: set[int] = set()
        self.removed: dict[Key, tuple[_Removed, ...]] = {}
        self.size = 0


_memories: WeakKeyDictionary[Claims, _Memory] = WeakKeyDictionary()


class RemovedElements:
    """What was removed from documents like one that `judge` decides about, in this `charset`, and `nested` in
    so many other documents. It holds only in plain HTML whose relative URLs lead to the site, while no end
    was looked for in vain."""

    def __init__(self, judge: Judge, charset: str, nested: int) -> None:
        scope, claims = judge.scope, judge.policy.claims
        self._where = (*scope, charset, nested)
        self._memory: _Memory | None = None
        # Clients can make up any number of long names.
        if not judge.consent.is_open and sum(map(len, scope)) <= _LONGEST_SCOPE:
            self._memory = _memories.get(claims) or _memories.setdefault(claims, _Memory())

    def key(self, tag: re.Match[bytes]) -> Key | None:
        """Return by what an element with this start tag (a match of START_TAG) is remembered; None where that
        tag is met for the first time. Most of those never come again, and are not worth more."""
        memory = self._memory
        if memory is None:
            return None
        key = self._where, tag[0]
        if key in memory.removed:
            return key
        met, hashed = memory.met, hash(key)
        if hashed in met:
            return key
        if len(met) >= _MOST_MET:
            met.clear()
        met.add(hashed)
        return None

    def recall(self, key: Key, tag: re.Match[bytes]) -> Verdict | None:
        """Return the verdict on the element that this start tag opens, if it has been removed before."""
        assert self._memory is not None
        start, tag_end = tag.span()
        for rest, verdict in self._memory.removed.get(key, ()):
            if tag.string.startswith(rest, tag_end):
                if verdict.fate is Fate.STAYS:
                    return Verdict(edits=[edit.moved(start) for edit in verdict.edits])
                return Verdict(Fate.GOES, tag_end + len(rest), verdict.violation, shows=verdict.shows)
        return None

    def remember(self, key: Key, tag: re.Match[bytes], verdict: Verdict, *, final: bool) -> None:
        """Remember the verdict on an element: if that goes, or is a picture that loses its address, and
        nothing else comes of it. The document ends with the data where that is `final`."""
        name, (start, tag_end) = tag["name"].lower(), tag.span()
        if verdict.opens_text or any(verdict.effects) or name in _NOT_KEPT:
            return
        rest = b""
        if verdict.fate is Fate.GOES and verdict.end is not None:
            if final and tag_end < verdict.end == len(tag.string):
                return  # An end tag that the document's end cuts off would go on in a longer one.
            rest = tag.string[tag_end : verdict.end]
        elif verdict.fate is Fate.STAYS and name == b"img" and verdict.edits:
            verdict = Verdict(edits=[edit.moved(-start) for edit in verdict.edits])
        else:
            return
        self._keep(key, _Removed(rest, verdict))

    def _keep(self, key: Key, removed: _Removed) -> None:
        memory = self._memory
        size = len(key[1]) + len(removed.rest)
        if memory is None or size > _LARGEST:
            return
        if memory.size > _ROOM:
            memory.removed.clear()
            memory.size = 0
        memory.size += size + _BESIDE * (1 + len(removed.verdict.edits))
        others = memory.removed.get(key, ())
        memory.removed[key] = (removed, *others[: _MOST_OF_A_TAG - 1])
