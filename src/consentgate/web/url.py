"""URLs as browsers read them (WHATWG URL standard): what host and path does this text lead to?"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import idna


class Url(NamedTuple):
    """Where a URL leads: its `scheme` and `host` (lower case, IDNA, no port) and its `path` without query
    and fragment. `host` is "" where the text leads nowhere on a network (`data:`, `mailto:`, `about:`)."""

    scheme: str
    host: str
    path: str

    @property
    def is_for_a_program(self) -> bool:
        """True for a scheme that no browser shows anything from: some other program may be started by it."""
        return self.host.endswith(":")

    @property
    def is_on_the_web(self) -> bool:
        """True for a page on a host with a name or an address that browsers take."""
        named = self.host != "" and (":" not in self.host or self.host.endswith("]"))
        return named and self.scheme in ("http", "https")


_SPECIAL_SCHEMES = frozenset(("http", "https", "ws", "wss", "ftp"))
# Schemes whose content is already in the page, or that give a number or an address to a program which the
# visitor has chosen. Any other scheme that is not special is taken for an unknown host, and so for a third
# party: `intent:` may name a page that browsers on Android load where the app is missing, or be one of https,
# `view-source:` and `feed:` hold a URL, what `rtsp:` and `file:` name is fetched, and the programs that have
# schemes of their own fetch what they like.
_LOCAL_SCHEMES = frozenset(
    (
        *("data", "blob", "about", "javascript", "mailto", "tel", "sms", "cid", "mediastream", "filesystem"),
        # A plug-in by its number in the system's registry: what it would load is named elsewhere.
        "clsid",
    )
)

# The plain case, which is nearly every URL there is: nothing to strip, decode or convert.
_PLAIN = re.compile(
    r"(?:(?P<scheme>https?|wss?):)?//(?P<host>(?:[a-z0-9][a-z0-9.-]*)?[a-z])(?::[0-9]{0,4})?"
    r"(?P<path>/[^\x00-\x20?#\\%\"<>^`{}\x7f-\U0010ffff]*)?(?:[?#][^\t\n\r]*)?",
    re.ASCII,
)
_MOST_REMEMBERED = 1024
_LONGEST_REMEMBERED = 256
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LONGEST_SCHEME = 64
LONGEST_HOST = 4 << 10
"""A host that is written longer is nobody's: no name has more than 253 characters once it is decoded, and to
convert one takes time that grows with its square."""
TOO_LONG = "too-long:invalid"
"""What such a host is called."""
_STRIPPED = "".join(map(chr, range(0x21)))
_REMOVED = str.maketrans("", "", "\t\n\r")
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")
_PORT = re.compile(r":[0-9]*\Z")
_LARGEST_PORT = 0xFFFF
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})?")
# One string for each byte: a long path may be nothing but escapes.
_ESCAPES = tuple(f"%{byte:02X}" for byte in range(256))
_ESCAPED_IN_PATH = re.compile(r"[\x00-\x20\"#<>?^`{}\x7f-\U0010ffff]+")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)\Z")


def resolve(text: str, base: Url) -> Url:
    """Where `text`, found in a document whose base URL is `base`, leads.

    A text that browsers refuse as a URL, and one with a scheme that is not known to be local, gets a
    host that is never anybody's own, so that it counts as a third party's: doubt closes.
    """
    plain = _plain(text) if len(text) <= _LONGEST_REMEMBERED else _plain.__wrapped__(text)
    if plain is not None:
        return plain if plain.scheme else plain._replace(scheme=base.scheme)
    text = text.strip(_STRIPPED).translate(_REMOVED)
    scheme = _SCHEME.match(text)
    if scheme is not None:
        return _absolute(scheme[1].lower(), text[scheme.end() :], base)
    return _relative(text, base)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _plain(text: str) -> Url | None:
    """Where a URL of the plain case leads, of which one without a scheme has none here. The same few stand on
    most pages of a site."""
    match = _PLAIN.fullmatch(text)
    if match is None or "0x" in match["host"] or "xn--" in match["host"]:
        return None
    return Url(match["scheme"] or "", match["host"], normal_path(match["path"] or "/"))


def _absolute(scheme: str, rest: str, base: Url) -> Url:
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
    slashed = text.replace("\\", "/")
    if slashed.startswith("//"):
        return _with_authority(base.scheme, text.lstrip("/\\"))
    path = re.split(r"[?#]", text, maxsplit=1)[0].replace("\\", "/")
    if not path:
        return base
    whole = normal_path(path) if path.startswith("/") else _beside(base.path, path)
    return Url(base.scheme, base.host, whole)


def _beside(base_path: str, path: str) -> str:
    """The path that a relative `path` leads to from the normal `base_path`, of which nothing is read that
    stays: it may be long, and the URLs relative to it many."""
    path, end = _in_one_spelling(path), max(base_path.rfind("/"), 0)
    if not path.startswith(".") and "/." not in path:
        return f"{base_path[:end]}/{path}"
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == ".." and not kept:
            end = max(base_path.rfind("/", 0, end), 0)
        elif segment == "..":
            kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return f"{base_path[:end]}/{'/'.join(kept)}"


def _with_authority(scheme: str, rest: str) -> Url:
    end = re.search(r"[/\\?#]", rest)
    authority, rest = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    path = re.split(r"[?#]", rest, maxsplit=1)[0].replace("\\", "/")
    host = authority.rpartition("@")[2]
    host, _, port = host.rpartition(":") if _PORT.search(host) else (host, "", "")
    good_port = len(port.lstrip("0")) <= 5 and int(port or "0") <= _LARGEST_PORT
    name = parse_host(host) if good_port else f"{host[:LONGEST_HOST]}:{port[:LONGEST_HOST]}:invalid"
    return Url(scheme, name, normal_path(path or "/"))


def normal_path(path: str) -> str:
    """`path` in its one spelling: without its `.` and `..` segments, with escapes where browsers write them
    (the standard's "path percent-encode set"), in capitals, and none that are needless."""
    path = _in_one_spelling(path)
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _in_one_spelling(path: str) -> str:
    if "%" in path:
        path = _ESCAPE.sub(_one_escape, path)
    return _ESCAPED_IN_PATH.sub(_escaped, path)


def _one_escape(match: re.Match[str]) -> str:
    if match[1] is None:
        return "%25"
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else _ESCAPES[ord(character)]


def _escaped(match: re.Match[str]) -> str:
    return "".join([_ESCAPES[byte] for byte in match[0].encode("utf-8", "replace")])


def parse_host(text: str) -> str:
    """The host that `text` (the authority without user and port) names, in its one canonical spelling.

    What browsers would refuse comes back with an ending that no host has, and so is nobody's and below
    nobody's.
    """
    if len(text) > LONGEST_HOST:
        return TOO_LONG
    if text.startswith("["):
        return _ipv6(text)
    decoded = unquote_to_bytes(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    host = decoded.lower() if decoded.isascii() and "xn--" not in decoded.lower() else _to_ascii(decoded)
    if not host or _FORBIDDEN_IN_HOST.search(host):
        return f"{host}:invalid"
    if _ends_in_number(host):
        return _ipv4(host)
    return host.removesuffix(".")


def _to_ascii(host: str) -> str:
    """WHATWG URL, "domain to ASCII" (UTS 46, section 4)."""
    try:
        labels = idna.uts46_remap(host, std3_rules=False, transitional=False).split(".")
        written = [_written_out(label) for label in labels]
        if any(map(_is_right_to_left, _NOT_ASCII.findall("".join(written)))):
            for label in filter(None, written):
                idna.check_bidi(label, check_ltr=True)
    except ValueError:  # from `idna`, from the codec, and from Unicode's own tables
        return ""
    return ".".join(map(_label_to_ascii, labels))


def _is_right_to_left(character: str) -> bool:
    return unicodedata.bidirectional(character) in _RIGHT_TO_LEFT


def _label_to_ascii(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _written_out(label: str) -> str:
    """A label in its Unicode form. Raises UnicodeError for one that stands for none that could be written
    out (UTS 46, section 4.1, "validity criteria")."""
    text = label
    if label.startswith("xn--"):
        text = label[len("xn--") :].encode("ascii").decode("punycode")
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
        if text.isascii() or mapped != text or _label_to_ascii(text) != label:
            raise UnicodeError(label)
    if not text.isascii():
        idna.check_initial_combiner(text)
        joiners = (place for place, character in enumerate(text) if character in "\u200c\u200d")
        if not all(idna.valid_contextj(text, place) for place in joiners):
            raise UnicodeError(label)
    return text


def _ends_in_number(host: str) -> bool:
    last = host.removesuffix(".").rpartition(".")[2]
    return _NUMBER.match(last) is not None


def _ipv4(host: str) -> str:
    parts = host.removesuffix(".").split(".")
    try:
        numbers = [_ipv4_number(part) for part in parts]
    except ValueError:
        return f"{host}:invalid"
    if len(numbers) > 4 or any(n > 255 for n in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return f"{host}:invalid"
    value = numbers[-1] + sum(n << (8 * (3 - i)) for i, n in enumerate(numbers[:-1]))
    return str(ipaddress.IPv4Address(value))


def _ipv4_number(part: str) -> int:
    if len(part) > 20 or not _NUMBER.match(part):
        raise ValueError(part)
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part[0] == "0" else int(part)


def _ipv6(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return f"{text}:invalid"
    if not text.endswith("]") or "%" in text:
        return f"{text}:invalid"
    # Not `compressed`: newer versions of Python write the last 32 bits of some addresses as IPv4.
    text = re.sub(r"(?<![0-9a-f])0+(?=[0-9a-f])", "", address.exploded)
    return f"[{_compressed(text)}]"


def _compressed(address: str) -> str:
    """An IPv6 address with the first of its longest runs of zeros left out."""
    runs = [match.span() for match in re.finditer(r"(?<![0-9a-f])0(?::0)+(?![0-9a-f])", address)]
    if not runs:
        return address
    start, end = max(runs, key=lambda run: (run[1] - run[0], -run[0]))
    return address[:start].removesuffix(":") + "::" + address[end:].removeprefix(":")
