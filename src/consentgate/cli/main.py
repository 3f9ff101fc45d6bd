"""The command line. Each command is a module of this package."""

from __future__ import annotations

import click

from .gate import gate
from .import_ import import_
from .init import init


@click.group()
@click.version_option(package_name="consentgate")
def main() -> None:
    """Consent enforcement for Python sites."""


main.add_command(gate)
main.add_command(import_)
main.add_command(init)
