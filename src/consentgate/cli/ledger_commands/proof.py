"""Verifies the ledger, makes checkpoints, and purges what was kept for long enough."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import click
import msgspec

from consentgate.ledger import Retention
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.reading import (
    keys_used,
)
from consentgate.ledger.database.retention import purge as purge_records
from consentgate.ledger.proof.checkpoints import Checkpoint, last_checkpoint, make_checkpoint
from consentgate.ledger.proof.verification import verify as verify_all
from consentgate.policy.messages import counted

from .given import Given, ledger_command


@ledger_command
@click.option("--checkpoint", "kept", type=click.Path(exists=True, dir_okay=False), help="One that was kept.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(given: Given, kept: str | None, as_json: bool) -> None:
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


@ledger_command
def checkpoint(given: Given) -> None:
    """Make a checkpoint where something is new, and print the last one, to be kept elsewhere."""
    keys = given.keys
    with given.engine() as engine, engine.begin() as connection:
        last = make_checkpoint(connection, keys) or last_checkpoint(connection)
    if last is None:
        raise click.ClickException("nothing has been recorded yet")
    click.echo(msgspec.json.encode(last).decode())


@ledger_command
@click.option("--evidence", default=Retention().evidence, show_default=True, help="How long after its end.")
@click.option("--objections", default=Retention().objections, show_default=True, help="Of withdrawals.")
def purge(given: Given, evidence: str, objections: str) -> None:
    """Delete what has been kept for long enough, in small batches."""
    keys, retention = given.keys, Retention(evidence, objections)
    with given.engine() as engine:
        gone = purge_records(engine, keys, retention)
    click.echo(
        f"Purged {counted(gone.records, 'record')}, {counted(gone.objections, 'withdrawal')}, "
        f"{counted(gone.notices, 'notice')} and {counted(gone.counts, 'count')}."
    )
