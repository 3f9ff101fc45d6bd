"""The command line. Each command is a module of this package."""

from __future__ import annotations

import click

from .audit import audit
from .build import build
from .check import check
from .explain import explain
from .gate import gate
from .import_ import import_
from .init import init
from .keys import keys
from .ledger import ledger
from .scan import scan
from .schema import schema
from .serve import serve
from .services import services


@click.group()
@click.version_option(package_name="consentgate")
def main() -> None:
    """Consent enforcement for Python sites.

    \b
    To begin:
      consentgate init
    """


for _command in (
    audit,
    build,
    check,
    explain,
    gate,
    import_,
    init,
    keys,
    ledger,
    scan,
    schema,
    serve,
    services,
):
    # click would cut the first line at 45 characters.
    _command.short_help = (_command.help or "").partition("\n")[0]
    main.add_command(_command)
