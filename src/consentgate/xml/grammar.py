"""The plain forms of XML (XML 1.0; Namespaces in XML 1.0), as patterns over UTF-8.

Every repetition is possessive, so that a pattern reads each byte once. A pattern that needs more input than
there is does not match.
"""

from __future__ import annotations

import re
from html.entities import html5

from .refusal import refuse

LONGEST_MARKUP = 8 << 20
"""The longest tag, comment, script or style sheet, in bytes: each has to be kept in memory."""

_SPACE = rb"[ \t\r\n]"
_NCNAME = rb"[A-Za-z_\x80-\xff][A-Za-z0-9_.\x80-\xff-]*+"
_NAME = rb"%b(?::%b)?" % (_NCNAME, _NCNAME)
_QUOTED = rb"(?:\"[^<\"]*+\"|'[^<']*+')"
_ATTRIBUTE = rb"%b++%b%b*+=%b*+%b" % (_SPACE, _NAME, _SPACE, _SPACE, _QUOTED)

XML_DECLARATION = re.compile(
    rb"<\?xml%b++version%b*+=%b*+[\"']1\.[0-9][\"']" % (_SPACE, _SPACE, _SPACE)
    + rb"(?:%b++encoding%b*+=%b*+[\"'](?P<label>[A-Za-z0-9._-]++)[\"'])?" % (_SPACE, _SPACE, _SPACE)
    + rb"(?:%b++standalone%b*+=%b*+[\"'](?:yes|no)[\"'])?%b*+\?>" % (_SPACE, _SPACE, _SPACE, _SPACE)
)
# Without an internal subset, which could define entities.
DOCTYPE = re.compile(
    rb"<!DOCTYPE%b++%b(?:%b++(?:SYSTEM|PUBLIC%b++%b)%b++%b)?%b*+>"
    % (_SPACE, _NAME, _SPACE, _SPACE, _QUOTED, _SPACE, _QUOTED, _SPACE)
)
START_TAG = re.compile(
    rb"<(?P<name>%b)(?P<attributes>(?:%b)*+)%b*+(?P<empty>/?)>" % (_NAME, _ATTRIBUTE, _SPACE)
)
END_TAG = re.compile(rb"</(?P<name>%b)%b*+>" % (_NAME, _SPACE))
COMMENT = re.compile(rb"<!--(?:[^-]++|-(?!-))*+-->")
CDATA_SECTION = re.compile(rb"<!\[CDATA\[(?P<text>(?:[^\]]++|\](?!\]>))*+)\]\]>")
INSTRUCTION = re.compile(rb"<\?(?P<target>%b)(?P<data>(?:%b(?:[^?]++|\?(?!>))*+)?)\?>" % (_NAME, _SPACE))
# The data of an `xml-stylesheet` instruction has the form of attributes.
STYLESHEET_DATA = re.compile(rb"(?:%b)++%b*+" % (_ATTRIBUTE, _SPACE))
TEXT = re.compile(rb"[^<]++")
CONTROL_CHARACTERS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_ATTRIBUTES = re.compile(rb"(%b)%b*+=%b*+(?:\"([^<\"]*+)\"|'([^<']*+)')" % (_NAME, _SPACE, _SPACE))
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7});|#x([0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]*+);)?")


def is_space(text: bytes) -> bool:
    """Say whether `text` is nothing but white space."""
    return not text.strip(b" \t\r\n")


def parse_attributes(data: bytes) -> dict[bytes, bytes]:
    """Return the attributes of a start tag by their names. Names and values are as written."""
    found = _ATTRIBUTES.findall(data)
    attributes = {name: double or single for name, double, single in found}
    if len(attributes) < len(found):
        refuse("an attribute that comes twice")
    return attributes


def local_name(name: bytes) -> bytes:
    """Return a name without its prefix."""
    return name.rpartition(b":")[2]


def decode_references(data: bytes) -> bytes:
    """Replace the references in text or an attribute's value."""
    if b"&" not in data:
        return data
    return _REFERENCE.sub(_character, data.decode()).encode()


def _character(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name is not None:
        # The entities of XHTML. Browsers know all names of HTML there.
        found = html5.get(f"{name};")
        return found if found is not None else refuse(f"the entity {name!r}")
    code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else 0
    if not (code >= 0x20 or code in (0x9, 0xA, 0xD)) or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        refuse("a character reference that means nothing")
    return chr(code)
