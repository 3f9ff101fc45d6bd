"""Reads the files of findings that a command is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from consentgate.drafting.additions import Sighting, read_sightings

from .written_file import read_text


def sightings_in(files: Sequence[Path], policy: Path) -> list[Sighting]:
    """Read what is about the file `policy` in files of findings, which several processes or machines may have
    written."""
    found: dict[Sighting, None] = {}
    for file in files:
        read = read_sightings(read_text(file), policy.name)
        found.update(dict.fromkeys(read.sightings))
        if read.broken and not (read.sightings or read.others):
            raise click.ClickException(
                f"{file}: holds no findings; expected a file that Gate(findings=...) has written"
            )
        if read.broken:
            lines = "1 line that is no finding"
            if read.broken > 1:
                lines = f"{read.broken} lines that are no findings"
            click.echo(f"Warning: {file}: left out {lines}", err=True)
        if read.others:
            about = f"that are not about a policy named {policy.name}"
            click.echo(f"Warning: {file}: left out {read.others} lines {about}", err=True)
    return [*found]
