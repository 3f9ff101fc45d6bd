"""Addresses of pages and files on the web: the one spelling in which each is asked for once."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from consentgate.web.host import parse_host
from consentgate.web.url import Url, resolve

LONGEST = 2000
"""The longest address that is read, in characters. Search engines and sitemaps keep to about as many."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_STRIPPED = "".join(map(chr, range(0x21)))
_REMOVED = str.maketrans("", "", "\t\n\r")
_AUTHORITY = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.\-]*:)?[/\\]{2,}(?P<authority>[^/\\]*)")
_PORT = re.compile(r":(?P<port>[0-9]{1,5})\Z")
# WHATWG URL, "special-query percent-encode set": all of printable ASCII that is not in it.
_IN_QUERY = "!$%&()*+,-./:;=?@[\\]^_`{|}~"
# What campaigns and sessions add to addresses: the page is the same without it.
_NO_PART_OF_THE_PAGE = re.compile(
    r"(?i)(?:utm_[a-z_]*|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid"
    r"|mc_[ce]id|_ga|_gl|_hs(?:enc|mi)|mkt_tok|mtm_[a-z]*|pk_[a-z]*|phpsessid|jsessionid)(?:=.*)?"
)
_SESSION_IN_PATH = re.compile(r"(?i);jsessionid=[^/;]*")


class Site(NamedTuple):
    """A host with its port, None for the default one of the address's scheme."""

    host: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Site:
        """Read "example.org" or "example.org:8000". Raises ValueError for what is neither."""
        port = _PORT.search(text)
        host = parse_host(text[: port.start()] if port else text)
        if not Url("https", host, "/").has_valid_host or "/" in text:
            raise ValueError("expected a host, like www.example.org or localhost:8000")
        number = int(port["port"]) if port else None
        return cls(host, None if number in _DEFAULT_PORTS.values() else number)

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


class Address(NamedTuple):
    """An address without its fragment. `query` has no question mark, and is "" where there is none."""

    scheme: str
    site: Site
    path: str
    query: str = ""

    @property
    def url(self) -> Url:
        """Where it leads, as the gate sees it."""
        return Url(self.scheme, self.site.host, self.path)

    @property
    def key(self) -> tuple[Site, str, tuple[str, ...]]:
        """What two addresses of the same page have in common: the order of what they ask for does not count,
        nor what campaigns add."""
        asked = (part for part in self.query.split("&") if part and not _NO_PART_OF_THE_PAGE.fullmatch(part))
        return self.site, _SESSION_IN_PATH.sub("", self.path), tuple(sorted(asked))

    def __str__(self) -> str:
        return f"{self.scheme}://{self.site}{self.path}{'?' if self.query else ''}{self.query}"


def address(text: str, base: Address | None = None) -> Address | None:
    """Return the address on the web to which `text` leads, from the page or file at `base`; None where it
    leads to none, or is longer than any real one."""
    text = text.strip(_STRIPPED).translate(_REMOVED).partition("#")[0]
    if len(text) > LONGEST:
        return None
    url = resolve(text, base.url if base else Url("https", "", "/"))
    if not url.is_on_the_web:
        return None
    place, asks, query = text.partition("?")
    named = _AUTHORITY.match(place)
    if named is None and base is not None:
        port = base.site.port
        query = query if place or asks else base.query
    else:
        port = _port_in(named["authority"] if named else "", url.scheme)
    escaped = quote(query, safe=_IN_QUERY, errors="replace")
    return Address(url.scheme, Site(url.host, port), url.path, escaped)


def _port_in(authority: str, scheme: str) -> int | None:
    found = _PORT.search(authority)
    number = int(found["port"]) if found else None
    return None if number == _DEFAULT_PORTS.get(scheme) else number
