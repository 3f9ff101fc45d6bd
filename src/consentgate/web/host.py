"""Hosts in URLs as browsers read them (WHATWG URL, 3.5 "Host parsing"): one spelling for each."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import unquote_to_bytes

import idna

LONGEST_HOST = 4 << 10
"""The most characters of a host that is read. A decoded name has at most 253, and the time to convert one
grows with the square of its length."""
TOO_LONG = "too-long:invalid"
"""Stands for a host with more characters. No host has this name."""

_PORT = re.compile(r":[0-9]*\Z")
_LARGEST_PORT = 0xFFFF
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)\Z")


def parse_authority(text: str) -> str:
    """Return the host of an authority, `user@host:port`, as `parse_host` does. Browsers refuse one with a
    port that is out of range, too."""
    host = text.rpartition("@")[2]
    host, _, port = host.rpartition(":") if _PORT.search(host) else (host, "", "")
    in_range = len(port.lstrip("0")) <= 5 and int(port or "0") <= _LARGEST_PORT
    return parse_host(host) if in_range else f"{host[:LONGEST_HOST]}:{port[:LONGEST_HOST]}:invalid"


def parse_host(text: str) -> str:
    """Return the host that `text` (an authority without user and port) names, in its canonical spelling.

    A text that browsers refuse gets an ending that no host has, so that it belongs to nobody.
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


# -- names -----------------------------------------------------------------------------------------------


def _to_ascii(host: str) -> str:
    """Convert a name to ASCII (WHATWG URL, "domain to ASCII"; UTS 46, section 4). Return "" for one that
    browsers refuse."""
    try:
        labels = idna.uts46_remap(host, std3_rules=False, transitional=False).split(".")
        in_unicode = [_to_unicode(label) for label in labels]
        if any(map(_is_right_to_left, _NOT_ASCII.findall("".join(in_unicode)))):
            for label in filter(None, in_unicode):
                idna.check_bidi(label, check_ltr=True)
    except ValueError:  # from `idna`, from the codec, and from Unicode's own tables
        return ""
    return ".".join(map(_label_to_ascii, labels))


def _is_right_to_left(character: str) -> bool:
    return unicodedata.bidirectional(character) in _RIGHT_TO_LEFT


def _label_to_ascii(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _to_unicode(label: str) -> str:
    """Return a label in its Unicode form. Raise UnicodeError for one that is not valid (UTS 46, section 4.1
    "Validity Criteria")."""
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


# -- addresses -------------------------------------------------------------------------------------------


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
    """Leave the first of the longest runs of zeros out of an IPv6 address (RFC 5952, section 4.2)."""
    runs = [match.span() for match in re.finditer(r"(?<![0-9a-f])0(?::0)+(?![0-9a-f])", address)]
    if not runs:
        return address
    start, end = max(runs, key=lambda run: (run[1] - run[0], -run[0]))
    return address[:start].removesuffix(":") + "::" + address[end:].removeprefix(":")
