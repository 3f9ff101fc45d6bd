"""Keeps the tables up to date, and carries on what waits: records in a spool, withdrawals for partners."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from contextlib import closing

import click

from consentgate.consent.hooks import check_hook, function_named
from consentgate.ledger import Ledger
from consentgate.ledger.database.connections import database_url, upgrade_tables
from consentgate.ledger.database.deliveries import listen
from consentgate.ledger.database.queueing import count_undelivered
from consentgate.ledger.delivering.deliverer import Deliverer
from consentgate.policy.messages import counted

from .given import Given, ledger_command
from .times import utc_text


@ledger_command
def upgrade(given: Given) -> None:
    """Make the tables, or bring them up to date."""
    click.echo(f"The tables are of version {upgrade_tables(database_url(given.url))}.")


@ledger_command
@click.option("--spool", type=click.Path(exists=True, file_okay=False), required=True, help="The folder.")
def move(given: Given, spool: str) -> None:
    """Move what processes that are no more have left in a spool to the database."""
    ledger = Ledger(given.url, spool=spool, secret_key=given.secret_keys)
    moved = ledger.move()
    ledger.close()
    if not moved:
        raise click.ClickException("the database did not take it: it stays in the spool")
    click.echo("Nothing of processes that are no more is left in the spool.")


@ledger_command
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def deliveries(given: Given, as_json: bool) -> None:
    """Count the withdrawals that wait for the site's hook `on_withdrawal`, by the last error and service."""
    with given.reading() as connection:
        found = count_undelivered(connection)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=2))
    elif not found.since:
        click.echo("There has been no hook: Ledger(..., on_withdrawal=...) is told of withdrawals.")
    elif not found.waiting:
        click.echo("Nothing waits.")
    else:
        failing = f", {found.failing} of them failed before" if found.failing else ""
        click.echo(f"{counted(found.waiting, 'withdrawal')} waiting{failing}")
        click.echo(f"{'oldest':<24}  {utc_text(found.oldest)}")
        for kind, counts in (("failed with", found.errors), ("about", found.services)):
            for name, count in counts.items():
                click.echo(f"{f'{kind} {name}':<24}  {count}")


@ledger_command
@click.option("--hook", required=True, metavar="PACKAGE.MODULE:FUNCTION", help="The function to call.")
@click.option("--spool", type=click.Path(exists=True, file_okay=False), help="A folder to move from before.")
def deliver(given: Given, hook: str, spool: str | None) -> None:
    """Call a hook once for each withdrawal that waits. The exit status is 1 where that fails for one."""
    # As `python -m` does.
    sys.path.insert(0, os.getcwd())
    function = function_named(hook)
    try:
        check_hook("--hook", function, "a record", "the services withdrawn")
    except TypeError as error:
        raise click.ClickException(str(error)) from error
    with given.engine() as engine:
        with engine.begin() as connection:
            # What is moved from here on is for the hook.
            listen(connection)
        if spool is not None:
            with closing(Ledger(given.url, spool=spool, secret_key=given.secret_keys)) as ledger:
                ledger.move()
        done = Deliverer(function, lambda: engine).deliver()
    click.echo(f"Delivered {done.delivered}; {done.failed} failed; {done.waiting} waiting.")
    if done.failed:
        sys.exit(1)
