"""The two variants of each page: `closed` where nothing has been granted, `open` for one visitor.

A closed page that caches may keep is the same for everyone. Any other closed page depends on whether the
visitor is asked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cached_property

from consentgate.consent import Consent
from consentgate.gate.headers.caching import may_be_shared
from consentgate.gate.message import Header, Request, without
from consentgate.gate.request.visit import Visit
from consentgate.pages import Beside, Shows

_ETAG = re.compile(r'(?P<weak>W/)?"(?P<tag>[^"]*)"')
_SUFFIX = re.compile(r"--(?:closed|open)-[0-9a-f]{12}\Z")
CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-range", "range")
"""The request headers that are about the visitor's copy of a page (RFC 9110, sections 13.1 and 14.2)."""

_CLOSED_KEY = ("closed",)
"""The `X-Consent-Key` of a request from which a cache has taken the cookies (docs/caches.md)."""


def is_for_everyone(visit: Visit, headers: list[Header]) -> bool:
    """Say whether a page that is sent with `headers` has to be the same for all who have granted nothing: a
    shared cache may keep it, or such a cache has asked for it."""
    if visit.consent.is_open:
        return False
    return is_asked_for_everyone(visit.request) or may_be_shared(headers)


def is_asked_for_everyone(request: Request) -> bool:
    """Say whether a `request` comes from a cache that has removed the cookies, and asks for the page of all
    who have granted nothing."""
    return request.values("x-consent-key") == _CLOSED_KEY


class Variant:
    """The variant of a page that one visitor gets, which marks the page's validators.

    `fingerprint` changes with the policy and the gate's version, which both change the bytes of pages. A page
    that is `framed` does not ask the visitor: the page around it does.
    """

    def __init__(self, consent: Consent, fingerprint: bytes, *, framed: bool = False) -> None:
        self._consent = consent
        self._fingerprint = fingerprint
        self._framed = framed

    def shows(self, *, for_everyone: bool) -> Shows | None:
        """Return what a page shows of the gate, None for nothing. `for_everyone` says whether the page is the
        same for everyone."""
        if for_everyone:
            return Shows.FOR_EVERYONE
        return None if self._framed else Shows.of(self._consent)

    def beside(self, *, for_everyone: bool) -> Beside:
        """Return what a page shows beside the link to the settings."""
        return Beside.for_everyone(self._consent.policy) if for_everyone else Beside.of(self._consent)

    def id(self, *, for_everyone: bool = False) -> str:
        """Return the variant's id: its name, and a digest that is the same for all visitors who have granted
        the same, and who see the same of the gate."""
        return self._id_for_everyone if for_everyone else self._own_id

    @property
    def state(self) -> str:
        """The id of the consent in effect, with a question mark where something is to be asked. The snippet
        compares it."""
        granted = b"".join(sorted(self._consent.granted))
        return self._named(granted) + ("?" if self._consent.asks else "")

    @cached_property
    def _own_id(self) -> str:
        shows, beside = self.shows(for_everyone=False), Beside.of(self._consent)
        shown = shows.name.encode() if shows else b""
        if beside is not Beside.NOTHING:
            shown += beside.name.encode()
        return self._named(b"".join(sorted(self._consent.granted)) + shown)

    @cached_property
    def _id_for_everyone(self) -> str:
        return self._named(Shows.FOR_EVERYONE.name.encode())

    def _named(self, shown: bytes) -> str:
        name = "open" if self._consent.is_open else "closed"
        return f"{name}-{hashlib.sha256(self._fingerprint + shown).hexdigest()[:12]}"

    @cached_property
    def _suffixes(self) -> tuple[str, ...]:
        """The marks in the validators of copies that are good for this visitor."""
        own = (f"--{self._own_id}",)
        return own if self._consent.is_open else (*own, f"--{self._id_for_everyone}")

    def mark(self, headers: list[Header], id: str, *, weak: bool = False) -> list[Header]:
        """Return a page's headers with an ETag that is marked with this `id`, and `weak` if so wanted.
        Validators that cannot be marked are removed, since one variant would pass for another."""
        marked: list[Header] = []
        for name, value in without(headers, "last-modified"):
            if name.lower() == "etag":
                match = _ETAG.fullmatch(value.strip())
                if match is None:
                    continue
                value = f'{"W/" if weak else match["weak"] or ""}"{match["tag"]}--{id}"'
            marked.append((name, value))
        return marked

    def asked_about(self, asked: Iterable[str]) -> tuple[str, bool] | None:
        """Return the id of the copy that `If-None-Match` headers ask about, and whether its validator is
        weak, if the copy is good for this visitor. A weak validator needs a weak one in the answer (RFC 9111,
        section 4.3.4)."""
        for value in asked:
            for match in _ETAG.finditer(value):
                for suffix in self._suffixes:
                    if match["tag"].endswith(suffix):
                        return suffix.removeprefix("--"), bool(match["weak"])
        return None

    def unmarked(self, request: Request, *, document: bool) -> dict[str, tuple[str, ...]]:
        """Return a request's validators as the application knows them, without marks, by the header's name.

        Validators of another variant's copy are left out, so that the application sends the page anew. For a
        `document` those without a mark are left out, too: the copy may be older than the gate. Dates are left
        out, since they say nothing of the variant, and so are ranges, since a part of a page cannot be read.
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
                # It guards a change against another visitor's, whatever variant this visitor has seen.
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
        if tag.endswith(self._suffixes):
            return f'{match["weak"] or ""}"{_SUFFIX.sub("", tag)}"'
        return "" if document or _SUFFIX.search(tag) else match[0]
