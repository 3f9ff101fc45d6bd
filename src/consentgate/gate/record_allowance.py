"""Limits how many decisions of one client are recorded, so that none can fill the ledger."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass

from .recent import Recent

_MOST_CLIENTS = 10_000
"""The most clients that are remembered. A client that was forgotten begins anew."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The number of decisions that may come `at_once`, and `a_second` after that."""

    at_once: int
    a_second: float


OF_ONE = Rate(250, 0.25)
"""The rate for one network: everybody in an office or a school behind one address may decide on the same
morning."""
OF_ALL = Rate(5_000, 50)
"""The rate for all visitors together whose network is not known."""


class RecordAllowance:
    """Counts the decisions that may still be recorded, by client. Safe to share by threads.

    A client is remembered in memory only, by a digest with a key that each process makes anew.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._left = Recent[bytes, tuple[float, float]](_MOST_CLIENTS)
        self._lock = threading.Lock()

    def take(self, client: str) -> bool:
        """Say whether one more decision of `client` may be recorded, and count it then. "" is for a client
        that is not known."""
        rate = OF_ONE if client else OF_ALL
        key = hashlib.blake2b(client.encode(), key=self._key, digest_size=16).digest()
        now = time.monotonic()
        with self._lock:
            left, since = self._left.get(key) or (float(rate.at_once), now)
            left = min(float(rate.at_once), left + (now - since) * rate.a_second)
            self._left.put(key, (left - 1 if left >= 1 else left, now))
        return left >= 1
