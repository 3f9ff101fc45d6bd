"""`consentgate gate`: one file through the gate."""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from consentgate.gate import Gate
from consentgate.html import Blocked
from consentgate.html.encoding import Unreadable
from consentgate.policy import Policy, PolicyError


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--url", required=True, help="Where the page is, like https://example.org/news.")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The policy file; without one, nothing is declared.",
)
@click.option(
    "--grant",
    "grants",
    multiple=True,
    metavar="ID",
    help="A category or service that the visitor consented to. May be repeated.",
)
@click.option("--charset", help="The charset that the page's Content-Type names, if any.")
@click.option("--json", "as_json", is_flag=True, help="Print what was blocked and why, instead of the page.")
def gate(
    file: BinaryIO,
    url: str,
    policy_file: Path | None,
    grants: tuple[str, ...],
    charset: str | None,
    as_json: bool,
) -> None:
    """Print the page in FILE ("-" for standard input) as the gate would send it."""
    try:
        policy = Policy.load(policy_file) if policy_file else Policy()
        # The key signs consent cookies, of which there are none here.
        result = Gate(policy, secret_key=secrets.token_hex()).rewrite(
            file.read(), url=url, grants=grants, charset=charset
        )
    except (PolicyError, Unreadable, ValueError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps([_described(blocked, policy) for blocked in result.blocked], indent=2))
    else:
        sys.stdout.buffer.write(result.html)


def _described(blocked: Blocked, policy: Policy) -> dict[str, object]:
    return asdict(blocked) | {"why": _why(blocked, policy)}


def _why(blocked: Blocked, policy: Policy) -> str:
    if blocked.kind in ("ambiguous", "base"):
        return "browsers differ in how they read this, so that nobody knows what it would load"
    whose = f"it belongs to {blocked.service}" if blocked.service else "nobody knows whose it is"
    declared = any(service.id == blocked.service for service in policy.services)
    standing = "which the policy declares" if declared else "and the policy does not declare it"
    if blocked.category is None:
        return f"{whose}, {standing}; nothing opens it"
    return f"{whose}, {standing}; consent to {blocked.category!r} opens it"
