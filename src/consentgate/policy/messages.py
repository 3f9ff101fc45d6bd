"""The way in which every message shows values and names places."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterable


def place_of(kind: str, number: int, label: object = "") -> str:
    """Name the place of a table, like `[[service]] 2 "stats"`."""
    return f"{kind} {number} {shown(label)}" if isinstance(label, str) and label else f"{kind} {number}"


def closest(word: object, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like `word`, or None where none does."""
    near = difflib.get_close_matches(word, list(known), n=1) if isinstance(word, str) else []
    return near[0] if near else None


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return a hint to the known word that looks most like `word`; empty where none does."""
    near = closest(word, known)
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
    return text if len(text) <= 60 else f"{text[:57]}..."
