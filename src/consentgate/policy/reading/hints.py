"""What was likely meant where a policy has something else: the ends of messages."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator

from consentgate.catalogue import UrlPattern, catalogue
from consentgate.catalogue.naming import names_meant
from consentgate.policy.lifetime import LIFETIME, lifetime_text
from consentgate.policy.messages import closest, did_you_mean, shown, suggestion
from consentgate.policy.model import NECESSARY, REASONS
from consentgate.web.host import parse_host

from . import other_words

_UNITS = {
    **{"s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "d": "day"},
    **{"w": "week", "mo": "month", "mon": "month", "y": "year", "yr": "year"},
}
_NUMBERS = {
    word: str(number) for number, word in enumerate(["zero", "one", "two", "three", "four", "five", "six"])
}
_NUMBERS["a"] = _NUMBERS["an"] = "1"
_AMOUNT = re.compile(r"([0-9]{1,9}|[a-z]+)[ _-]*([a-z]+?)s?")
_UP_TO = re.compile(r"\A(?:up to|max\.?|maximum|about|ca\.?|~) *")
_DAY = re.compile(
    r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})|([0-9]{4})[./-]?([0-9]{2})[./-]?([0-9]{2})(?![0-9])"
)
_RGB = re.compile(r"rgba?\( *([0-9]{1,3})[ ,]+([0-9]{1,3})[ ,]+([0-9]{1,3})(?:[ ,/]+(?:1|1\.0+|100%))? *\)")
_CODE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_NAMED = {"white": "#fff", "black": "#000"}
_SESSION = ("session", "end of session", "browser session", "session cookie", "until browser closes", "0")
_ENDLESS = ("forever", "permanent", "persistent", "never", "never expires", "unlimited", "infinite")
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
    word = value.strip().lower() if isinstance(value, str) else value
    if key == "reason":
        return _reason_hint(word)
    if key == "updated":
        return _day_hint(value)
    if key in ("radius", "button_radius") and isinstance(value, int) and 0 <= value <= 24:
        return suggestion([f"{value}px"])
    if key in ("lifetime", "keep_grants", "keep_refusals") and type(value) is int:
        return f"; name the unit in quotes, like {shown(_with_unit(value))}"
    if key == "font" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return suggestion([", ".join(value)])
    if key in _OF_A_FEW and isinstance(word, str | bool):
        meant = other_words.WORDS[key].get(word)
        return suggestion([meant] if meant else [])
    if key in _SWITCHES and word in _ON_OFF and isinstance(word, str):
        return f"; write {_ON_OFF[word]}, without quotes" if value not in ("true", "false") else ""
    return ""


_OF_A_FEW = frozenset(other_words.WORDS)
_SWITCHES = frozenset(("dnt", "guard", "reports", "report_only", "gate_redirects", "gate_forms"))
_ON_OFF = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


def _reason_hint(word: object) -> str:
    if not isinstance(word, str):
        return "; it is one word, in quotes"
    if "legitimate" in word:
        return ": legitimate interest is none"
    if word in _MEANT[NECESSARY] or word in (NECESSARY, "functional"):
        return ": it says why"
    usual = other_words.REASONS.get(word)
    return suggestion([usual]) if usual else did_you_mean(word, REASONS)


def _day_hint(value: object) -> str:
    """Return a hint to the day in a date with a time, or with its parts in another order."""
    if isinstance(value, datetime.datetime):
        return f"; did you mean {value.date()}?"
    match = _DAY.search(str(value))
    if match is None or isinstance(value, bool):
        return ""
    day, month, year = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    try:
        return f"; did you mean {datetime.date(int(year), int(month), int(day))}?"
    except ValueError:
        return "; there is no such day"


def key_hint(key: str, known: Collection[str]) -> str:
    """Return a hint to the one of the `known` keys of a table that a `key` is another word for, or to what to
    do instead; empty where nothing tells."""
    word = key.lower()
    meant = key_meant(word, known)
    if meant:
        return suggestion([meant])
    return f"; {other_words.ADVICE[word]}" if word in other_words.ADVICE else ""


def key_meant(key: str, known: Collection[str]) -> str | None:
    """Return the one of the `known` keys of a table that a `key` is another word for, or None."""
    return next((one for one in other_words.KEYS.get(key.lower(), ()) if one in known), None)


def table_meant(name: str, known: Collection[str]) -> str | None:
    """Return the one of the `known` tables that a `name` is another word for or looks most like, or None."""
    usual = other_words.TABLES.get(name.lower().replace("-", "_"))
    return usual if usual in known else closest(name, known)


def language_hint(tag: str) -> str:
    """Return a hint to the codes of the languages that `tag` names, or of the language of a country."""
    words = [word for word in re.split(r"[,;\s]+", tag.strip()) if word]
    codes = [other_words.LANGUAGES.get(word.lower(), word) for word in words]
    return suggestion(codes) if codes != [tag] and all(map(_CODE.fullmatch, codes)) else ""


def colour_hint(text: str) -> str:
    """Return a hint to the colour that `text` means in another notation."""
    word = text.strip().lower()
    if word in _NAMED:
        return suggestion([_NAMED[word]])
    digits = word.removeprefix("#").removeprefix("0x")
    if re.fullmatch(r"[0-9a-f]{6}(?:ff)?|[0-9a-f]{3}f?", digits):
        return suggestion([f"#{digits[: 6 if len(digits) >= 6 else 3]}"])
    match = _RGB.fullmatch(word)
    if match is None or any(int(channel) > 255 for channel in match.groups()):
        return ""
    return suggestion([f"#{''.join(f'{int(channel):02x}' for channel in match.groups())}"])


def path_hint(path: str) -> str:
    """Return a hint to the path that is meant by an address, or by a path without its slash."""
    address = re.fullmatch(r"(?:[a-zA-Z]+:)?//[^/]*(/.*)?", path)
    if address is not None:
        return suggestion([address[1] or "/*"])
    return suggestion([f"/{path}"]) if re.fullmatch(r"[\w.-][\w./*-]*", path) else ""


def lifetime_hint(text: str) -> str:
    """Return a hint to the lifetime that `text` means in other words."""
    words = _UP_TO.sub("", text.strip().lower())
    if words in _SESSION:
        return suggestion(["session"])
    if words in _ENDLESS:
        return '; a cookie that is to stay long has a number too, like "13 months"'
    if words.isdecimal():
        return f"; name the unit, like {shown(_with_unit(int(words)))}"
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


def _with_unit(number: int) -> str:
    """Return the lifetime that a bare `number` most likely means: a large one has been a cookie's Max-Age."""
    return f"{max(number, 1)} days" if number < _SECONDS else lifetime_text(number)


_SECONDS = 1000
"""From here on a bare number is taken for seconds."""


def category_hint(category: str, ids: Collection[str]) -> str:
    """Return a hint to the one of `ids` that a `category` means, which may have another usual name."""
    word = category.strip().lower()
    usual = next((id for id, words in _MEANT.items() if word in words and id in ids), None)
    near = usual or closest(word, ids)
    return suggestion([near] if near else [])


def use_hint(use: object) -> str:
    """Return a hint to the service of the catalogue that `use` means: by its name, a host, a cookie, or an id
    that Google gives to accounts."""
    if isinstance(use, list):
        return "; write a [[service]] table for each"
    if not isinstance(use, str):
        return _LISTED
    known = catalogue()
    account = next((id for start, id in _ACCOUNTS.items() if use.upper().startswith(start)), None)
    meant = [account] if account else [*names_meant(use, known.services)]
    if not meant:
        host = re.sub(r"^[a-zA-Z]*:?//", "", use).partition("/")[0].lower()
        found = (known.by_url(host, "/") if "." in host else None) or known.by_cookie(use)
        meant = [found.id] if found else []
    return suggestion(meant) or _LISTED


_LISTED = "; `consentgate services` lists them"
_ACCOUNTS = {
    "G-": "google-analytics",
    "UA-": "google-analytics",
    "AW-": "google-ads",
    "GTM-": "google-tag-manager",
}


def id_hint(id: str) -> str:
    """Return a hint to the id that can be made of a name."""
    meant = re.sub(r"[^a-z0-9_]+", "-", id.lower()).strip("-_")[:64]
    return suggestion([meant] if meant and meant != "never" else [])


def host_hint(text: str) -> str:
    """Return a hint to the hosts that are named in a `text` with too much or too little around them."""
    if "*" in re.sub(r"^[a-zA-Z]*:?//", "", text).partition("/")[0].removeprefix("*."):
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
    if broken := re.fullmatch(r"(?:(?i:https?):/*|//+)([\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?)", url):
        return suggestion([f"https://{broken[1]}"])
    return suggestion([f"/{url}"]) if local and re.fullmatch(r"[\w./-]+", url) else ""
