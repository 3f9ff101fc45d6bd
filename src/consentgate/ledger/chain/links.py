"""The chain of a writer: each link covers the record and the link before it.

Every process that writes has a chain of its own, so that no writer waits for another. Checkpoints tie the
chains together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from .keys import Keys, Signature

START = bytes(32)
"""What the first link of a chain has in the place of the link before it."""
_LINK = "link"
_PURGED = "purged"


class Link(msgspec.Struct, frozen=True):
    """What stays of a record for good: its place in the chain of its `writer`, counted from 1, the digest of
    its canonical bytes, the `chain` hash of all records up to it, and the signature of that."""

    writer: str
    seq: int
    digest: bytes
    chain: bytes
    key_id: str
    mac: bytes

    def follows(self, before: bytes) -> bool:
        """Say whether this link follows the one with the chain hash `before`."""
        return self.chain == chained(before, self.writer, self.seq, self.digest)

    def is_signed(self, keys: Keys) -> bool:
        """Say whether the signature is one of these keys'."""
        return keys.verifies(Signature(self.key_id, self.mac), _LINK, self.chain)


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a `writer`'s chain: its number, 0 where there is none, and its chain hash."""

    writer: str
    seq: int = 0
    chain: bytes = START

    def next(self, digest: bytes, keys: Keys) -> Link:
        """Return the link for a record with this digest."""
        chain = chained(self.chain, self.writer, self.seq + 1, digest)
        signature = keys.sign(_LINK, chain)
        return Link(self.writer, self.seq + 1, digest, chain, signature.key_id, signature.mac)

    @classmethod
    def of(cls, link: Link) -> Head:
        """Return the head of a chain that ends in `link`."""
        return cls(link.writer, link.seq, link.chain)


def chained(before: bytes, writer: str, seq: int, digest: bytes) -> bytes:
    """Return the chain hash of a link: the SHA-256 of the chain hash before it, the writer's id, the number
    in eight bytes, and the record's digest."""
    parts = (before, writer.encode(), seq.to_bytes(8, "big"), digest)
    return hashlib.sha256(b"".join(parts)).digest()


def purge_signature(keys: Keys, chain: bytes) -> Signature:
    """Return the signature that tells a purged record from a removed one."""
    return keys.sign(_PURGED, chain)


def is_purge_signed(keys: Keys, signature: Signature, chain: bytes) -> bool:
    """Say whether the ledger itself has purged the record of the link with this chain hash."""
    return keys.verifies(signature, _PURGED, chain)
