"""Checkpoints: signed statements of how far each writer's chain had come.

Each covers the one before it, so that a copy of the last one, kept elsewhere, vouches for all records up to
it.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, desc, select, update

from consentgate.ledger.chain.keys import Keys, Signature
from consentgate.ledger.chain.links import START
from consentgate.ledger.database.schema import checkpoints, writers

_CHECKPOINT = "checkpoint"


class Checkpoint(msgspec.Struct, frozen=True):
    """One checkpoint. `heads` is a JSON object that gives the number and the chain hash of the last link of
    each writer that has written since the checkpoint before."""

    number: int
    at: int
    heads: str
    chain: bytes
    key_id: str
    mac: bytes

    def follows(self, before: bytes) -> bool:
        """Say whether this checkpoint follows the one with the chain hash `before`."""
        return self.chain == _chained(before, self.number, self.at, self.heads)

    def is_signed(self, keys: Keys) -> bool:
        """Say whether the signature is one of these keys'."""
        return keys.verifies(Signature(self.key_id, self.mac), _CHECKPOINT, self.chain)

    @property
    def covered(self) -> dict[str, tuple[int, bytes]]:
        """The number and the chain hash of each writer's last link. Raises ValueError where they cannot be
        read."""
        heads = msgspec.json.decode(self.heads, type=dict[str, tuple[int, str]])
        return {writer: (seq, bytes.fromhex(chain)) for writer, (seq, chain) in heads.items()}

    @classmethod
    def of(cls, row: Row[Any]) -> Checkpoint:
        """Return the checkpoint in a row of the database."""
        return cls(row.number, row.at, row.heads, bytes(row.chain), row.key_id, bytes(row.mac))


def _chained(before: bytes, number: int, at: int, heads: str) -> bytes:
    parts = (before, number.to_bytes(8, "big"), at.to_bytes(8, "big", signed=True), heads.encode())
    return hashlib.sha256(b"".join(parts)).digest()


def last_checkpoint(connection: Connection) -> Checkpoint | None:
    """Return the last checkpoint in the database."""
    row = connection.execute(select(checkpoints).order_by(desc(checkpoints.c.number)).limit(1)).first()
    return None if row is None else Checkpoint.of(row)


def make_checkpoint(connection: Connection, keys: Keys) -> Checkpoint | None:
    """Make a checkpoint over all that has been written since the last one, and return it; None where that is
    nothing. To be called in a transaction."""
    return _following(connection, keys, last_checkpoint(connection))


def make_checkpoint_if_due(connection: Connection, keys: Keys, every: float) -> Checkpoint | None:
    """Make a checkpoint where the last one is older than `every` seconds, or signed with another key."""
    last = last_checkpoint(connection)
    now = time.time()
    # One from the future was made before the clock was set right.
    if last is not None and 0 <= now - last.at < every and last.key_id == keys.newest_id:
        return None
    return _following(connection, keys, last)


def _following(connection: Connection, keys: Keys, last: Checkpoint | None) -> Checkpoint | None:
    grown = select(writers).where(writers.c.seq > writers.c.checkpointed).order_by(writers.c.writer)
    rows = connection.execute(grown.with_for_update()).all()
    is_rotated = last is not None and last.key_id != keys.newest_id
    if not rows and not is_rotated:
        return None
    heads = msgspec.json.encode({row.writer: (row.seq, bytes(row.chain).hex()) for row in rows}).decode()
    number, at = (last.number + 1 if last else 1), int(time.time())
    chain = _chained(last.chain if last else START, number, at, heads)
    signature = keys.sign(_CHECKPOINT, chain)
    made = Checkpoint(number, at, heads, chain, signature.key_id, signature.mac)
    # Another process that makes the same one at the same time fails here, and tries again later.
    connection.execute(checkpoints.insert().values(msgspec.structs.asdict(made)))
    for row in rows:
        reached = update(writers).where(writers.c.writer == row.writer).values(checkpointed=row.seq)
        connection.execute(reached)
    return made
