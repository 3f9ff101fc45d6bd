"""Writes the file that a command makes, and never over another by accident."""

from __future__ import annotations

import codecs
import tempfile
from pathlib import Path

import click

STANDARD_OUTPUT = Path("-")


def check_is_free(file: Path, *, force: bool) -> None:
    """Raise ClickException where `file` is there already and `force` does not say to replace it."""
    if file != STANDARD_OUTPUT and file.exists() and not force:
        raise click.ClickException(
            f"{file}: is there already. --force replaces it, --output FILE writes another"
        )


def read_text(file: Path) -> str:
    """Return the text in `file`, with its own line ends. Raises ClickException where it cannot be read."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}: expected text in UTF-8") from None


def append(file: Path, text: str, before: str) -> None:
    """Write `text` at the end of `file`, in which is what was `before`: its bytes stay.

    Raises ClickException where that cannot be.
    """
    end = "\r\n" if "\r\n" in before else "\n"
    gap = end if before.endswith("\n") else 2 * end
    try:
        with file.open("a", encoding="utf-8", newline=end) as opened:
            opened.write(f"{gap.replace(end, chr(10))}{text}")
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from None


def replace(file: Path, text: str) -> None:
    """Write `text` in the place of what is in `file`, at once: who reads it meanwhile finds all of the one or
    the other. Line ends stay as they are in `text`. Raises ClickException where that cannot be.
    """
    # A link stays one: what it leads to is written.
    file = file.resolve()
    beside = None
    try:
        mark = codecs.BOM_UTF8 if file.read_bytes().startswith(codecs.BOM_UTF8) else b""
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as new:
            beside = Path(new.name)
            new.write(mark + text.encode())
        beside.chmod(file.stat().st_mode)
        beside.replace(file)
    except OSError as error:
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from None


def write(file: Path, text: str, *, force: bool) -> None:
    """Write `text` to `file`, "-" for standard output. Raises ClickException where that cannot be."""
    if file == STANDARD_OUTPUT:
        click.echo(text, nl=False)
        return
    try:
        with file.open("w" if force else "x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        check_is_free(file, force=force)
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from None
