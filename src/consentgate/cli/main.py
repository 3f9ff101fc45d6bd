"""The command line. Each command is a module of this package."""

from __future__ import annotations

import click

from .audit import audit
from .check import check
from .explain import explain
from .gate import gate
from .import_ import import_
from .init import init
from .schema import schema
from .serve import serve
from .services import services


@click.group()
@click.version_option(package_name="consentgate")
def main() -> None:
    """Consent enforcement for Python sites."""


for _command in (audit, check, explain, gate, import_, init, schema, serve, services):
    main.add_command(_command)
