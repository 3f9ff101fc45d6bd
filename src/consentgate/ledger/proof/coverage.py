"""What checkpoints say of the chains, and whether the checkpoints themselves are whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.links import START
from consentgate.ledger.database.schema import checkpoints

from .checkpoints import Checkpoint


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written: `where` it is and `what` is wrong."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Covered:
    """What a checkpoint (named by `where`) says of a writer: the number and the chain hash of its last link.
    Where it `is_signed`, a key at hand vouches for that."""

    where: str
    seq: int
    chain: bytes
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """What `count` checkpoints say of each writer, in the order of its links, and the faults in them."""

    count: int
    writers: dict[str, list[Covered]]
    faults: list[Fault]


def coverage_of(connection: Connection, keys: Keys, known: Checkpoint | None) -> Coverage:
    """Verify the checkpoints, and compare them with the `known` one, which was kept elsewhere."""
    found = [
        Checkpoint.of(row) for row in connection.execute(select(checkpoints).order_by(checkpoints.c.number))
    ]
    # A signature vouches for all that came before, by keys that are not at hand any more, too.
    signed_up_to = max((one.number for one in found if one.is_signed(keys)), default=0)
    coverage = Coverage(len(found), {}, _faults(found, keys, signed_up_to))
    if known is not None:
        coverage.faults.extend(_compared(found, known, keys))
        signed_up_to = max(signed_up_to, known.number)
        found.append(known)
    for one in found:
        where = _name(one)
        try:
            heads = one.covered
        except ValueError:
            coverage.faults.append(Fault(where, "what it covers cannot be read"))
            continue
        for writer, (seq, chain) in heads.items():
            said = Covered(where, seq, chain, one.number <= signed_up_to)
            coverage.writers.setdefault(writer, []).append(said)
    for of_writer in coverage.writers.values():
        of_writer.sort(key=lambda said: said.seq)
    return coverage


def _faults(found: Sequence[Checkpoint], keys: Keys, signed_up_to: int) -> list[Fault]:
    faults: list[Fault] = []
    before, number = START, 0
    for one in found:
        where = _name(one)
        if one.number != number + 1:
            faults.append(Fault(where, "checkpoints before it are missing"))
        elif not one.follows(before):
            faults.append(Fault(where, "it was changed, or the one before it was"))
        if keys.has(one.key_id) and not one.is_signed(keys):
            faults.append(Fault(where, "its signature is wrong"))
        elif not keys.has(one.key_id) and one.number > signed_up_to:
            faults.append(Fault(where, unknown_key(one.key_id)))
        before, number = one.chain, one.number
    return faults


def _compared(found: Sequence[Checkpoint], known: Checkpoint, keys: Keys) -> list[Fault]:
    where, faults = "the checkpoint that was kept", []
    if keys.has(known.key_id) and not known.is_signed(keys):
        faults.append(Fault(where, "its signature is wrong"))
    same = next((one for one in found if one.number == known.number), None)
    if same is None:
        faults.append(Fault(where, f"{_name(known)} is missing in the ledger"))
    elif same != known:
        faults.append(Fault(where, f"{_name(known)} of the ledger is another one"))
    return faults


def _name(checkpoint: Checkpoint) -> str:
    return f"checkpoint {checkpoint.number}"


def unknown_key(key_id: str) -> str:
    """Say that a key is missing."""
    return f"it is signed with the key {key_id!a}, which is not at hand: give that, too"
