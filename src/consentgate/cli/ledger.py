"""`consentgate ledger` shows, exports, verifies and purges records of consent."""

from __future__ import annotations

from importlib import import_module

import click

_COMMANDS = (
    "checkpoint",
    "deliver",
    "deliveries",
    "erase",
    "export",
    "move",
    "purge",
    "receipt",
    "report",
    "schema",
    "show",
    "stats",
    "upgrade",
    "verify",
)


class _Ledger(click.Group):
    """Loads its commands when one is asked for: they need the extra `ledger`, and all else does not."""

    def list_commands(self, context: click.Context) -> list[str]:
        return [*_COMMANDS]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        try:
            # It says which extra is missing, where one is.
            import_module("consentgate.ledger")

            from .ledger_commands import COMMANDS
        except ModuleNotFoundError as error:
            raise click.ClickException(str(error)) from error
        return COMMANDS.get(name)


@click.group(cls=_Ledger)
@click.option(
    "--url",
    envvar="CONSENTGATE_LEDGER",
    help='Where the database is, like "sqlite:///consent.db"; by default what CONSENTGATE_LEDGER in the '
    "environment says.",
)
@click.option(
    "--keys",
    type=click.Path(exists=True, dir_okay=False),
    envvar="CONSENTGATE_KEYS",
    help="The file with the gate's keys, one a line, oldest first; by default CONSENTGATE_SECRET_KEY or "
    "SECRET_KEY in the environment is the key.",
)
@click.pass_context
def ledger(context: click.Context, url: str | None, keys: str | None) -> None:
    """Show, export, verify and purge the records of consent.

    \b
    Example:
      consentgate ledger --url sqlite:///consent.db verify
    """
    context.obj = url, keys
