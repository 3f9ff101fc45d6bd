"""The two variants of each page: `closed` for everyone, `open` for one visitor."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cached_property

from consentgate.consent import Consent
from consentgate.gate.message import Header, Request, without

_ETAG = re.compile(r'(?P<weak>W/)?"(?P<tag>[^"]*)"')
_SUFFIX = re.compile(r"--(?:closed|open)-[0-9a-f]{12}\Z")
CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-range", "range")
"""The headers by which a request depends on the copy that the visitor has (RFC 9110, sections 13.1 and
14.2)."""


class Variant:
    """The variant of a page that one visitor gets, and how its validators are told from the others'.

    `fingerprint` stands for the policy and the version of the gate: with either, the bytes change. `id` is
    the same for all who have granted the same, and for all who have granted nothing.
    """

    def __init__(self, consent: Consent, fingerprint: bytes) -> None:
        self._consent = consent
        self._fingerprint = fingerprint

    @cached_property
    def id(self) -> str:
        """The variant's name, and what tells it from others of that name."""
        consent, shown = self._consent, self._fingerprint
        if consent.is_open:
            shown += b"".join(sorted(consent.granted)) + (b"?" if consent.asks else b"")
        name = "open" if consent.is_open else "closed"
        return f"{name}-{hashlib.sha256(shown).hexdigest()[:12]}"

    @property
    def _suffix(self) -> str:
        return f"--{self.id}"

    def mark(self, headers: list[Header], *, weak: bool = False) -> list[Header]:
        """Return a page's headers with validators that are marked as this variant's, and `weak` if so wanted.
        A validator that cannot be marked goes: it would make one variant pass for another."""
        marked: list[Header] = []
        for name, value in without(headers, "last-modified"):
            if name.lower() == "etag":
                match = _ETAG.fullmatch(value.strip())
                if match is None:
                    continue
                value = f'{"W/" if weak else match["weak"] or ""}"{match["tag"]}{self._suffix}"'
            marked.append((name, value))
        return marked

    def is_marked(self, asked: Iterable[str]) -> bool:
        """Say whether `If-None-Match` headers ask whether a copy of this very variant is still good."""
        return any(self._suffix + '"' in value for value in asked)

    def is_weakly_marked(self, asked: Iterable[str]) -> bool:
        """Say whether they ask so by a weak validator: then the answer must have a weak one (RFC 9111,
        4.3.4)."""
        return any(
            match["weak"] and match["tag"].endswith(self._suffix)
            for value in asked
            for match in _ETAG.finditer(value)
        )

    def unmarked(self, request: Request, *, document: bool) -> dict[str, tuple[str, ...]]:
        """Return a request's validators as the application knows them, by the header's name.

        Copies of another variant are not worth asking about, and on a request for a `document` neither are
        those that bear no mark: they may be older than the gate, and must not bring back what the page was
        then. Dates would say nothing of the variant, and a part of a page cannot be read.
        """
        if request.headers.keys().isdisjoint(CONDITIONS):
            return {}
        given = request.named(CONDITIONS)
        page = document or any(
            _SUFFIX.search(match["tag"])
            for name, value in given
            if name in ("if-none-match", "if-range")
            for match in _ETAG.finditer(value)
        )
        seen: dict[str, list[str]] = {name: [] for name, _ in given}
        for name, value in given:
            if page and name in ("if-modified-since", "if-range", "range"):
                continue
            if name == "if-none-match":
                value = self._asked_about(value, document=document)
                if not value:
                    continue
            elif name == "if-match":
                # This one guards a change: which variant the visitor saw is no reason to drop the guard.
                value = _ETAG.sub(lambda m: f'{m["weak"] or ""}"{_SUFFIX.sub("", m["tag"])}"', value)
            seen[name].append(value)
        return {name: tuple(values) for name, values in seen.items()}

    def _asked_about(self, value: str, *, document: bool) -> str:
        if _ETAG.search(value) is None:
            return "" if document else value
        tags = (self._unmarked(match, document=document) for match in _ETAG.finditer(value))
        return ", ".join(filter(None, tags))

    def _unmarked(self, match: re.Match[str], *, document: bool) -> str:
        tag = match["tag"]
        if tag.endswith(self._suffix):
            return f'{match["weak"] or ""}"{tag.removesuffix(self._suffix)}"'
        return "" if document or _SUFFIX.search(tag) else match[0]
