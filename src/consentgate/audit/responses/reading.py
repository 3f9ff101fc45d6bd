"""Reads a response: what came with it, what it would have browsers load, and where a crawler may go on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from consentgate.audit.observations import SeenCookie, SeenRequest, SeenService
from consentgate.consent import Consent, Judge
from consentgate.html.tokenizer.encoding import Unreadable, sniff_encoding
from consentgate.policy import Policy

from .address import Address, address
from .files import known_in_script, loaded_by_style_sheet
from .headers import cookies_set_by, led_to_by
from .links import links_of, may_be_followed, says_nofollow
from .markup import MarkupReader
from .response import Response
from .sitemaps import read_sitemap

Kind = Literal["page", "style sheet", "script", "sitemap"]
"""What something is asked for as."""

_OWN_FILES: dict[str, Kind] = {"stylesheet": "style sheet", "script": "script", "modulepreload": "script"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Linked:
    """An address that a response leads a crawler to, and what to ask for it as."""

    url: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read in the response at `url`, which was asked for as `kind`.

    What is in a file counts for each page that loads it: its `requests` and `services` name the file itself
    as their page. `linked` are the pages and first-party files that it leads to. `is_cut` says that the
    response was longer than what was read, `is_gated` that a gate of ours stands before the site.
    """

    url: str
    kind: Kind
    status: int
    requests: tuple[SeenRequest, ...] = ()
    cookies: tuple[SeenCookie, ...] = ()
    services: tuple[SeenService, ...] = ()
    linked: tuple[Linked, ...] = ()
    language: str = ""
    problem: str = ""
    is_cut: bool = False
    is_gated: bool = False


class ResponseReader:
    """Reads the responses of a site whose own `hosts` are those that a policy names, none for the domain of
    each page."""

    def __init__(self, hosts: tuple[str, ...] = ()) -> None:
        undeclared = Policy()
        self._policy = replace(undeclared, site=msgspec.structs.replace(undeclared.site, hosts=hosts))
        self._nothing = Consent.of_ids(self._policy, ())
        self._markup = MarkupReader(hosts)

    def read(self, response: Response, kind: Kind, now: float) -> Reading:
        """Read a `response` that came at `now`, and was asked for as `kind`."""
        at = response.address
        judge = Judge(self._nothing, at.site.host, at.path)
        reading = Reading(
            str(at),
            kind,
            response.status,
            tuple(dict.fromkeys(led_to_by(response, judge))),
            tuple(dict.fromkeys(cookies_set_by(response, now))),
            linked=_redirect(response, kind),
            problem=response.problem,
            is_cut=response.is_cut,
        )
        if kind == "page" and response.is_html:
            # Error pages are pages.
            return self._page(response, reading)
        if response.status != 200 or response.is_html:
            return reading
        match kind:
            case "style sheet":
                return _with_sheet(response, reading)
            case "script" if not _is_of_the_gate(response):
                requests, services = known_in_script(response.body, at, self._policy)
                return _with(reading, requests, services)
            case "sitemap":
                return replace(reading, linked=tuple(_listed(response)))
        return reading

    def _page(self, response: Response, reading: Reading) -> Reading:
        at = response.address
        encoding = sniff_encoding(response.body, response.charset, complete=True)
        assert encoding is not None
        body, codec = response.body, encoding.codec
        if not encoding.is_ascii_compatible:
            # Browsers show U+FFFD for what is not in the encoding, and go on.
            body, codec = body.decode(codec, "replace").encode(), "utf-8"
        found = links_of(body, codec, at)
        links = [] if any(map(says_nofollow, response.values("x-robots-tag"))) else [*found.links]
        try:
            requests, services = self._markup.loaded_by(response.body, response.charset, at, found.base)
        except Unreadable as error:
            requests, services = [], []
            reading = replace(reading, problem=f"it is not in the encoding that it names: {error}")
        files = [Linked(url, kind) for url, kind in _files(requests, at).items()]
        pages = [Linked(url, "page") for url in links]
        return replace(
            _with(reading, requests, services),
            linked=(*reading.linked, *files, *pages),
            language=found.language if _LANGUAGE.fullmatch(found.language) else "",
            is_gated=_OWN_SNIPPET.search(response.body) is not None,
        )


_OWN_SNIPPET = re.compile(rb"<script[^<>]{0,500}/snippet-[0-9a-f]{10}\.js")

_FILE_OF_GATE = re.compile(r"/(?:snippet|interaction|overlay)-([0-9a-f]{10})\.js\Z")


def _is_of_the_gate(response: Response) -> bool:
    """Say whether a script is the gate's own: its name has its digest in it. It names services that it stands
    in for, and loads none."""
    name = _FILE_OF_GATE.search(response.address.path)
    return name is not None and hashlib.sha256(response.body).hexdigest().startswith(name[1])


def _redirect(response: Response, kind: Kind) -> tuple[Linked, ...]:
    location = response.location
    if location is None or (kind == "page" and not may_be_followed(location)):
        return ()
    return (Linked(str(location), kind),)


def _with(reading: Reading, requests: Iterable[SeenRequest], services: Iterable[SeenService]) -> Reading:
    return replace(
        reading, requests=tuple(dict.fromkeys((*reading.requests, *requests))), services=tuple(services)
    )


def _with_sheet(response: Response, reading: Reading) -> Reading:
    found = [*loaded_by_style_sheet(response.body, response.address)]
    files = (Linked(one.url, "style sheet") for one in found if one.kind == "stylesheet")
    return replace(_with(reading, found, ()), linked=(*reading.linked, *files))


def _files(requests: Iterable[SeenRequest], page: Address) -> dict[str, Kind]:
    """Return the first-party files that a page loads and that can be read, by their URLs."""
    return {
        one.url: _OWN_FILES[one.kind]
        for one in requests
        if one.kind in _OWN_FILES and (target := address(one.url)) and target.site == page.site
    }


def _listed(response: Response) -> Iterable[Linked]:
    for url, is_sitemap in read_sitemap(response.body):
        target = address(url, response.address)
        if target is not None and (is_sitemap or may_be_followed(target)):
            yield Linked(str(target), "sitemap" if is_sitemap else "page")
