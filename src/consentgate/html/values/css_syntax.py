"""The tokens of a style sheet (CSS Syntax 3, chapter 4), and the runs of it in which nothing can load."""

from __future__ import annotations

import re

from consentgate.html.matching.run import Run
from consentgate.html.tokenizer.grammar import SPACE

_CONTROL = rb"\0-\x08\x0b\x0e-\x1f\x7f"
_ESCAPE = rb"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|" + SPACE + rb")?|[^\n\r\f0-9a-fA-F\0])"
_STRING = rb"\"(?:[^\"\\\n\r\f\0]++|\\(?:\r\n|[^\0]))*+\"|'(?:[^'\\\n\r\f\0]++|\\(?:\r\n|[^\0]))*+'"
COMMENT = rb"/\*(?:[^*]++|\*(?!/))*+\*/"
_NAME_CHARACTER = rb"[-_a-zA-Z0-9\x80-\xff]"
_IDENT = rb"(?:" + _NAME_CHARACTER + rb"|" + _ESCAPE + rb")++"
_TO_COLON = rb"(?:" + SPACE + rb"|" + COMMENT + rb")*+:"

# Minifiers leave no space between these at-keywords and their condition. None of them loads anything.
_RULE_WITH_CONDITION = rb"(?i:media|supports|container|scope)(?=\()"
# A hash and an at-keyword are tokens of their own, so that a parenthesis behind one opens no function.
TOKEN = re.compile(
    rb"(?P<nothing>(?:" + SPACE + rb"++|" + COMMENT + rb"|<!--|-->)++)"
    rb"|(?P<string>" + _STRING + rb")"
    rb"|(?P<at>@(?:" + _RULE_WITH_CONDITION + rb"|" + _IDENT + rb"(?!\()))"
    rb"|(?P<hash>\#" + _IDENT + rb")(?!\()"
    rb"|[uU][rR][lL]\("
    + SPACE
    + rb"*+(?P<bare_url>(?:[!#-&*-\[\]-~\x80-\xff]|"
    + _ESCAPE
    + rb")*+)"
    + SPACE
    + rb"*+\)"
    rb"|(?P<custom_property>--(?:" + _IDENT + rb")?" + _TO_COLON + rb")"
    rb"|(?P<function>" + _IDENT + rb")\("
    rb"|(?P<name>" + _IDENT + rb")"
    rb"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<stop>[;{}])"
    rb"|(?P<other>[^\"'\\/@#" + _CONTROL + rb"]|/(?!\*)|[@#](?!" + _IDENT + rb"\())",
    re.S,
)
"""A token, whose kind is the name of the group that matched. An odd construct does not match."""

COLON = re.compile(_TO_COLON)
QUOTE = re.compile(SPACE + rb"*+[\"']")
PLAIN_NAME = re.compile(rb"[-_a-zA-Z0-9]++")

# -- what an escape stands for ---------------------------------------------------------------------------

_ESCAPES = re.compile(_ESCAPE + rb"|\\(?:\r\n|[\n\r\f])")
_CODE_POINT = re.compile(rb"[0-9a-fA-F]{1,6}")


def unescape(text: bytes) -> bytes:
    """Replace the escapes in a name, string or URL (4.3.7)."""
    return _ESCAPES.sub(_unescaped, text) if b"\\" in text else text


def _unescaped(escape: re.Match[bytes]) -> bytes:
    body = escape[0][1:]
    digits = _CODE_POINT.match(body)
    if digits is None:
        return b"" if body[:1] in b"\n\r\f" else body
    code = int(digits[0], 16)
    valid = 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return (chr(code) if valid else "\ufffd").encode()


# -- what loads nothing ----------------------------------------------------------------------------------

# Brackets, and parentheses that hold neither url() nor a string (unless in brackets), nested as deep as this.
_INERT_BRACKETS = rb"\[(?:[^\[\](){};\"'\\/@" + _CONTROL + rb"]++|" + _STRING + rb")*+\]"
_DEEPEST_INERT_CALL = 4


def _inert_call(depth: int) -> bytes:
    inside = [rb"[^\[\](){};\"'\\/@<" + _CONTROL + rb"]++", rb"/(?!\*)", rb"<(?!!)", _INERT_BRACKETS]
    if depth:
        inside.append(_inert_call(depth - 1))
    return rb"(?<![uU][rR][lL])\((?:" + rb"|".join(inside) + rb")*+\)"


# A custom property without strings; an at-rule that says nothing of URLs; dashes within names.
_INERT_CUSTOM_PROPERTY = (
    rb"--"
    + _NAME_CHARACTER
    + rb"*+"
    + SPACE
    + rb"*+:(?:[^;{}\"'()\[\]\\@/<"
    + _CONTROL
    + rb"]++|/(?!\*)|(?&call))*+(?=[;}])"
)
_INERT_RULE = (
    rb"@"
    + _RULE_WITH_CONDITION
    + rb"|@(?![iI][mM]|[nN][aA]|[pP][rR]|[fF][uU])[-_a-zA-Z0-9]++(?![\\(\x80-\xff])"
)
_INERT_DASHES = rb"(?<=" + _NAME_CHARACTER + rb")--|--" + _NAME_CHARACTER + rb"++(?=[,)])"
INERT_CSS = Run(
    rb"(?:[^@()\[\]\"'/\\<"
    + _CONTROL
    + rb"-]++|"
    + rb"|".join(
        (
            _STRING,
            COMMENT,
            rb"/(?!\*)",
            rb"<(?!!)",
            rb"-(?!-)",
            _INERT_DASHES,
            rb"(?&call)",
            rb"(?:(?<=format)|(?<=local))\((?:" + _STRING + rb")\)",
            _INERT_BRACKETS,
            _INERT_CUSTOM_PROPERTY,
            _INERT_RULE,
        )
    )
    + rb")*+",
    {"call": _inert_call(_DEEPEST_INERT_CALL)},
)
"""The run of a sheet that loads nothing, outside of functions and rules that could. It may end behind a
name."""

_NAME_CHARACTERS = bytes(c for c in range(256) if re.fullmatch(_NAME_CHARACTER, bytes((c,))))
LONGEST_NAME = 256
"""The longest name at the end of an inert run that is looked for."""


def skip_inert(sheet: bytes, position: int) -> int:
    """Return where something begins, from `position` on, that may load. The name in front of it, such as a
    function's, belongs to it."""
    end = INERT_CSS.match(sheet, position, len(sheet))[0]
    if end == len(sheet):
        return end
    before = sheet[max(position, end - LONGEST_NAME) : end]
    start = end - len(before) + len(before.rstrip(_NAME_CHARACTERS))
    return start - (position < start < end and sheet[start - 1 : start] in b"#@")
