"""Recognising inline scripts: the few lines that load a service, or call it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from .known import InlineSignature, KnownService

_IDENTIFIER = re.compile(rb"[A-Za-z0-9_$]+")
_BLANK_ELSE = bytes(byte if _IDENTIFIER.fullmatch(bytes([byte])) else 0x20 for byte in range(256))
"""Turns all that is no part of an identifier into a space."""

_LOADS = re.compile(
    rb"\b(?:createElement|document\.write|new\s++Image|insertBefore|appendChild|sendBeacon|importScripts"
    rb"|XMLHttpRequest|getScript)\b|\b(?:fetch|import)\s*+\(|\.src\s*+=|<script"
)
"""How scripts load things. An address alone is as often a link, or the state of the page."""


_ADDRESS = re.compile(
    rb"(?i)(?P<source>\.src\s*+=\s*+[\"'`])?(?:https?+:)?(?:\\?/){2}(?P<host>[a-z0-9-]++(?:\.[a-z0-9-]++)+)(?::[0-9]++)?"
    rb"(?P<path>(?:\\?/[a-z0-9._~%!$&*+=:@-]*+)*+)"
)
"""A host and path in a script, where slashes may be escaped."""

LONGEST_LOADER = 20 << 10
"""A loader is short. In longer scripts an address is as often data."""


class Address(NamedTuple):
    """An address in a script that loads something: host (small letters) and path, and whether it is plainly
    what is loaded (`x.src = "https://..."`), where others may be links or settings."""

    host: str
    path: str
    is_source: bool


def addresses(script: bytes) -> tuple[Address, ...]:
    """The addresses in a script that loads something; none for one that does not, or is too long."""
    if len(script) > LONGEST_LOADER or not _LOADS.search(script):
        return ()
    found = (
        Address(
            match["host"].lower().decode(),
            match["path"].replace(b"\\", b"").decode() or "/",
            match["source"] is not None,
        )
        for match in _ADDRESS.finditer(script)
    )
    return tuple(dict.fromkeys(found))


def inline_signature(text: str, then: str = "", *, loads: bool = False) -> InlineSignature:
    """The signature of scripts that hold `text` as whole words, followed by the regular expression `then`.

    A script that does not hold the longest identifier of `text` cannot match, whatever `then` is: that is
    what makes looking for hundreds of signatures cheap. Raises ValueError if `text` holds none.
    """
    literal = text.encode("ascii")
    token = max(_IDENTIFIER.findall(literal), key=len, default=b"")
    if not token:
        raise ValueError(f"an inline signature needs an identifier: {text!r}")
    escaped = re.escape(literal)
    # The look-behind repeats the text and comes last: a pattern that starts with literal characters is
    # searched for several times as fast as one that starts with an assertion.
    before = rb"(?<![\w$]%s)" % escaped if _IDENTIFIER.match(literal) else b""
    after = rb"(?![\w$])" if _IDENTIFIER.fullmatch(literal[-1:]) else b""
    pattern = re.compile(escaped + before + after + b"(?:%s)" % then.encode("ascii"))
    return InlineSignature(token, pattern, loads)


class InlineIndex:
    """Finds the services that an inline script belongs to, in the order they were given."""

    __slots__ = ("_by_token", "_tokens")

    def __init__(self, services: Iterable[KnownService]) -> None:
        self._by_token: dict[bytes, list[tuple[int, InlineSignature, KnownService]]] = {}
        for number, service in enumerate(services):
            for signature in service.inline:
                self._by_token.setdefault(signature.token, []).append((number, signature, service))
        self._tokens = frozenset(self._by_token)

    def find(self, script: bytes) -> tuple[KnownService, ...]:
        """The services whose signatures the script holds; the script is in an ASCII-compatible encoding."""
        tokens = self._tokens.intersection(script.translate(_BLANK_ELSE).split())
        found: dict[int, KnownService] = {}
        loads: bool | None = None
        for token in tokens:
            for number, signature, service in self._by_token[token]:
                if number in found or not signature.pattern.search(script):
                    continue
                if signature.loads:
                    if loads is None:
                        loads = _LOADS.search(script) is not None
                    if not loads:
                        continue
                found[number] = service
        return tuple(found[number] for number in sorted(found))
