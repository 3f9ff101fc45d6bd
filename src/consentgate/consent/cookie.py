"""The signed cookie in which a visitor's choice travels."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import time
from collections.abc import Iterable, Sequence

from itsdangerous import Signer

from consentgate.policy.lifetime import DAY
from consentgate.policy.model import (
    CONSENT_COOKIE,
    DOMAIN_COOKIE,
    INSECURE_CONSENT_COOKIE,
    INSECURE_DOMAIN_COOKIE,
)

from .choice import Choice, objecting_as
from .choice_validity import Validity
from .coverage import DIGEST_SIZE
from .signals import DNT, GPC

_SALT = b"consentgate.consent"
_VERSION = 1
_SCOPE_SIZE = 6

# The payload: a head, and then a body, whose length tells what it holds.
_HEAD = struct.Struct(f">B{_SCOPE_SIZE}s")  # version, digest of the scope
_DATE = struct.Struct(">H")  # the day of a refusal, or of an objection after a grant
_OTHER = struct.Struct(">HB")  # day, and the bits below
_NO_ANSWER, _PERMITS = 1, 2
_GRANT = struct.Struct(">I16sBB")  # time, id, signals, number of granted digests; then all digests
_SIGNAL_BITS = {GPC: 1, DNT: 2}


class ConsentCookie:
    """Writes and reads consent cookies, signed with HMAC-SHA-256.

    All refusals have the same length and all grants are longer, so that a cache can tell them apart without
    the key (docs/caches.md). Choices that only object, or permit what a refusal objects to, are shorter than
    grants, too.

    `secret_keys` go from the oldest to the newest, as in itsdangerous. The newest one signs, and every one is
    accepted. A choice is read while it is within its `validity`. The cookie is for the host that was asked,
    or for all hosts of a `domain` that name this `controller`.
    """

    def __init__(
        self,
        secret_keys: Sequence[str | bytes],
        *,
        validity: Validity,
        insecure: bool = False,
        domain: str = "",
        controller: str = "",
    ) -> None:
        if domain:
            self.name = INSECURE_DOMAIN_COOKIE if insecure else DOMAIN_COOKIE
        else:
            self.name = INSECURE_CONSENT_COOKIE if insecure else CONSENT_COOKIE
        self._domain = domain
        self._controller = controller
        self._validity = validity
        self._insecure = insecure
        self._signers = _signers(secret_keys)

    def set_cookie(self, choice: Choice, host: str) -> str:
        """Return the value of the Set-Cookie header that stores `choice`, made just now, for `host`.

        All who refuse on the same day get the same bytes, signed with the start of the day. So Max-Age, which
        counts from now, may outlast the validity, which counts from the signed time.
        """
        value = self._signers[-1].sign(_pack(choice, self._scope(host))).decode()
        return self._line(value, self._validity.lifetime(choice))

    @property
    def deletion(self) -> str:
        """The value of the Set-Cookie header that deletes the cookie."""
        return self._line("", 0)

    def _line(self, value: str, age: int) -> str:
        domain = f"; Domain={self._domain}" if self._domain else ""
        secure = "" if self._insecure else "; Secure"
        return f"{self.name}={value}; Path=/{domain}; Max-Age={age}{secure}; HttpOnly; SameSite=Lax"

    def _scope(self, host: str) -> str:
        """Return the scope that a choice is signed for: a host, or a domain and a controller. No host's name
        has a colon, so that none is taken for a domain."""
        # A choice that was made for one controller does not count for another.
        return f"domain:{self._domain}:{self._controller}" if self._domain else host

    def read(self, values: Iterable[str], host: str) -> Choice | None:
        """Return the choice in the cookie's `values`, the most restrictive one of several.

        A value that cannot be parsed, was changed, has expired, is from the future or is for another host
        holds no choice.
        """
        choices = [choice for value in values if (choice := self._read_one(value, host))]
        return objecting_as(min(choices, key=_strictness), choices) if choices else None

    def _read_one(self, value: str, host: str) -> Choice | None:
        payload = _signed_payload(value, self._signers)
        choice = _unpack(payload, self._scope(host)) if payload is not None else None
        return self._validity.valid_part(choice, time.time()) if choice is not None else None


class UnreadableCookie(ValueError):
    """Says that a cookie names no record, and why."""


def record_id_in(value: str, secret_keys: Sequence[str | bytes]) -> str:
    """Return the id of the record of the consent in a cookie's `value`, which may begin with the cookie's
    name and `=`. The cookie may be for any host, and may have expired.

    Raises UnreadableCookie.
    """
    name, _, rest = value.strip().partition("=")
    payload = _signed_payload((rest.partition(";")[0] or name).strip().strip('"'), _signers(secret_keys))
    if payload is None:
        raise UnreadableCookie(
            "the cookie cannot be read: it is no consent cookie, or it was changed, or it was "
            "signed with another key"
        )
    data = _decoded(payload)
    body = data[_HEAD.size :]
    if _HEAD.unpack_from(data)[0] != _VERSION:
        raise UnreadableCookie("the cookie cannot be read: another version of consentgate has made it")
    if len(body) < _GRANT.size:
        raise UnreadableCookie(
            "the cookie holds no consent: refusals and objections are counted, and no record is kept of "
            "whose they are"
        )
    identity: bytes = _GRANT.unpack_from(body)[1]
    return identity.hex()


def _signers(secret_keys: Iterable[str | bytes]) -> list[Signer]:
    return [Signer(key, salt=_SALT, digest_method=hashlib.sha256) for key in secret_keys]


def _signed_payload(value: str, signers: Iterable[Signer]) -> bytes | None:
    """Return the payload in a cookie's `value`, None unless one of the `signers` has signed it."""
    sent = value.encode("utf-8", "replace")
    payload = sent.rpartition(b".")[0]
    # Signed again and compared, not verified: base64 ignores some bits of its last character, and so would
    # accept a second spelling of a valid cookie.
    is_signed = any(hmac.compare_digest(signer.sign(payload), sent) for signer in signers)
    return payload if is_signed else None


def _decoded(payload: bytes) -> bytes:
    return base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))


def _strictness(choice: Choice) -> tuple[int, bool, int]:
    """Return the sort key that puts the most restrictive choice first."""
    # A choice with an answer comes before one without: a visitor who refused must not be asked again.
    return len(choice.granted), not choice.is_answer, choice.at


def _pack(choice: Choice, scope: str) -> bytes:
    data = _HEAD.pack(_VERSION, _scope_digest(scope))
    if choice.is_grant:
        signals = sum(_SIGNAL_BITS[signal] for signal in choice.signals)
        data += _GRANT.pack(choice.at, choice.id, signals, len(choice.granted))
        data += b"".join((*sorted(choice.granted), *sorted(choice.refused)))
        if choice.objected is not None:
            data += _DATE.pack(choice.objected // DAY)
    elif choice.is_answer and choice.objects:
        data += _DATE.pack(choice.at // DAY)
    else:
        bits = _PERMITS * choice.permits | _NO_ANSWER * (not choice.is_answer)
        data += _OTHER.pack(choice.at // DAY, bits)
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _unpack(payload: bytes, scope: str) -> Choice | None:
    try:
        data = _decoded(payload)
    except (binascii.Error, ValueError):
        return None
    if len(data) < _HEAD.size or _HEAD.unpack_from(data) != (_VERSION, _scope_digest(scope)):
        return None
    body = data[_HEAD.size :]
    if len(body) == _DATE.size:
        return Choice(at=_DATE.unpack(body)[0] * DAY)
    if len(body) == _OTHER.size:
        return _unpack_other(body)
    if len(body) < _GRANT.size:
        return None
    end = len(body) - (len(body) - _GRANT.size) % DIGEST_SIZE
    objection = body[end:]
    if objection and len(objection) != _DATE.size:
        return None
    at, identity, bits, count = _GRANT.unpack_from(body)
    digests = [body[start : start + DIGEST_SIZE] for start in range(_GRANT.size, end, DIGEST_SIZE)]
    signals = frozenset(signal for signal, bit in _SIGNAL_BITS.items() if bits & bit)
    objected = _DATE.unpack(objection)[0] * DAY if objection else None
    return Choice(at, identity, frozenset(digests[:count]), frozenset(digests[count:]), signals, objected)


def _unpack_other(body: bytes) -> Choice | None:
    """Read a choice that is neither a grant nor a plain refusal."""
    day, bits = _OTHER.unpack(body)
    if bits not in (_NO_ANSWER, _PERMITS, _NO_ANSWER | _PERMITS):
        return None
    at, permits = day * DAY, bool(bits & _PERMITS)
    return Choice(at, objected=None if permits else at, permits=permits, is_answer=not bits & _NO_ANSWER)


def _scope_digest(scope: str) -> bytes:
    return hashlib.sha256(scope.encode("utf-8", "replace")).digest()[:_SCOPE_SIZE]
