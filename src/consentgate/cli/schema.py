"""`consentgate schema` prints the JSON Schema of the policy file."""

from __future__ import annotations

import json

import click

from consentgate.policy.schema import policy_schema


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As of the other commands: a schema is JSON anyway.")
def schema(as_json: bool) -> None:
    """Print the JSON Schema of the policy file.

    With it editors complete and check the file.

    \b
    Example:
      consentgate schema > consentgate.schema.json
    """
    click.echo(json.dumps(policy_schema(), indent=2))
