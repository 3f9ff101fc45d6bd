"""Recognises inline scripts: the few lines that load a service, or call it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .model import InlineSignature, KnownService

_IDENTIFIER = re.compile(rb"[A-Za-z0-9_$]+")
_TO_IDENTIFIERS = bytes(byte if _IDENTIFIER.fullmatch(bytes([byte])) else 0x20 for byte in range(256))
"""A translation table that turns each byte outside of identifiers into a space."""

_COMMON = frozenset(
    (
        b"analytics",
        b"client",
        b"com",
        b"document",
        b"google",
        b"js",
        b"net",
        b"platform",
        b"static",
        b"window",
    )
)
"""Identifiers that tell little: half of all scripts have one of them."""


def inline_signature(text: str, then: str = "", *, loads: bool = False) -> InlineSignature:
    """Make the signature of scripts that have `text` as whole words, followed by the regular expression
    `then`.

    The signature's token is the most telling identifier in `text`, mostly the longest. A script without the
    token cannot match, which makes it cheap to look for hundreds of signatures.

    Raises ValueError where `text` has no identifier.
    """
    literal = text.encode("ascii")
    token = max(_IDENTIFIER.findall(literal), key=_telling, default=b"")
    if not token:
        raise ValueError(f"an inline signature needs an identifier: {text!r}")
    escaped = re.escape(literal)
    # The look-behind comes last and repeats the text: a search is several times as fast for a pattern that
    # starts with literal characters as for one that starts with an assertion.
    before = rb"(?<![\w$]%s)" % escaped if _IDENTIFIER.match(literal) else b""
    after = rb"(?![\w$])" if _IDENTIFIER.fullmatch(literal[-1:]) else b""
    pattern = re.compile(escaped + before + after + b"(?:%s)" % then.encode("ascii"))
    return InlineSignature(token, pattern, loads)


def _telling(identifier: bytes) -> tuple[bool, int]:
    return identifier not in _COMMON, len(identifier)


_LOADING_IDIOMS = [
    inline_signature(text, then)
    for then, texts in {
        "": (
            *("createElement", "insertBefore", "appendChild", "document.write", "new Image", "<script"),
            *("XMLHttpRequest", "sendBeacon", "importScripts"),
            *("getScript", "loadScript", "injectScript", "loadJS", "injectJS"),
        ),
        r"\s*+\(": ("fetch", "import", "ajax", "getJSON", "tileLayer"),
        r"\s*+=": (".src",),
    }.items()
    for text in texts
]
"""The idioms with which scripts load things. An address alone is as often a link, or state of the page."""

_LOADS = {idiom.token: idiom.pattern for idiom in _LOADING_IDIOMS}
assert len(_LOADS) == len(_LOADING_IDIOMS), "two idioms have the same token"
_LOADING_TOKENS = frozenset(_LOADS)

_SCRIPT_ELEMENT = re.compile(rb"""["']script["']|<script""")

LONGEST_LOADER = 20 << 10
"""The longest script that may be a loader, in bytes. In longer ones an address is as often data."""

_ADDRESS = re.compile(
    rb"/\\?/(?P<host>[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+)(?::[0-9]++)?"
    rb"(?P<path>(?:\\?/[A-Za-z0-9._~%!$&*+=:@-]*+)*+)"
)
"""A host and path in a script, where slashes may be escaped. The pattern begins with a slash and not with the
scheme, which may be missing: a pattern that begins with literal characters is searched for many times as
fast."""

_BEFORE_ADDRESS = re.compile(rb"(?i)(?P<source>\.src\s{0,8}=\s{0,8})?[\"'`(=](?:https?)?:?\\?\Z")
"""The start of a string in front of an address. An address in a comment has none, and is not used."""

_LONGEST_BEFORE_ADDRESS = 32


class Address(NamedTuple):
    """An address in a script that loads something: its host (lowercase) and path.

    `is_source` says that the script plainly loads it (`x.src = "https://..."`, or a file of JavaScript).
    Other addresses may be links or settings.
    """

    host: str
    path: str
    is_source: bool


class InlineScript:
    """The text of an inline script, in an ASCII-compatible encoding, and what it plainly does."""

    __slots__ = ("_loads", "_words", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._words = text.translate(_TO_IDENTIFIERS).split()
        self._loads: bool | None = None

    @property
    def loads(self) -> bool:
        """True where the script loads something, and is short enough to be a loader."""
        if self._loads is None:
            tokens = self.words_among(_LOADING_TOKENS) if len(self.text) <= LONGEST_LOADER else ()
            self._loads = any(_LOADS[token].search(self.text) for token in tokens)
        return self._loads

    @property
    def loads_script(self) -> bool:
        """True where the script loads another one, as the snippets do that vendors give to sites."""
        return self.loads and (_SCRIPT_ELEMENT.search(self.text) is not None or bool(self.addresses()))

    def words_among(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the ones among the `words` that are identifiers in the script."""
        return words.intersection(self._words)

    def addresses(self) -> tuple[Address, ...]:
        """Return the addresses in the script, none where it loads nothing."""
        if not (_ADDRESS.search(self.text) and self.loads):
            return ()
        return tuple(dict.fromkeys(filter(None, map(_address, _ADDRESS.finditer(self.text)))))


def _address(match: re.Match[bytes]) -> Address | None:
    start = match.start()
    before = _BEFORE_ADDRESS.search(match.string, max(0, start - _LONGEST_BEFORE_ADDRESS), start)
    if before is None:
        return None
    path = match["path"].replace(b"\\", b"").decode() or "/"
    return Address(match["host"].lower().decode(), path, bool(before["source"]) or path.endswith(".js"))


class InlineIndex:
    """Finds the services that an inline script belongs to."""

    __slots__ = ("_by_token", "_tokens")

    def __init__(self, services: Iterable[KnownService]) -> None:
        self._by_token: dict[bytes, list[tuple[int, InlineSignature, KnownService]]] = {}
        for number, service in enumerate(services):
            for signature in service.inline:
                self._by_token.setdefault(signature.token, []).append((number, signature, service))
        self._tokens = frozenset(self._by_token)

    def words(self, script: InlineScript) -> list[str]:
        """Return the signatures' texts in the script, in their order there."""
        matches = (
            signature.pattern.search(script.text)
            for token in script.words_among(self._tokens)
            for _, signature, _ in self._by_token[token]
            if script.loads or not signature.loads
        )
        found = {match.start(): match[0].decode("ascii", "replace") for match in matches if match}
        return list(dict.fromkeys(found[place] for place in sorted(found)))

    def signatures_in(self, script: InlineScript) -> Iterator[tuple[InlineSignature, KnownService]]:
        """Yield all signatures in the script, each with its service. Signatures that are addresses are among
        them even where the script loads nothing."""
        for token in script.words_among(self._tokens):
            for _, signature, service in self._by_token[token]:
                if signature.pattern.search(script.text):
                    yield signature, service

    def services_in(self, script: InlineScript) -> tuple[KnownService, ...]:
        """Return the services whose signatures the script has, in the order in which they were given."""
        found: dict[int, KnownService] = {}
        for token in script.words_among(self._tokens):
            for number, signature, service in self._by_token[token]:
                counts = number not in found and (script.loads or not signature.loads)
                if counts and signature.pattern.search(script.text):
                    found[number] = service
        return tuple(found[number] for number in sorted(found))
