"""Shows on a terminal how far a command has come."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import click

_Item = TypeVar("_Item")


def with_progress(items: Sequence[_Item], label: str, *, quiet: bool = False) -> Iterator[_Item]:
    """Yield the `items`, with a bar and counts on standard error meanwhile, if that is a terminal and the
    command is not `quiet`."""
    if quiet or len(items) < _FEW or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, show_pos=True, file=sys.stderr) as bar:
        yield from bar


@contextmanager
def while_it_takes(label: str, *, quiet: bool = False) -> Iterator[None]:
    """Say on standard error what is being done, until it is done, if that is a terminal."""
    shown = not quiet and sys.stderr.isatty()
    if shown:
        click.echo(f"{label}...", nl=False, err=True)
    try:
        yield
    finally:
        if shown:
            # To the start of the line, which is then empty again.
            click.echo("\r\x1b[K", nl=False, err=True)


class ProgressLine:
    """A line on standard error that is written over, if that is a terminal: for what nobody can count before
    it is done. It is taken away at the end: `with ProgressLine() as progress`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._is_shown = not quiet and sys.stderr.isatty()

    def tell(self, text: str) -> None:
        """Show `text` in the place of what was shown before."""
        if self._is_shown:
            plain = "".join(character if character.isprintable() else " " for character in text)
            width = shutil.get_terminal_size().columns - 1
            click.echo(f"\r{plain[:width]}\x1b[K", nl=False, err=True)

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            click.echo("\r\x1b[K", nl=False, err=True)


_FEW = 10
"""Fewer items are done before anybody could read how many there are."""
