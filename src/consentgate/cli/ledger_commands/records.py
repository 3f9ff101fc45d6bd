"""Shows, exports and erases single records, and prints their receipts."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing

import click

from consentgate.consent.receipt import receipt as receipt_of
from consentgate.consent.receipt import receipt_schema
from consentgate.consent.record import Event, NotRecorded, Record, storable
from consentgate.ledger import Ledger, Retention
from consentgate.ledger.database.reading import (
    all_records,
    find,
    find_notice,
    history,
    successor_of,
    write_csv,
    write_json_lines,
)
from consentgate.policy import Policy

from .given import COMMANDS, COOKIE, Given, id_of, ledger_command
from .times import utc_text

_ID = re.compile("[0-9a-f]{32}")


@ledger_command
@click.argument("id", required=False)
@click.option("--cookie", metavar="VALUE", help=COOKIE)
@click.option("--notice", is_flag=True, help="Print the HTML that the visitor was shown.")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
def show(given: Given, id: str | None, cookie: str | None, notice: bool, as_json: bool) -> None:
    """Show the record with this ID, or what it says its visitor was shown.

    With --notice, ID may be a digest of a notice instead.
    """
    id = id_of(given, id, cookie)
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
            value = utc_text(value) if value else ""
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


@ledger_command
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--27560", "as_receipts", is_flag=True, help="With the names of ISO/IEC TS 27560, as receipts.")
@click.option("--controller", default="", help="Only what was consented to this controller.")
@click.option("--host", default="", help="Only what was decided on this host.")
@_policies_option
@_evidence_option
def export(
    given: Given,
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


@ledger_command
@click.argument("id", required=False)
@click.option("--cookie", metavar="VALUE", help=COOKIE)
@_policies_option
@_evidence_option
def receipt(given: Given, id: str | None, cookie: str | None, files: tuple[str, ...], evidence: str) -> None:
    """Print the receipt of the consent with this ID: JSON, with the names of ISO/IEC TS 27560."""
    id, policies, kept = id_of(given, id, cookie), _by_controller(files), Retention(evidence).evidence
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


@ledger_command
@click.argument("id", required=False)
@click.option("--cookie", metavar="VALUE", help=COOKIE)
def erase(given: Given, id: str | None, cookie: str | None) -> None:
    """Erase the record with this ID, with all that came before and after it.

    What is still in a spool is erased when it is moved. The links stay, so that `verify` finds no fault. This
    cannot be undone. The visitor's own browser is not told: what it may do, its cookie says until it ends.
    """
    id = id_of(given, id, cookie)
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
