"""The signed ids of records with which a form can order their erasure once more."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from itsdangerous import Signer

_SALT = b"consentgate.erasure"
_IDS = re.compile(r"[0-9a-f]{32}(?:-[0-9a-f]{32})*")


class SignedIds:
    """Writes and reads ids of records, signed with HMAC-SHA-256, each list for one host.

    A visitor who has withdrawn has no cookie any more that names the record. If its erasure has failed, the
    page says so with a form that does. `secret_keys` go from the oldest to the newest. The newest one signs,
    every one is accepted.
    """

    def __init__(self, secret_keys: Sequence[str | bytes]) -> None:
        self._signers = [Signer(key, salt=_SALT, digest_method=hashlib.sha256) for key in secret_keys]

    def sign(self, ids: Sequence[str], host: str) -> str:
        """Return what stands for the `ids` in a form."""
        payload = "-".join(ids)
        return f"{payload}.{_signature(self._signers[-1], payload, host)}"

    def read(self, value: str, host: str) -> tuple[str, ...]:
        """Return the ids that were signed for `host`, none where that is not what `value` is."""
        payload, _, signature = value.rpartition(".")
        sent = signature.encode("utf-8", "replace")
        valid = any(
            hmac.compare_digest(_signature(signer, payload, host).encode(), sent) for signer in self._signers
        )
        return tuple(payload.split("-")) if valid and _IDS.fullmatch(payload) else ()


def _signature(signer: Signer, payload: str, host: str) -> str:
    return signer.get_signature(f"{host}\n{payload}".encode("utf-8", "replace")).decode("ascii")
