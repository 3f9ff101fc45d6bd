"""The keys that sign the ledger: derived from the gate's, named by an id, rotated as those are."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

MAC_SIZE = 16
"""The bytes of a MAC that are kept: 128 bits, since links are kept for good."""
_PURPOSE = b"consentgate.ledger"


@dataclass(frozen=True, slots=True)
class Signature:
    """A MAC, and the id of the key that made it."""

    key_id: str
    mac: bytes


class Keys:
    """The keys of a ledger, from `secret_keys`, oldest first. The newest one signs, every one verifies.

    A key is derived from each, so that a signature of the ledger is never one of a cookie.
    """

    def __init__(self, secret_keys: Sequence[str | bytes]) -> None:
        derived = [_derived(key) for key in secret_keys]
        self._keys = {_id_of(key): key for key in derived}
        self._newest = derived[-1]
        self.newest_id = _id_of(self._newest)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, oldest first."""
        return tuple(self._keys)

    def sign(self, purpose: str, data: bytes) -> Signature:
        """Return the newest key's signature of `data` for this `purpose`."""
        return Signature(self.newest_id, _mac(self._newest, purpose, data))

    def has(self, key_id: str) -> bool:
        """Say whether the key with this id is at hand."""
        return key_id in self._keys

    def verifies(self, signature: Signature, purpose: str, data: bytes) -> bool:
        """Say whether a signature of `data` is genuine; no where its key is not at hand."""
        key = self._keys.get(signature.key_id)
        return key is not None and hmac.compare_digest(_mac(key, purpose, data), signature.mac)


def _derived(secret_key: str | bytes) -> bytes:
    secret = secret_key.encode("utf-8", "surrogatepass") if isinstance(secret_key, str) else secret_key
    return hmac.digest(secret, _PURPOSE, "sha256")


def _id_of(key: bytes) -> str:
    return hashlib.sha256(_PURPOSE + b".id" + key).hexdigest()[:12]


def _mac(key: bytes, purpose: str, data: bytes) -> bytes:
    return hmac.digest(key, b"\0".join((_PURPOSE, purpose.encode(), data)), "sha256")[:MAC_SIZE]
