"""Takes texts, names of cookies and lifetimes out of what a configuration holds."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from html.parser import HTMLParser

from .javascript import Regex, Skipped, Value
from .model import ForeignCookie

_DURATION = re.compile(r"(\d{1,4})\s*(minute|min|hour|day|week|month|year)s?\b", re.IGNORECASE)
_ANY = (r".*", r".+", r".*?", r"\w+", r"\w*", r"[\w-]+", r"[A-Z0-9]+", r"[a-zA-Z0-9]+", r"\d+", r"\d*")
_LITERAL = re.compile(r"(?:[\w\-:@!#%&~`' ]|\\[^\w])*", re.ASCII)
_GROUP = re.compile(r"\((?:\?:)?([^()]*)\)")
_MOST_OF_A_GROUP = 50

NO_BUTTONS = "the words of its buttons and windows: ours accept and refuse in words that are alike"


def table(value: Value) -> dict[str, Value]:
    """Return `value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Value) -> list[Value]:
    """Return `value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Value) -> str:
    """Return the plain text in `value`, which may be HTML; "" where it is no text."""
    if not isinstance(value, str):
        return ""
    reader = _TextReader()
    reader.feed(value)
    reader.close()
    return " ".join("".join(reader.parts).split())


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def skipped_in(value: Value, where: str = "") -> list[str]:
    """List the places in `value` where something is that only running it would tell."""
    if isinstance(value, Skipped):
        return [f"{where or 'a value'} (line {value.line}): it is code, and was not run"]
    if isinstance(value, dict):
        return [one for key, part in value.items() for one in skipped_in(part, f"{where}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [one for number, part in enumerate(value) for one in skipped_in(part, f"{where}[{number}]")]
    return []


def cookie_names(value: Value) -> list[str]:
    """Return the names, which may end in a star, of a cookie's name or regular expression; none where a
    policy could not say the same."""
    if isinstance(value, Regex):
        return _names_of_pattern(value.pattern)
    return [value.strip()] if isinstance(value, str) and value.strip() else []


def _names_of_pattern(pattern: str) -> list[str]:
    group = _GROUP.search(pattern)
    if group is not None:
        choices = group[1].split("|")
        if len(choices) > _MOST_OF_A_GROUP or pattern[group.end() :][:1] in ("?", "*", "+", "{"):
            return []
        whole = [f"{pattern[: group.start()]}{choice}{pattern[group.end() :]}" for choice in choices]
    else:
        whole = pattern.split("|")
    found = [_name_of_pattern(one) for one in whole]
    return [name for name in found if name] if all(found) else []


def _name_of_pattern(pattern: str) -> str:
    """Return the name that a `pattern` without groups stands for; "" where it is no name with a star."""
    if not pattern.startswith("^"):
        return ""
    stem, ends = pattern[1:], pattern.endswith("$")
    stem = stem.removesuffix("$")
    star = "" if ends else "*"
    for rest in _ANY:
        if stem.endswith(rest) and not stem.endswith(f"\\{rest}"):
            stem, star = stem.removesuffix(rest), "*"
            break
    if not stem or not _LITERAL.fullmatch(stem):
        return ""
    return re.sub(r"\\(.)", r"\1", stem) + star


def lifetime(value: Value) -> str:
    """Return the lifetime that a text like "2 years" states, as policies write it; "" where there is none."""
    if not isinstance(value, str) or len(value) > 40:
        return ""
    if "session" in value.lower():
        return "session"
    match = _DURATION.search(value)
    if match is None or not int(match[1]):
        return ""
    number, unit = int(match[1]), match[2].lower()
    if unit == "week":
        number, unit = number * 7, "day"
    unit = "minute" if unit == "min" else unit
    return f"{number} {unit}{'' if number == 1 else 's'}"


def days(value: Value) -> str:
    """Return the lifetime of so many days, as policies write it; "" for what is no number of days."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0
    except ValueError:
        return ""
    return f"{int(number)} days" if math.isfinite(number) and 1 <= number < _MOST_DAYS else ""


_MOST_DAYS = 100_000


def unread_in(whose: str, keys: Iterable[str], read: Collection[str]) -> list[str]:
    """Say which of the `keys` in a configuration are none of those that are `read`, in one sentence."""
    names = [key for key in dict.fromkeys(keys) if key not in read and key.isidentifier()]
    return [f"settings of {whose}, for which a policy has no place: {', '.join(names)}"] if names else []


def no_name(value: Value) -> str:
    """Say that no policy can name the cookies that `value` stands for."""
    shown = f"/{value.pattern}/" if isinstance(value, Regex) else repr(value)
    return f"cookies whose name is {shown[:60]}, which is no name with a star at its end"


def cookies(names: list[str], purpose: str = "", lasts: str = "") -> list[ForeignCookie]:
    """Make a cookie of each of the `names`."""
    return [ForeignCookie(name, purpose, lasts) for name in names]
