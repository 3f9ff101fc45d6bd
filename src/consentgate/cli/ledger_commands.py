"""The commands of `consentgate ledger`. They need the extra of that name."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click
import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from consentgate.consent.cookie import record_id_in
from consentgate.consent.hooks import check_hook, function_named
from consentgate.consent.receipt import receipt as receipt_of
from consentgate.consent.receipt import receipt_schema
from consentgate.consent.record import Event, NotRecorded, Record, storable
from consentgate.ledger import Ledger, LedgerError, Retention
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.database.connections import connect_to, database_url, reading, upgrade_tables
from consentgate.ledger.database.deliveries import listen
from consentgate.ledger.database.queueing import count_undelivered
from consentgate.ledger.database.reading import (
    all_records,
    find,
    find_notice,
    history,
    keys_used,
    successor_of,
    write_csv,
    write_json_lines,
)
from consentgate.ledger.database.retention import purge as purge_records
from consentgate.ledger.database.statistics import Selection, statistics
from consentgate.ledger.database.versions import State, state_of
from consentgate.ledger.delivering.deliverer import Deliverer
from consentgate.ledger.proof.checkpoints import Checkpoint, last_checkpoint, make_checkpoint
from consentgate.ledger.proof.verification import verify as verify_all
from consentgate.ledger.reports.as_json import as_json as write_json
from consentgate.ledger.reports.as_text import as_text
from consentgate.ledger.reports.page import as_page
from consentgate.ledger.reports.withholding import LEAST, withheld
from consentgate.policy import Policy, PolicyError
from consentgate.policy.messages import counted

from .written_file import check_is_free, write

COMMANDS: dict[str, click.Command] = {}
_ID = re.compile("[0-9a-f]{32}")
_KEYS_FROM = ("CONSENTGATE_SECRET_KEY", "SECRET_KEY")


@dataclasses.dataclass(frozen=True, slots=True)
class _Given:
    """What was given to `consentgate ledger`: the URL of the database and the file of keys."""

    url: str
    keys_file: str | None

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give the engine of the database, whose tables must be there and up to date."""
        url = database_url(self.url)
        if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
            raise click.ClickException(f"there is no file {url.database}")
        engine = connect_to(url)
        try:
            with engine.begin() as connection:
                state = state_of(connection)
            if state in (State.EMPTY, State.OLD):
                raise click.ClickException(f"{state.value}: run `consentgate ledger upgrade`")
            if state is State.NEWER:
                raise click.ClickException(f"{state.value}: use that version of consentgate")
            yield engine
        finally:
            engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that only reads."""
        with self.engine() as engine, reading(engine) as connection:
            yield connection

    @property
    def secret_keys(self) -> list[str]:
        """The gate's keys, oldest first."""
        if self.keys_file is not None:
            keys = Path(self.keys_file).read_text("utf-8").split()
        else:
            keys = [value for name in _KEYS_FROM if (value := os.environ.get(name))][:1]
        if not keys:
            raise click.ClickException("give the gate's keys: --keys FILE, or SECRET_KEY in the environment")
        return keys

    @property
    def keys(self) -> Keys:
        """The ledger's keys."""
        return Keys(self.secret_keys)


def _command(function: Callable[..., None]) -> click.Command:
    """Make a command of a function that takes what was given to `consentgate ledger` first."""

    @wraps(function)
    def run(*values: Any, **options: Any) -> None:
        url, keys_file = click.get_current_context().obj
        if not url:
            raise click.ClickException("give the URL of the database: --url, or CONSENTGATE_LEDGER")
        try:
            function(_Given(url, keys_file), *values, **options)
        except SQLAlchemyError as error:
            # Its own message can have values of records in it.
            cause = getattr(error, "orig", None)
            # Further lines of a driver's message can have values of records in them, too.
            said = str(cause).strip().partition("\n")[0] if cause is not None else ""
            name = type(cause or error).__name__
            raise click.ClickException(f"the database does not work: {name}{said and f': {said}'}") from error
        except (ValueError, LedgerError) as error:
            raise click.ClickException(str(error)) from error

    made = click.command()(run)
    assert made.name is not None
    COMMANDS[made.name] = made
    return made


@_command
def upgrade(given: _Given) -> None:
    """Make the tables, or bring them up to date."""
    click.echo(f"The tables are of version {upgrade_tables(database_url(given.url))}.")


_COOKIE = "The visitor's consent cookie, instead of an ID. Reading it takes the gate's keys."


def _id_of(given: _Given, id: str | None, cookie: str | None) -> str:
    if (id is None) == (cookie is None):
        raise click.UsageError("give either an ID or --cookie")
    return record_id_in(cookie, given.secret_keys) if cookie is not None else str(id)


@_command
@click.argument("id", required=False)
@click.option("--cookie", metavar="VALUE", help=_COOKIE)
@click.option("--notice", is_flag=True, help="Print the HTML that the visitor was shown.")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
def show(given: _Given, id: str | None, cookie: str | None, notice: bool, as_json: bool) -> None:
    """Show the record with this ID, or what it says its visitor was shown.

    With --notice, ID may be a digest of a notice instead.
    """
    id = _id_of(given, id, cookie)
    with given.reading() as connection:
        record = find(connection, id)
        if notice:
            found = find_notice(connection, record.notice if record is not None else id)
            if found is None:
                raise click.ClickException(f"there is no notice for {id}")
            click.echo(
                f"<!-- the banner -->\n{found.banner}\n<!-- the page of the choices -->\n{found.choices}"
            )
            return
        successor = successor_of(connection, id)
    if record is None:
        raise click.ClickException(f"there is no record {id}, or none any more")
    replaced_by = successor.id if successor is not None else ""
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(record) | {"replaced_by": replaced_by}, indent=2))
    else:
        click.echo("\n".join(_sheet(record, replaced_by)))


def _sheet(record: Record, replaced_by: str) -> Iterator[str]:
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if field.name in ("at", "valid_until"):
            # A withdrawal is valid until nothing.
            value = _written(value) if value else ""
        elif isinstance(value, dict):
            value = ", ".join(f"{id}: {'yes' if granted else 'no'}" for id, granted in sorted(value.items()))
        elif isinstance(value, tuple):
            value = ", ".join(value)
        if value != "":
            yield f"{field.name:<12}  {value}"
    if replaced_by:
        yield f"{'replaced_by':<12}  {replaced_by}"


_POLICY = "The policy of the controller, which says who the parties are; once for each controller."
_EVIDENCE = "How long records are kept after the end of the consent."
_policies_option = click.option(
    "--policy", "files", type=click.Path(exists=True, dir_okay=False), multiple=True, help=_POLICY
)
_evidence_option = click.option("--evidence", default=Retention().evidence, show_default=True, help=_EVIDENCE)


def _by_controller(files: Iterable[str]) -> dict[str, Policy]:
    """Load policies. Raises PolicyError (a ValueError)."""
    return {storable(policy.site.controller): policy for policy in map(Policy.load, files)}


@_command
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--27560", "as_receipts", is_flag=True, help="With the names of ISO/IEC TS 27560, as receipts.")
@click.option("--controller", default="", help="Only what was consented to this controller.")
@click.option("--host", default="", help="Only what was decided on this host.")
@_policies_option
@_evidence_option
def export(
    given: _Given,
    form: str,
    as_receipts: bool,
    controller: str,
    host: str,
    files: tuple[str, ...],
    evidence: str,
) -> None:
    """Print all records, each as a JSON object on a line of its own.

    With --27560 each consent is a receipt, with what ended it. `consentgate ledger schema` prints its schema.
    """
    if as_receipts and form == "csv":
        raise click.UsageError("give either --27560 or --format csv: receipts have tables in them")
    policies, kept = _by_controller(files), Retention(evidence).evidence
    with given.reading() as connection:
        found = all_records(connection, controller=controller, host=host)
        if not as_receipts:
            (write_csv if form == "csv" else write_json_lines)(found, sys.stdout)
            return
        for record in found:
            # A withdrawal stands with what it ended, as long as that is kept.
            before = find(connection, record.replaces) if record.replaces else None
            if record.event is Event.WITHDRAWN and before is not None:
                continue
            ended_by = successor_of(connection, record.id)
            one = receipt_of(
                [record, *([ended_by] if ended_by is not None else [])],
                before=before,
                notice=find_notice(connection, record.notice) if record.notice else None,
                policy=policies.get(record.controller),
                kept=kept,
            )
            click.echo(json.dumps(one, ensure_ascii=False))


_DAY = click.DateTime(formats=["%Y-%m-%d"])
_SELECTING = (
    click.option("--since", type=_DAY, metavar="DAY", help="From this day on, like 2026-11-01, in UTC."),
    click.option("--until", type=_DAY, metavar="DAY", help="Up to this day, and with it."),
    click.option("--host", default="", help="Only what was decided on this host."),
    click.option("--controller", default="", help="Only what was said to this controller."),
)


def _selecting(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select decisions to a command, which takes their `selection`."""

    @wraps(function)
    def run(
        given: _Given,
        *values: Any,
        since: datetime.datetime | None,
        until: datetime.datetime | None,
        host: str,
        controller: str,
        **options: Any,
    ) -> None:
        if since is not None and until is not None and since > until:
            raise click.UsageError("--since is after --until")
        first, last = (None if day is None else day.date() for day in (since, until))
        function(given, *values, selection=Selection(first, last, host, controller), **options)

    for option in reversed(_SELECTING):
        run = option(run)
    return run


@_command
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@click.option(
    "--least",
    type=click.IntRange(min=1),
    default=1,
    help="Put rows of fewer decisions together: for what you hand on.",
)
@_selecting
def stats(given: _Given, as_json: bool, least: int, selection: Selection) -> None:
    """Count decisions over time, and by service, category, host, controller, language, policy and button."""
    with given.reading() as connection:
        found = withheld(statistics(connection, selection), least)
    if as_json:
        click.echo(write_json(found, least=least))
        return
    for line in as_text(found, least=least):
        click.echo(line)


@_command
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
    given: _Given, output: Path, force: bool, policy_file: Path | None, least: int, selection: Selection
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


@_command
@click.option("--checkpoint", "kept", type=click.Path(exists=True, dir_okay=False), help="One that was kept.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(given: _Given, kept: str | None, as_json: bool) -> None:
    """Find every record that was edited, inserted, removed or moved.

    With --checkpoint, a file in which `consentgate ledger checkpoint` was kept, also those that were cut off
    at the end, up to it.
    """
    known = _checkpoint_in(kept) if kept is not None else None
    keys = given.keys
    with given.engine() as engine:
        with reading(engine) as connection:
            signed_with = keys_used(connection)
        if signed_with and not any(map(keys.has, signed_with)):
            click.echo(
                "Error: nothing was verified: no record was signed with the keys that were given. Either "
                "these are not the gate's, or somebody has replaced all records.",
                err=True,
            )
            sys.exit(2)
        found = verify_all(engine, keys, known)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=2))
    else:
        for fault in found.faults:
            click.echo(str(fault))
        click.echo(
            f"{counted(found.links, 'record')}, {found.purged} of them purged; "
            f"{counted(found.checkpoints, 'checkpoint')}; "
            f"{counted(found.uncovered, 'record')} since the last one; {counted(len(found.faults), 'fault')}"
        )
    if found.faults:
        sys.exit(1)


def _checkpoint_in(file: str) -> Checkpoint:
    try:
        return msgspec.json.decode(Path(file).read_bytes(), type=Checkpoint)
    except msgspec.MsgspecError as error:
        raise click.ClickException(f"{file}: no checkpoint is in it: {error}") from error


@_command
def checkpoint(given: _Given) -> None:
    """Make a checkpoint where something is new, and print the last one, to be kept elsewhere."""
    keys = given.keys
    with given.engine() as engine, engine.begin() as connection:
        last = make_checkpoint(connection, keys) or last_checkpoint(connection)
    if last is None:
        raise click.ClickException("nothing has been recorded yet")
    click.echo(msgspec.json.encode(last).decode())


@_command
@click.option("--evidence", default=Retention().evidence, show_default=True, help="How long after its end.")
@click.option("--objections", default=Retention().objections, show_default=True, help="Of withdrawals.")
def purge(given: _Given, evidence: str, objections: str) -> None:
    """Delete what has been kept for long enough, in small batches."""
    keys, retention = given.keys, Retention(evidence, objections)
    with given.engine() as engine:
        gone = purge_records(engine, keys, retention)
    click.echo(
        f"Purged {counted(gone.records, 'record')}, {counted(gone.objections, 'withdrawal')}, "
        f"{counted(gone.notices, 'notice')} and {counted(gone.counts, 'count')}."
    )


@_command
@click.argument("id", required=False)
@click.option("--cookie", metavar="VALUE", help=_COOKIE)
@_policies_option
@_evidence_option
def receipt(given: _Given, id: str | None, cookie: str | None, files: tuple[str, ...], evidence: str) -> None:
    """Print the receipt of the consent with this ID: JSON, with the names of ISO/IEC TS 27560."""
    id, policies, kept = _id_of(given, id, cookie), _by_controller(files), Retention(evidence).evidence
    with given.reading() as connection:
        found = history(connection, id)
        if not found:
            raise click.ClickException(f"there is no record {id}, or none any more")
        before = find(connection, found[0].replaces) if found[0].replaces else None
        notice = find_notice(connection, found[0].notice)
    policy = policies.get(found[0].controller)
    one = receipt_of(found, before=before, notice=notice, policy=policy, kept=kept)
    click.echo(json.dumps(one, indent=2))


@click.command()
def schema() -> None:
    """Print the JSON Schema of receipts, and of what `export --27560` prints."""
    click.echo(json.dumps(receipt_schema(), indent=2))


# It needs no database.
COMMANDS["schema"] = schema


@_command
@click.argument("id", required=False)
@click.option("--cookie", metavar="VALUE", help=_COOKIE)
def erase(given: _Given, id: str | None, cookie: str | None) -> None:
    """Erase the record with this ID, with all that came before and after it.

    What is still in a spool is erased when it is moved. The links stay, so that `verify` finds no fault. This
    cannot be undone. The visitor's own browser is not told: what it may do, its cookie says until it ends.
    """
    id = _id_of(given, id, cookie)
    if not _ID.fullmatch(id):
        raise click.BadParameter(f"expected the id of a record, 32 digits and letters a to f, not {id!r}")
    with given.reading() as connection:
        found = find(connection, id)
    order = Record(
        Event.ERASED,
        at=int(time.time()),
        host=found.host if found is not None else "",
        controller=found.controller if found is not None else "",
        replaces=id,
        policy=found.policy if found is not None else "",
        language=found.language if found is not None else "",
    )
    with closing(Ledger(given.url, durable="database", secret_key=given.secret_keys)) as ledger:
        try:
            ledger.record(order)
        except NotRecorded as error:
            raise click.ClickException(f"nothing was erased: {error}") from error
    if found is not None:
        click.echo("The record is erased, with all that came before and after it.")
    else:
        click.echo(
            "There is no such record, or none any more. Should it still be on its way from a spool, it is "
            "erased when it arrives."
        )


@_command
@click.option("--spool", type=click.Path(exists=True, file_okay=False), required=True, help="The folder.")
def move(given: _Given, spool: str) -> None:
    """Move what processes that are no more have left in a spool to the database."""
    ledger = Ledger(given.url, spool=spool, secret_key=given.secret_keys)
    moved = ledger.move()
    ledger.close()
    if not moved:
        raise click.ClickException("the database did not take it: it stays in the spool")
    click.echo("Nothing of processes that are no more is left in the spool.")


@_command
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def deliveries(given: _Given, as_json: bool) -> None:
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
        click.echo(f"{'oldest':<24}  {_written(found.oldest)}")
        for kind, counts in (("failed with", found.errors), ("about", found.services)):
            for name, count in counts.items():
                click.echo(f"{f'{kind} {name}':<24}  {count}")


@_command
@click.option("--hook", required=True, metavar="PACKAGE.MODULE:FUNCTION", help="The function to call.")
@click.option("--spool", type=click.Path(exists=True, file_okay=False), help="A folder to move from before.")
def deliver(given: _Given, hook: str, spool: str | None) -> None:
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


def _written(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(" ")
