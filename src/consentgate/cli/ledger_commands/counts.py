"""Counts decisions, for a terminal, for a program, and for a page that is shown to others."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from consentgate.cli.written_file import STANDARD_OUTPUT, check_is_free, write
from consentgate.ledger.database.statistics import Selection, statistics
from consentgate.ledger.reports.as_json import as_json as write_json
from consentgate.ledger.reports.as_text import as_text
from consentgate.ledger.reports.page import as_page
from consentgate.ledger.reports.withholding import LEAST, withheld
from consentgate.policy import Policy, PolicyError

from .given import Given, ledger_command


class _Day(click.ParamType[datetime.date]):
    """A day, like 2026-11-01."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            self.fail(f"expected a day, like 2026-11-01, not {value!r}", param, ctx)


_SELECTING = (
    click.option("--since", type=_Day(), help="From this day on, like 2026-11-01, in UTC."),
    click.option("--until", type=_Day(), help="Up to this day, and with it."),
    click.option("--host", default="", help="Only what was decided on this host."),
    click.option("--controller", default="", help="Only what was said to this controller."),
)


def _selecting(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select decisions to a command, which takes their `selection`."""

    @wraps(function)
    def run(
        given: Given,
        *values: Any,
        since: datetime.date | None,
        until: datetime.date | None,
        host: str,
        controller: str,
        **options: Any,
    ) -> None:
        if since is not None and until is not None and since > until:
            raise click.UsageError("--since is after --until")
        function(given, *values, selection=Selection(since, until, host, controller), **options)

    for option in reversed(_SELECTING):
        run = option(run)
    return run


@ledger_command
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@click.option(
    "--least",
    type=click.IntRange(min=1),
    default=1,
    help="Put rows of fewer decisions together: for what you hand on.",
)
@_selecting
def stats(given: Given, as_json: bool, least: int, selection: Selection) -> None:
    """Count decisions over time, and by service, category, host, controller, language, policy and button."""
    with given.reading() as connection:
        found = withheld(statistics(connection, selection), least)
    if as_json:
        click.echo(write_json(found, least=least))
        return
    for line in as_text(found, least=least):
        click.echo(line)


@ledger_command
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help='The file to write, "-" for standard output.',
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A policy file that says what the services and categories are called.",
)
@click.option(
    "--least",
    type=click.IntRange(min=1),
    default=LEAST,
    show_default=True,
    help="Put rows of fewer decisions together: a visitor who is alone in one could be recognised.",
)
@_selecting
def report(
    given: Given, output: Path, force: bool, policy_file: Path | None, least: int, selection: Selection
) -> None:
    """Write a page with charts and tables of what was decided: to be shown to others.

    The page is one file. It contacts nobody, and runs no JavaScript.
    """
    check_is_free(output, force=force)
    try:
        policy = None if policy_file is None else Policy.load(policy_file)
    except PolicyError as error:
        raise click.ClickException(str(error)) from error
    with given.reading() as connection:
        found = statistics(connection, selection)
    made = datetime.datetime.now(datetime.UTC)
    write(output, as_page(found, made, least=least, policy=policy), force=force)
    if output != STANDARD_OUTPUT:
        click.echo(f"The report is in {output}.", err=True)
