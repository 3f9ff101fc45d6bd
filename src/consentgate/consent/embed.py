"""The signed data of a placeholder, by which it can open the frame that it stands for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from itsdangerous import Signer

_SALT = b"consentgate.embed"
_MOST_REMEMBERED = 1024


class Embed(NamedTuple):
    """A blocked frame: the `url` that it would have led to, the id of the `service` that the URL belongs to,
    and the frame's `attributes` that the embedded page needs."""

    url: str
    service: str
    attributes: tuple[tuple[str, str], ...] = ()


class SignedEmbeds:
    """Writes and reads embeds, signed with HMAC-SHA-256, each for the host whose page it stands in.

    Signatures have no date, so that a frame gives the same bytes in everybody's pages at all times.
    `secret_keys` go from the oldest to the newest. The newest one signs, and every one is accepted.
    """

    def __init__(self, secret_keys: Sequence[str | bytes]) -> None:
        self._signers = [Signer(key, salt=_SALT, digest_method=hashlib.sha256) for key in secret_keys]
        # A site has the same frames again and again, and to sign them takes most of a placeholder's time.
        self.sign = lru_cache(_MOST_REMEMBERED)(self._sign)

    def _sign(self, embed: Embed, host: str) -> str:
        data = json.dumps([embed.url, embed.service, *embed.attributes], separators=(",", ":")).encode()
        payload = base64.urlsafe_b64encode(data).rstrip(b"=")
        return (payload + b"." + _signature(self._signers[-1], payload, host)).decode("ascii")

    def read(self, value: str, host: str) -> Embed | None:
        """Return the embed in `value`; None unless it was signed for `host`."""
        payload, _, signature = value.encode("utf-8", "replace").rpartition(b".")
        valid = any(
            hmac.compare_digest(_signature(signer, payload, host), signature) for signer in self._signers
        )
        if not valid:
            return None
        url, service, *attributes = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
        return Embed(url, service, tuple((name, value) for name, value in attributes))


def _signature(signer: Signer, payload: bytes, host: str) -> bytes:
    return signer.get_signature(host.encode("utf-8", "replace") + b"\n" + payload)
