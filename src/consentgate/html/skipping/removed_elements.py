"""Elements that were taken out before, and stand here again, word for word the same.

The pages of a site have the same third-party elements in them, and what was found out about one need not be
found out again. A gate that has seen anything does with a page what one does that has seen nothing: only what
goes is remembered, only for visitors who have granted nothing, by all that the verdict goes by, and only
where taking it out was all that came of it (see `Reader._tag_met_before`). Who fills the memory with what
never comes again makes the gate slower, and no more.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from weakref import WeakKeyDictionary

from consentgate.consent import Judge
from consentgate.html.rewriting.edits import Edit, Reason
from consentgate.policy.claims import Claims

_MOST_MET = 4 << 10
"""So many start tags are known to have been met, under one policy."""
_MOST_OF_A_TAG = 8
"""So many elements with the same start tag are remembered."""
_LARGEST = 4 << 10
"""The bytes of an element that is remembered."""
_ROOM = 2 << 20
"""The bytes of all of them."""
_BESIDE = 256
"""The bytes that Python needs beside each."""
_LONGEST_SCOPE = 512
"""The characters of the names that tell for which pages something is remembered."""


class Taken(NamedTuple):
    """An element that was taken out: its `name` in small letters, the `rest` after its start tag, why it
    went, and whether it may leave a placeholder. Of one that stayed only its `parts` went, which are edits
    by their place in the start tag and say why themselves."""

    name: bytes
    rest: bytes
    reason: Reason | None
    may_show: bool
    parts: tuple[Edit, ...] = ()


class _Memory:
    """What was taken out under one policy, how many bytes that is, and the hashes of the start tags that were
    met."""

    def __init__(self) -> None:
        self.met: set[int] = set()
        self.taken: dict[tuple[tuple[object, ...], bytes], tuple[Taken, ...]] = {}
        self.size = 0


_memories: WeakKeyDictionary[Claims, _Memory] = WeakKeyDictionary()


class TakenBefore:
    """What was taken out of documents like one that `judge` decides about, in this `charset`, and so deep in
    other documents (`nested`)."""

    def __init__(self, judge: Judge, charset: str, nested: int) -> None:
        scope, claims = judge.scope, judge.policy.claims
        self._where = (*scope, charset, nested)
        self._memory: _Memory | None = None
        # Clients can make up any number of long names.
        if not judge.consent.is_open and sum(map(len, scope)) <= _LONGEST_SCOPE:
            self._memory = _memories.get(claims) or _memories.setdefault(claims, _Memory())

    def with_tag(self, tag: re.Match[bytes]) -> tuple[Taken, ...] | None:
        """The elements with this start tag (a match of START_TAG) that were taken out; None where it is met
        for the first time. Most of those never come again, and are not worth more."""
        memory = self._memory
        if memory is None:
            return None
        key = self._where, tag[0]
        known = memory.taken.get(key)
        if known is not None:
            return known
        met, hashed = memory.met, hash(key)
        if hashed in met:
            return ()
        if len(met) >= _MOST_MET:
            met.clear()
        met.add(hashed)
        return None

    def keep(self, tag: re.Match[bytes], taken: Taken) -> None:
        """Remember an element with this start tag."""
        memory, key = self._memory, (self._where, tag[0])
        size = len(key[1]) + len(taken.rest)
        if memory is None or size > _LARGEST:
            return
        if memory.size > _ROOM:
            memory.taken.clear()
            memory.size = 0
        memory.size += size + _BESIDE * (1 + len(taken.parts))
        others = memory.taken.get(key, ())
        memory.taken[key] = (taken, *others[: _MOST_OF_A_TAG - 1])
