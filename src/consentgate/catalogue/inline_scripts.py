"""Recognising inline scripts: the few lines that load a service, or call it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from .model import InlineSignature, KnownService

_IDENTIFIER = re.compile(rb"[A-Za-z0-9_$]+")
_BLANK_ELSE = bytes(byte if _IDENTIFIER.fullmatch(bytes([byte])) else 0x20 for byte in range(256))
"""Turns all that is no part of an identifier into a space."""

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
"""Identifiers that say little: half of all scripts hold one."""


def inline_signature(text: str, then: str = "", *, loads: bool = False) -> InlineSignature:
    """The signature of scripts that hold `text` as whole words, followed by the regular expression `then`.

    A script that does not hold the most telling identifier of `text`, the longest, cannot match, whatever
    `then` is: that is what makes looking for hundreds of signatures cheap. Raises ValueError if `text` holds
    none.
    """
    literal = text.encode("ascii")
    token = max(_IDENTIFIER.findall(literal), key=_telling, default=b"")
    if not token:
        raise ValueError(f"an inline signature needs an identifier: {text!r}")
    escaped = re.escape(literal)
    # The look-behind repeats the text and comes last: a pattern that starts with literal characters is
    # searched for several times as fast as one that starts with an assertion.
    before = rb"(?<![\w$]%s)" % escaped if _IDENTIFIER.match(literal) else b""
    after = rb"(?![\w$])" if _IDENTIFIER.fullmatch(literal[-1:]) else b""
    pattern = re.compile(escaped + before + after + b"(?:%s)" % then.encode("ascii"))
    return InlineSignature(token, pattern, loads)


def _telling(identifier: bytes) -> tuple[bool, int]:
    return identifier not in _COMMON, len(identifier)


_LOADS = tuple(
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
)
"""How scripts load things. An address alone is as often a link, or the state of the page."""

LONGEST_LOADER = 20 << 10
"""A loader is short. In longer scripts an address is as often data."""

_ADDRESS = re.compile(
    rb"/\\?/(?P<host>[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+)(?::[0-9]++)?"
    rb"(?P<path>(?:\\?/[A-Za-z0-9._~%!$&*+=:@-]*+)*+)"
)
"""A host and path in a script, where slashes may be escaped. It begins with a slash, not with a scheme that
may be missing: what begins with literal characters is found many times as fast."""

_BEFORE_ADDRESS = re.compile(rb"(?i)(?P<source>\.src\s{0,8}=\s{0,8})?[\"'`(=](?:https?)?:?\\?\Z")
"""What stands before an address in use: the start of a string. In a comment there is none."""

_LONGEST_BEFORE_ADDRESS = 32


class Address(NamedTuple):
    """An address in a script that loads something: host (small letters) and path, and whether it is plainly
    what is loaded (`x.src = "https://..."`, or the file of a script), where others may be links or
    settings."""

    host: str
    path: str
    is_source: bool


class InlineScript:
    """The text of an inline script, in an ASCII-compatible encoding, and what is found out about it once."""

    __slots__ = ("_loads", "text", "words")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.words = frozenset(text.translate(_BLANK_ELSE).split())
        self._loads: bool | None = None

    @property
    def loads(self) -> bool:
        """True where it loads something, and is short enough for an address in it to be what it loads."""
        if self._loads is None:
            self._loads = len(self.text) <= LONGEST_LOADER and any(
                idiom.token in self.words and idiom.pattern.search(self.text) for idiom in _LOADS
            )
        return self._loads

    def addresses(self) -> tuple[Address, ...]:
        """The addresses in a script that loads something; none in one that does not."""
        if len(self.text) > LONGEST_LOADER:
            return ()
        found = tuple(dict.fromkeys(filter(None, map(_address, _ADDRESS.finditer(self.text)))))
        return found if found and self.loads else ()


def _address(match: re.Match[bytes]) -> Address | None:
    start = match.start()
    before = _BEFORE_ADDRESS.search(match.string, max(0, start - _LONGEST_BEFORE_ADDRESS), start)
    if before is None:
        return None
    path = match["path"].replace(b"\\", b"").decode() or "/"
    return Address(match["host"].lower().decode(), path, bool(before["source"]) or path.endswith(".js"))


class InlineIndex:
    """Finds the services that an inline script belongs to, in the order they were given."""

    __slots__ = ("_by_token", "_tokens")

    def __init__(self, services: Iterable[KnownService]) -> None:
        self._by_token: dict[bytes, list[tuple[int, InlineSignature, KnownService]]] = {}
        for number, service in enumerate(services):
            for signature in service.inline:
                self._by_token.setdefault(signature.token, []).append((number, signature, service))
        self._tokens = frozenset(self._by_token)

    def words(self, script: InlineScript) -> list[str]:
        """The words of the script by which it is some service's, in the order in which they stand there."""
        matches = (
            signature.pattern.search(script.text)
            for token in self._tokens.intersection(script.words)
            for _, signature, _ in self._by_token[token]
            if script.loads or not signature.loads
        )
        found = {match.start(): match[0].decode("ascii", "replace") for match in matches if match}
        return list(dict.fromkeys(found[place] for place in sorted(found)))

    def find(self, script: InlineScript) -> tuple[KnownService, ...]:
        """The services whose signatures the script holds."""
        found: dict[int, KnownService] = {}
        for token in self._tokens.intersection(script.words):
            for number, signature, service in self._by_token[token]:
                counts = number not in found and (script.loads or not signature.loads)
                if counts and signature.pattern.search(script.text):
                    found[number] = service
        return tuple(found[number] for number in sorted(found))
