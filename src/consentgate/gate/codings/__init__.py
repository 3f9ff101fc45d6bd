"""Content codings (RFC 9110, section 8.4): a body that an inner layer has compressed is decoded, read and
encoded again as it streams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from consentgate.gate.message import Header, header_values
from consentgate.web.structured_fields import words

from .coding import Decoder, Encoder
from .deflate import DeflateDecoder, DeflateEncoder, GzipDecoder, GzipEncoder
from .stack import Packer, Unpacker

__all__ = ["READABLE", "Packer", "Unpacker", "codings_of", "packer", "unpacker", "unreadable_coding"]

MOST = 4
"""The most nested content codings that are decoded. Real responses use one."""

_PACKAGES = {"br": "brotli", "zstd": "zstandard"}
_CODINGS: dict[str, tuple[Callable[[], Decoder], Callable[[], Encoder]]] = {
    "gzip": (GzipDecoder, GzipEncoder),
    "x-gzip": (GzipDecoder, GzipEncoder),
    "deflate": (DeflateDecoder, DeflateEncoder),
}
try:
    from .br import BrotliDecoder, BrotliEncoder
except ImportError:
    pass
else:
    _CODINGS["br"] = (BrotliDecoder, BrotliEncoder)
try:
    from .zstd import ZstdDecoder, ZstdEncoder
except ImportError:
    pass
else:
    _CODINGS["zstd"] = (ZstdDecoder, ZstdEncoder)

READABLE = frozenset(_CODINGS)
"""The codings that the gate can read on this machine: some need packages of their own."""


def codings_of(headers: Iterable[Header]) -> list[str]:
    """List the codings that a response's Content-Encoding names, in the order they were applied."""
    named = words(header_values(headers, "content-encoding"))
    return [coding for word in named if (coding := word.lower()) != "identity"]


def unreadable_coding(codings: Sequence[str]) -> str:
    """Say why a body in these `codings` cannot be read; "" where it can."""
    if len(codings) > MOST:
        return f"{len(codings)} content codings within each other"
    unknown = next((coding for coding in codings if coding not in READABLE), None)
    return "" if unknown is None else _advice(unknown)


def unpacker(codings: Sequence[str]) -> Unpacker:
    """Return a decoder of `codings`, named in the order they were applied. They must be readable."""
    return Unpacker([_CODINGS[coding][0]() for coding in reversed(codings)])


def packer(codings: Sequence[str]) -> Packer:
    """Return an encoder that applies `codings` in this order. They must be readable."""
    return Packer([_CODINGS[coding][1]() for coding in codings])


def _advice(coding: str) -> str:
    package = _PACKAGES.get(coding)
    if package is None:
        return f"the content coding {coding!r} is not one that the gate reads; send HTML without it"
    return (
        f"HTML in the content coding {coding!r} can only be read with the package {package}: "
        "install the extra `compression` (in a checkout: pip install -e '.[compression]'), "
        "or send HTML without that coding"
    )
