"""Content codings (RFC 9110, section 8.4): what an inner layer has compressed is decoded, read and encoded
again as it streams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from consentgate.html.tokenizer.encoding import Unreadable

from .coding import Decoder, Encoder
from .deflate import DeflateDecoder, DeflateEncoder, GzipDecoder, GzipEncoder
from .stack import Packer, Unpacker

__all__ = ["READABLE", "Packer", "Unpacker", "codings_of", "packer", "unpacker"]

MOST = 4
"""So many codings one upon another are read. Nobody needs two."""

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
"""The codings that the gate can read here: some need packages of their own."""


def codings_of(values: Iterable[str]) -> list[str]:
    """The codings that `Content-Encoding` headers name, in the order they were applied."""
    named = (coding.strip().lower() for value in values for coding in value.split(","))
    return [coding for coding in named if coding not in ("", "identity")]


def unpacker(codings: Sequence[str]) -> Unpacker:
    """What undoes `codings`, named in the order they were applied. Raises Unreadable for unknown ones."""
    return Unpacker([decoder() for decoder, _ in reversed(_known(codings))])


def packer(codings: Sequence[str]) -> Packer:
    """What applies `codings` in this order. Raises Unreadable for unknown ones."""
    return Packer([encoder() for _, encoder in _known(codings)])


def _known(codings: Sequence[str]) -> list[tuple[Callable[[], Decoder], Callable[[], Encoder]]]:
    if len(codings) > MOST:
        raise Unreadable(f"{len(codings)} content codings, one upon another")
    for coding in codings:
        if coding not in READABLE:
            raise Unreadable(_advice(coding))
    return [_CODINGS[coding] for coding in codings]


def _advice(coding: str) -> str:
    package = _PACKAGES.get(coding)
    if package is None:
        return f"the content coding {coding!r} is not one that the gate reads; send HTML without it"
    return (
        f"HTML in the content coding {coding!r} can only be read with the package {package}: "
        f'pip install "consentgate[compression]", or send HTML without that coding'
    )
