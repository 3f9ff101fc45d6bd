"""URLs as browsers read them (WHATWG URL): which host and path does this text lead to?"""

from __future__ import annotations

import re
from urllib.parse import quote

import msgspec

from .host import parse_authority
from .paths import normal_path, resolve_path


class Url(msgspec.Struct, frozen=True):
    """The place that a URL leads to: its `scheme` and `host` (lowercase, IDNA, no port) and its `path`
    without query and fragment. `host` is "" for a URL that leads nowhere on a network (`data:`,
    `mailto:`)."""

    scheme: str
    host: str
    path: str

    @property
    def is_for_a_program(self) -> bool:
        """True for a scheme from which browsers show nothing: it may start another program."""
        return self.host.endswith(":")

    @property
    def is_on_the_web(self) -> bool:
        """True for an http or https URL with a valid host."""
        return self.has_valid_host and self.scheme in ("http", "https")

    @property
    def has_valid_host(self) -> bool:
        """True for a host with a name or an address that browsers accept."""
        return self.host != "" and (":" not in self.host or self.host.endswith("]"))


_SPECIAL_SCHEMES = frozenset(("http", "https", "ws", "wss", "ftp"))
# Schemes whose content is already in the page, or that hand a number or an address to a program which the
# visitor has chosen. Any other scheme that is not special counts as an unknown host, and so as a third party:
# `intent:` may name a page that browsers on Android load, `view-source:` and `feed:` hold a URL, what `rtsp:`
# and `file:` name is fetched, and programs with schemes of their own fetch what they like.
_LOCAL_SCHEMES = frozenset(
    (
        *("data", "blob", "about", "javascript", "mailto", "tel", "sms", "cid", "mediastream", "filesystem"),
        # A plug-in by its number in the system's registry: what it would load is named elsewhere.
        "clsid",
    )
)

# The printable ASCII that is not in the "special-query percent-encode set", and not in the "fragment
# percent-encode set" (WHATWG URL, 1.3). Escapes stay as they are.
_IN_QUERY = "!$%&()*+,-./:;=?@[\\]^_`{|}~"
_IN_FRAGMENT = "!#$%&'()*+,-./:;=?@[\\]^_{|}~"
_PORT = re.compile(r":0*([0-9]{1,5})\Z")

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
_LONGEST_SCHEME = 64
_STRIPPED = "".join(map(chr, range(0x21)))
_REMOVED = str.maketrans("", "", "\t\n\r")

# The plain case, which nearly every URL is: nothing to strip, decode or convert.
_PLAIN = re.compile(
    r"(?:(?P<scheme>https?|wss?):)?//(?P<host>(?:[a-z0-9][a-z0-9.-]*)?[a-z])(?::[0-9]{0,4})?"
    r"(?P<path>/[^\x00-\x20?#\\%\"<>^`{}\x7f-\U0010ffff]*)?(?:[?#][^\t\n\r]*)?",
    re.ASCII,
)


def resolve(text: str, base: Url) -> Url:
    """Return where `text`, found in a document whose base URL is `base`, leads.

    A text that browsers refuse as a URL gets a host that no one can own, and so does one whose scheme is not
    known to be local. It then counts as a third party's: in doubt it is blocked.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is not None and not ("0x" in plain["host"] or "xn--" in plain["host"]):
        return Url(plain["scheme"] or base.scheme, plain["host"], normal_path(plain["path"] or "/"))
    text = text.strip(_STRIPPED).translate(_REMOVED)
    scheme = _SCHEME.match(text)
    if scheme is not None:
        return _absolute(scheme[1].lower(), text[scheme.end() :])
    return _relative(text, base)


def web_address(text: str, base: Url) -> str:
    """Return the address of the page on the web that `text` leads to, from a document whose base URL is
    `base`: in ASCII, without user and password. "" where it leads to no page."""
    url = resolve(text, base)
    if not url.is_on_the_web:
        return ""
    text = text.strip(_STRIPPED).translate(_REMOVED)
    text, mark, fragment = text.partition("#")
    place, question, query = text.partition("?")
    rest = question + _escaped(query, _IN_QUERY) + mark + _escaped(fragment, _IN_FRAGMENT)
    return f"{url.scheme}://{url.host}{_port_in(place)}{url.path}{rest}"


def _port_in(place: str) -> str:
    """Return the port in the part of a URL before its query, with the colon; "" where it has none."""
    begin = re.match(r"(?:[a-zA-Z][a-zA-Z0-9+.\-]*:)?[/\\]{2,}([^/\\]*)", place)
    port = _PORT.search(begin[1]) if begin else None
    return f":{port[1]}" if port and port[1] else ""


def _escaped(text: str, unescaped: str) -> str:
    return quote(text, safe=unescaped, errors="replace")


def _absolute(scheme: str, rest: str) -> Url:
    if scheme in _SPECIAL_SCHEMES:
        target = _with_authority(scheme, rest.lstrip("/\\"))
        if re.match(r"[/\\]{2}", rest) is None and scheme in ("http", "https"):
            # The standard takes "https:x" in an https page for a relative path and in an http page for the
            # host "x". Which of them the visitor's address bar shows is not known for sure behind a proxy.
            return Url(scheme, f"{target.host}:{scheme}", target.path)
        return target
    if scheme in _LOCAL_SCHEMES:
        return Url(scheme, "", rest)
    return Url(scheme, f"{scheme[:_LONGEST_SCHEME]}:", rest)


def _relative(text: str, base: Url) -> Url:
    if text.replace("\\", "/").startswith("//"):
        return _with_authority(base.scheme, text.lstrip("/\\"))
    path = _without_query(text)
    if not path:
        return base
    whole = normal_path(path) if path.startswith("/") else resolve_path(path, base.path)
    return Url(base.scheme, base.host, whole)


def _with_authority(scheme: str, rest: str) -> Url:
    """Return where the URL of a special scheme leads, given what follows its slashes."""
    end = re.search(r"[/\\?#]", rest)
    authority, rest = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    return Url(scheme, parse_authority(authority), normal_path(_without_query(rest) or "/"))


def _without_query(text: str) -> str:
    return re.split(r"[?#]", text, maxsplit=1)[0].replace("\\", "/")
