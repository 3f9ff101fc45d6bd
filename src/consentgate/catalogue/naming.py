"""Guesses which service somebody means by a name that no service has.

A wrong guess is worse than none: whoever takes `twitch` for `twitter` gets a policy that loads, and blocks
the wrong service. So there are three grounds for a guess: the name is spelt with other hyphens or capitals,
it is misspelt by a letter or two, or its words name a service and add no more than what the service is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from .model import KnownService

MOST_GUESSES = 3
"""The most names that are guessed. Where more are equally likely, the name says too little."""

_SHORTEST_MISSPELT = 5
"""The fewest characters of a name in which a misspelling is looked for."""
_SHORTEST_TELLING = 3
"""The fewest characters of a word that can tell one service from another."""
_LONG = 10
"""The fewest characters of a name that may be misspelt by two letters."""
_LONGEST = 64
"""The most characters of a name that is compared. No service's name is longer."""

_WORD = re.compile(r"[a-z0-9]+")
_SAYS_LITTLE = frozenset(
    (
        *("ad", "ads", "advert", "adverts", "advertising", "campaign", "conversion", "conversions"),
        *("marketing", "affiliate", "newsletter", "popup", "remarketing", "retargeting", "pixel"),
        *("tag", "tags", "analytic", "analytics", "metric", "metrics", "monitoring", "recording"),
        *("recordings", "replay", "statistics", "stats", "track", "tracker", "tracking", "insights"),
        *("heatmap", "heatmaps", "captcha", "chat", "checkout", "comment", "comments", "consent"),
        *("cookie", "cookies", "feed", "font", "fonts", "form", "forms", "help", "login", "map"),
        *("maps", "messenger", "pay", "payment", "payments", "search", "shop", "store", "support"),
        *("survey", "surveys", "translate", "booking", "calendar", "audio", "image", "images", "movie"),
        *("music", "podcast", "podcasts", "video", "videos", "media", "button", "buttons", "follow"),
        *("like", "likes", "post", "posts", "share", "social", "timeline", "api", "app", "browser"),
        *("cdn", "code", "com", "custom", "embed", "embeds", "embedded", "frame", "html", "iframe"),
        *("inc", "inline", "integration", "io", "js", "lib", "library", "loader", "manager", "net"),
        *("org", "platform", "player", "plugin", "plugins", "pro", "public", "rum", "script"),
        *("scripts", "sdk", "service", "snippet", "site", "stream", "the", "web", "website", "widget"),
        "widgets",
    )
)
"""Words that say what a service is for, or how it comes into a page, but not which service it is."""


def names_meant(text: str, services: Iterable[KnownService]) -> list[str]:
    """Return the ids and aliases of `services` that somebody may mean by `text`, the likeliest first; none
    where that is not plain."""
    if len(text) > _LONGEST:
        return []
    wanted = text.strip().lower()
    names = {name: service.id for service in services for name in (service.id, *service.aliases)}
    for guess in (_written_alike, _misspelt, _with_more_words, _with_fewer_words, _with_these_initials):
        found = guess(wanted, names)
        if found:
            return found if len(found) <= MOST_GUESSES else []
    return []


def _written_alike(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the name that is the same but for hyphens and the like."""
    letters = "".join(_WORD.findall(wanted))
    return [name for name in names if letters and name.replace("-", "") == letters]


def _misspelt(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the name that differs by a letter, by two where it is long, or by two that changed places."""
    if wanted in _SAYS_LITTLE or len(wanted) < _SHORTEST_MISSPELT:
        return []
    near = {name: _letters_apart(wanted, name) for name in names if len(name) >= _SHORTEST_MISSPELT}
    allowed = 4 if len(wanted) >= _LONG else 2
    closest = min(near.values(), default=allowed + 1)
    found = [name for name in near if near[name] == closest][:1] if closest <= allowed else []
    # Another word is no misspelling: "pay" is not "ads". Its plural may be.
    return found if closest <= 1 or not all(_are_other_words(wanted, name) for name in found) else []


def _are_other_words(wanted: str, name: str) -> bool:
    words = {*_WORD.findall(wanted)} - {*name.split("-")}
    return bool(words) and words <= _SAYS_LITTLE


def _letters_apart(one: str, other: str) -> int:
    """Return the number of letters in either name without a partner in the other: 1 for a letter too many, 2
    for a wrong one. Names of very different lengths are not compared."""
    if abs(len(one) - len(other)) > (2 if len(one) >= _LONG else 1):
        return len(one) + len(other)
    same = sum(
        block.size for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    )
    return len(one) + len(other) - 2 * same


def _with_more_words(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the names that have all words of `wanted`, one for each service. Each word has to tell
    something."""
    words = {*_WORD.findall(wanted)}
    if not words or words & _SAYS_LITTLE:
        return []
    return _one_each(names, (name for name in names if words <= {*name.split("-")}))


def _with_fewer_words(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the names whose words all are in `wanted`, one for each service. The other words in `wanted` may
    say what the service is for."""
    words = {*_WORD.findall(wanted)}
    common: dict[str, int] = {}
    for name in names:
        own = {*name.split("-")}
        telling = own - _SAYS_LITTLE
        if own <= words and any(len(word) >= _SHORTEST_TELLING for word in telling):
            common[name] = len(own)
    most = max(common.values(), default=0)
    return _one_each(names, (name for name in common if common[name] == most))


def _one_each(names: Mapping[str, str], found: Iterable[str]) -> list[str]:
    return [*{names[name]: name for name in reversed([*found])}.values()][::-1]


def _with_these_initials(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the ids that `wanted` may be short for, as "gt4" is."""
    short = wanted.rstrip("0123456789")
    ids = dict.fromkeys(names.values())
    return [id for id in ids if len(short) > 1 and "".join(word[0] for word in id.split("-")) == short]
