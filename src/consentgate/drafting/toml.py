"""Writes the pieces of a TOML file: texts, lists and comments."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

LONGEST_LINE = 100
"""The length to which comments are cut: they quote files of others."""


def quoted(text: str) -> str:
    """Write `text` as a TOML string that keeps all of it."""
    # A lone surrogate is no character, and no file could hold it.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def array(texts: Iterable[str]) -> str:
    """Write `texts` as a TOML array of strings."""
    return f"[{', '.join(map(quoted, texts))}]"


def comment(text: str) -> str:
    """Write `text` as one line of comment, cut where it is long."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return f"# {plain if len(plain) <= LONGEST_LINE else f'{plain[: LONGEST_LINE - 3]}...'}"


def wrapped(text: str, indent: str = "", further: str | None = None) -> Iterator[str]:
    """Yield `text` as lines of comment, each with an `indent`; `further` is that of all but the first."""
    further = indent if further is None else further
    lines = textwrap.wrap(
        text, LONGEST_LINE - 10, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False
    )
    yield from map(comment, lines)


def commented_out(lines: str) -> str:
    """Put `lines` into comments. To take the first "# " away from each brings them back."""
    return "\n".join(f"# {line}".rstrip() for line in lines.split("\n"))
