"""The command line. Each command is a module of this package."""

from __future__ import annotations

from typing import Any

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

_STOPPED = 130
"""The exit code of what was stopped by Ctrl-C, as shells have it."""


class _Commands(click.Group):
    """The commands. One that is stopped by Ctrl-C says so, and does not end as if it had found something."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SystemExit:
            raise
        except BaseException as error:
            if not _was_stopped(error):
                raise
            click.echo("Stopped.", err=True)
            ctx.exit(_STOPPED)


def _was_stopped(error: BaseException | None) -> bool:
    """Say whether Ctrl-C led to the `error`: a browser that is stopped, too, raises one of its own."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__context__
    return False


@click.group(cls=_Commands)
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
