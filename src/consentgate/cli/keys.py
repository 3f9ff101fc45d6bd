"""`consentgate keys` makes and rotates the keys that sign cookies and records."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

_BYTES = 32


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--rotate", is_flag=True, help="Add a new key to FILE: it signs from then on.")
def keys(file: Path | None, rotate: bool) -> None:
    """Make a key that signs cookies and records, or rotate it.

    Without FILE it is printed. With FILE it is put there, where only its owner can read it.

    \b
    Example:
      consentgate keys consent.keys --rotate

    FILE has a key a line, the oldest first, as the gate wants them:
    Gate(policy, secret_key=Path(FILE).read_text().split()). With the older keys in it, what they have signed
    counts.
    """
    if file is None:
        if rotate:
            raise click.UsageError("--rotate: which FILE?")
        click.echo(_new())
        return
    if file.exists() != rotate:
        hint = "there is no such file; leave out --rotate" if rotate else "it is there; --rotate adds a key"
        raise click.ClickException(f"{file}: {hint}")
    before = file.read_text("utf-8").split() if rotate else []
    _write(file, [*before, _new()])
    click.echo(f"{file} has {len(before) + 1} key{'s' if before else ''}. The last one signs.")


def _new() -> str:
    return secrets.token_hex(_BYTES)


def _write(file: Path, lines: list[str]) -> None:
    """Write a file in one step, so that a process that starts now reads it before or after."""
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as out:
        out.write("".join(f"{line}\n" for line in lines))
        out.flush()
        os.fsync(descriptor)
    os.replace(beside, file)
