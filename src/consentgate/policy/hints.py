"""What was likely meant where a policy has something else: the ends of messages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from consentgate.catalogue import UrlPattern
from consentgate.web.host import parse_host

from .lifetime import LIFETIME
from .messages import closest, did_you_mean, suggestion
from .model import NECESSARY, REASONS

_UNITS = {
    **{"s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "d": "day"},
    **{"w": "week", "mo": "month", "mon": "month", "y": "year", "yr": "year"},
}
_NUMBERS = {
    word: str(number) for number, word in enumerate(["zero", "one", "two", "three", "four", "five", "six"])
}
_NUMBERS["a"] = _NUMBERS["an"] = "1"
_AMOUNT = re.compile(r"([0-9]{1,9}|[a-z]+)[ _-]*([a-z]+?)s?")
_SESSION = ("session", "end of session", "browser session", "session cookie", "until browser closes", "0")
_MEANT = {
    "performance": ("analytics", "statistic", "statistics", "stats", "measurement", "audience"),
    "marketing": ("ad", "ads", "advertising", "advertisement", "targeting", "tracking"),
    NECESSARY: (
        "essential",
        "required",
        "strictly-necessary",
        "strictly necessary",
        "technical",
        "mandatory",
    ),
    "third-party": ("functional", "external", "media", "social", "third_party", "third party", "thirdparty"),
    "never": ("none", "block", "blocked", "deny", "nothing", "off"),
}


def hint_for(key: str, value: object) -> str:
    """Return a hint to what was meant by a `value` that is of the wrong type, or not a word of those, at
    this `key`."""
    if key == "reason":
        if isinstance(value, str) and "legitimate" in value.lower():
            return ": legitimate interest is none"
        return did_you_mean(value.lower() if isinstance(value, str) else value, REASONS)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return f"; write {value.lower()}, without quotes" if value not in ("true", "false") else ""
    return ""


def lifetime_hint(text: str) -> str:
    """Return a hint to the lifetime that `text` means in other words."""
    words = text.strip().lower()
    if words in _SESSION:
        return suggestion(["session"])
    match = _AMOUNT.fullmatch(words)
    if match is None:
        return ""
    number = _NUMBERS.get(match[1], match[1])
    unit = _UNITS.get(match[2], match[2])
    if not number.isdecimal():
        return ""
    count = int(number)
    if unit == "week":
        count, unit = count * 7, "day"
    elif unit == "second":
        count, unit = -(-count // 60), "minute"
        for larger, size in (("hour", 60), ("day", 24)):
            if count % size == 0:
                count, unit = count // size, larger
            else:
                break
    meant = f"{count} {unit}{'' if count == 1 else 's'}"
    return suggestion([meant]) if re.fullmatch(LIFETIME, meant) else ""


def category_hint(category: str, ids: Collection[str]) -> str:
    """Return a hint to the one of `ids` that a `category` means, which may have another usual name."""
    word = category.strip().lower()
    usual = next((id for id, words in _MEANT.items() if word in words and id in ids), None)
    near = usual or closest(word, ids)
    return suggestion([near] if near else [])


def id_hint(id: str) -> str:
    """Return a hint to the id that can be made of a name."""
    meant = re.sub(r"[^a-z0-9_]+", "-", id.lower()).strip("-_")[:64]
    return suggestion([meant] if meant and meant != "never" else [])


def host_hint(text: str) -> str:
    """Return a hint to the hosts that are named in a `text` with too much or too little around them."""
    if "*" in text.removeprefix("*."):
        return ': a "*" stands at its start and before a dot, for all that is below a host'
    meant = list(dict.fromkeys(_hosts_in(text)))
    path = re.sub(r"^[a-zA-Z]*:?//", "", text).partition("/")[2].strip()
    beside = '; its path goes into paths, like paths = ["/collect/*"]' if path and len(meant) == 1 else ""
    return suggestion(meant) + beside if meant and meant != [text] else ""


def _hosts_in(text: str) -> Iterator[str]:
    for part in re.split(r"[,;\s]+", text.strip()):
        name = re.sub(r"^[a-zA-Z]*:?//", "", part).partition("/")[0].rpartition("@")[2]
        name = re.sub(r":[0-9]*$", "", name)
        below = "*." if name.startswith(("*.", ".")) else ""
        host = parse_host(name.removeprefix("*").strip("."))
        try:
            yield str(UrlPattern.parse(f"{below}{host}"))
        except ValueError:
            return


def address_hint(url: str, *, local: bool) -> str:
    """Return a hint to what `url` lacks: the scheme of an address on the web or, where it may be `local`, the
    slash of a path."""
    if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", url) and not url.endswith((".html", ".htm", ".php")):
        return suggestion([f"https://{url}"])
    return suggestion([f"/{url}"]) if local and re.fullmatch(r"[\w./-]+", url) else ""
