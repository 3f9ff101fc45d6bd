"""The way in which every message shows values and names places."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterable

_LONGEST = 60
_LABEL = r'"(?:[^"\\]|\\.)*+"'
_PLACE = re.compile(
    r"(?:\[\[(?P<list>\w+)\]\]|\[(?P<table>[^\[\]]+)\])"
    rf"(?: (?P<number>[0-9]+)(?: {_LABEL})?)?"
    rf"(?:, (?P<inner>\w+)(?: (?P<nth>[0-9]+)(?: {_LABEL})?)?)?"
)


def place_of(kind: str, number: int, label: object = "") -> str:
    """Name the place of a table, like `[[service]] 2 "stats"`."""
    if not isinstance(label, str) or not label:
        return f"{kind} {number}"
    whole = json.dumps(label, ensure_ascii=False)
    # The quotes close, so that `path_of` knows where a label ends.
    cut = whole if len(whole) <= _LONGEST else json.dumps(f"{label[: _LONGEST // 2]}...", ensure_ascii=False)
    return f"{kind} {number} {cut}"


def path_of(place: str) -> tuple[str | int, ...] | None:
    """Return the keys that lead to the table at a `place` in a policy file, with the index (from 0) of each
    element of a list; None where it names none that is in the file.

    It undoes `place_of`. A place in single brackets has its keys between dots, and "" is the whole file.
    """
    if not place:
        return ()
    found = _PLACE.fullmatch(place)
    if found is None:
        return None
    path: list[str | int] = [found["list"]] if found["list"] else [*found["table"].split(".")]
    if found["number"]:
        path.append(int(found["number"]) - 1)
    if found["inner"]:
        path.append(found["inner"])
    if found["nth"]:
        path.append(int(found["nth"]) - 1)
    return tuple(path)


def closest(word: object, known: Iterable[str], least: float = 0.6) -> str | None:
    """Return the known word that looks most like `word`, in small letters or large; None where none does, of
    which they have `least` in common (1 is all)."""
    if not isinstance(word, str):
        return None
    by_letters = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), by_letters, n=1, cutoff=least)
    return by_letters[near[0]] if near else None


def did_you_mean(word: object, known: Iterable[str], least: float = 0.6) -> str:
    """Return a hint to the known word that is `closest` to `word`; empty where none is."""
    near = closest(word, known, least)
    return suggestion([near] if near else [])


def suggestion(words: Collection[str]) -> str:
    """Return a hint to any of `words`; empty where there are none."""
    return f"; did you mean {' or '.join(map(shown, words))}?" if words else ""


def but_not(value: object) -> str:
    """Return the end of a message, which shows the value that stands where another is expected."""
    return f", not {shown(value)}"


def listed(words: Iterable[str]) -> str:
    """List the words, each in quotes."""
    return ", ".join(map(shown, words))


def shown(value: object) -> str:
    """Show a value as TOML writes it, shortened where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def printable(text: str) -> str:
    """Return a text from outside without what a terminal would act upon."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def counted(number: int, thing: str) -> str:
    """Write a `number` of things: "1 page", "2 pages"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def missing_extra(extra: str, module: str) -> str:
    """Say that an `extra` of the package is not installed, which has this `module`, and how it is."""
    return f"the extra `{extra}` is missing: {module}. In a checkout: pip install -e '.[{extra}]'"
