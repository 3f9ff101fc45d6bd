"""Character references in attribute values and text (WHATWG HTML, 13.2.5.72 to 13.2.5.80)."""

from __future__ import annotations

import re
from html.entities import html5

_REFERENCE = re.compile(
    r"&(?:#[xX](?P<hexadecimal>[0-9a-fA-F]++);?|#(?P<decimal>[0-9]++);?|(?P<name>[0-9a-zA-Z]++;?))"
)
_LONGEST_NAME = max(map(len, html5))

# 13.2.5.80: numeric references to the C1 controls mean what windows-1252 has in their place.
_C1 = bytes(range(0x80, 0xA0)).decode("cp1252", "replace")
_LARGEST = 0x10FFFF


def decode_references(value: str) -> str:
    """Return an attribute's `value` with its character references replaced. A name without a semicolon is
    left alone where a letter, a digit or "=" follows (13.2.5.73)."""
    return _REFERENCE.sub(_in_attribute, value) if "&" in value else value


def decode_text(text: str) -> str:
    """Return `text` from outside of attributes with its character references replaced, whatever follows
    them."""
    return _REFERENCE.sub(_in_text, text) if "&" in text else text


def _in_attribute(match: re.Match[str]) -> str:
    return _numeric(match) if match["name"] is None else _named(match, in_attribute=True)


def _in_text(match: re.Match[str]) -> str:
    return _numeric(match) if match["name"] is None else _named(match, in_attribute=False)


def _numeric(match: re.Match[str]) -> str:
    hexadecimal, decimal = match["hexadecimal"], match["decimal"]
    # More than seven digits are beyond Unicode, whatever they are: int() need not read them.
    digits = (hexadecimal or decimal).lstrip("0")
    return _character(int(digits or "0", 16 if hexadecimal else 10) if len(digits) <= 7 else _LARGEST + 1)


def _named(match: re.Match[str], *, in_attribute: bool) -> str:
    name: str = match["name"]
    if name.endswith(";") and name in html5:
        return html5[name]
    for length in range(min(len(name), _LONGEST_NAME), 1, -1):
        prefix = name[:length]
        if prefix in html5:
            rest = name[length:]
            following = rest or match.string[match.end() : match.end() + 1]
            if in_attribute and _keeps_from_ending(following):
                return match[0]
            return html5[prefix] + rest
    return match[0]


def _keeps_from_ending(following: str) -> bool:
    """Say whether a name without a semicolon is none in an attribute, by what follows it."""
    return following.startswith("=") or (following[:1].isascii() and following[:1].isalnum())


def _character(code: int) -> str:
    """Return what a numeric reference stands for (13.2.5.80)."""
    if code == 0 or code > _LARGEST or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if 0x80 <= code <= 0x9F:
        replaced = _C1[code - 0x80]
        return chr(code) if replaced == "\ufffd" else replaced
    return chr(code)
