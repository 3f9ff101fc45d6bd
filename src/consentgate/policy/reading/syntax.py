"""What is wrong with a file that is not TOML, and how to mend it."""

from __future__ import annotations

import re

_PLACE = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)")
_KEY = r"""[\w"'.-]+"""
_SWITCH = "true|yes|on|false|no|off|none|null"
_DATE = "[0-9]+[-./][0-9]+[-./][0-9]+"
_LONGEST_LINE = 60
_NOTHING_MORE = "write nothing after the value: each key has a line of its own"

# The first that fits the line counts. All are anchored, and none can take long.
_BY_LINE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), hint)
    for pattern, hint in (
        (r"\s*(?:<{7}|={7}|>{7})", "two versions were merged here: keep one of them"),
        (r"\s*(?:;|//|/\*)", "a comment begins with #"),
        (r"\s*[{}<(]", "this is no TOML: a policy is written in tables, like [site]"),
        (r"[^#]*[\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb]", 'write straight quotes, like "Example"'),
        (rf"\s*{_KEY}\s*:", "write = between a key and its value, not a colon"),
        (rf"\s*{_KEY}\s*=\s*(?i:{_SWITCH})\s*(?:#|$)", "write true or false, in lowercase"),
        (rf"\s*{_KEY}\s*=\s*(?:#|$)", "write a value after the =, or take the line out"),
        (r"\s*-\s", "this is no TOML: a list stands in brackets, like [\"en\", \"fr\"]"),
        (rf"\s*{_KEY}\s*=[=>]", "write one = between a key and its value"),
        (rf"\s*{_KEY}\s*=[^#]*[;,]\s*(?:#|$)", _NOTHING_MORE),
        (rf"\s*{_KEY}\s*=\s*'[^']*'\w", "put a text with a ' in it in double quotes"),
        (rf"\s*{_KEY}\s*=\s*(?:true|false)\b", _NOTHING_MORE),
        (rf"\s*{_KEY}\s*=\s*\[[^\"']*[A-Za-z*]", "write texts in quotes, like [\"example.org\"]"),
        (rf"\s*{_KEY}\s*=\s*\[.*,\s*,", "write one comma between two values"),
        (rf"\s*{_KEY}\s*=\s*[0-9]+\s*[A-Za-z]", "write text in quotes, like lifetime = \"14 days\""),
        (r"\s*\[[^\[\]]*\]\]", "close the brackets around a table's name: [site], or [[service]]"),
        (r"\s*[^\s#=\"']*[^\x00-\x7f]", "write the name of a key in ASCII letters, or in quotes"),
        (rf"\s*{_KEY}\s*=\s*{_DATE}", "write a date that exists as 2026-11-23, without quotes"),
        (rf"\s*{_KEY}\s*=\s*[A-Za-z_*/@]", 'write text in quotes, like name = "Example"'),
        (r"\s*[\w./\\-]+\.toml\s*$", "this is the name of a file: Policy.load(path) reads one"),
        (r"\s*[\w-]+\s*$", "write a key and its value, like dnt = true, or a table, like [site]"),
    )
)  # fmt: skip
_ONCE = "the key stands twice in this table: name it once"
_TABLE_ONCE = (
    "name the table once, with all of its keys under it; several services or cookies are in double brackets, "
    "like [[service]]"
)
_QUOTES = "close the quotes at the end of the text"
_BY_ERROR = (
    ("Cannot declare", _TABLE_ONCE),
    ("Duplicate inline", _ONCE),
    ("Unescaped '\\'", "write \\\\ for a backslash, or put the text in single quotes"),
    ("Illegal character '\\n'", _QUOTES),
    ("Illegal character '\\r'", _QUOTES),
    ("Unterminated string", _QUOTES),
    ("initial character for a key", "write a table in braces in one line, without a comma at its end"),
    ("Expected ']", "close the brackets around a table's name: [site], or [[service]]"),
    ("Unclosed array", "close the list with ], and write a comma between two of its values"),
    ("Unclosed inline", "close the table with }, and write a comma between two of its keys"),
)
"""How the messages of tomllib begin, and how to mend what each is about."""


def say_what_is_wrong(text: str, error: ValueError) -> tuple[str, int | None]:
    """Say what in `text` is not TOML, by the `error` that reading it raised, and how to mend it. Return that
    and the line, None where nothing tells it."""
    place = _PLACE.search(str(error))
    lines = text.split("\n")
    number = int(place[1]) if place is not None and int(place[1]) <= len(lines) else None
    if "(at end of document)" in str(error):
        number = len(text.rstrip().split("\n"))
    line = lines[number - 1] if number else ""
    hint = next((hint for begin, hint in _BY_ERROR if begin in str(error)), None)
    if "Cannot overwrite" in str(error):
        hint = _TABLE_ONCE if line.lstrip().startswith("[") else _ONCE
    hint = hint or next((hint for pattern, hint in _BY_LINE if pattern.match(line)), None)
    cut = line.strip()[:_LONGEST_LINE]
    shown = f": {cut}" if cut.isprintable() and cut else ""
    return f"not readable as TOML: {error}{shown}{f'; {hint}' if hint else ''}", number
