"""`consentgate import` writes a policy from the configuration of another consent manager."""

from __future__ import annotations

import json
from pathlib import Path

import click

from consentgate.drafting.foreign.model import NotThatFormat
from consentgate.drafting.foreign.reading import FORMATS, read_configuration
from consentgate.drafting.imported import languages_of, policy_from
from consentgate.policy import PolicyError

from .notices import said_once
from .site_questions import SiteOptions, ask_for_site, site_options
from .written_file import STANDARD_OUTPUT, check_is_free, read_text, write


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from", "kind", type=click.Choice(FORMATS), help="The consent manager. Without it, it is guessed."
)
@site_options
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=STANDARD_OUTPUT,
    help="The file to write. Without it, standard output.",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the policy and what was left out as JSON.")
def import_(
    file: Path,
    kind: str | None,
    site: SiteOptions,
    output: Path,
    force: bool,
    as_json: bool,
) -> None:
    """Write a policy from another consent manager's configuration.

    FILE is that configuration: a script, a page or JSON. It is read as data, and nothing in it is run. What
    cannot be carried over is said in comments, and on standard error.

    \b
    Example:
      consentgate import klaro-config.js --output consentgate.toml
    """
    check_is_free(output, force=force)
    try:
        configuration = read_configuration(read_text(file), kind)
    except NotThatFormat as error:
        raise click.ClickException(f"{file}: {error}") from None
    answers = ask_for_site(
        site, likely_name=file.resolve().parent.name, likely_languages=languages_of(configuration)
    )
    try:
        with said_once():
            imported = policy_from(configuration, answers)
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        described = {"from": configuration.of, "left_out": imported.left_out, "text": imported.text}
        click.echo(json.dumps(described, indent=2))
    if not as_json or output != STANDARD_OUTPUT:
        write(output, imported.text, force=force)
    for one in imported.left_out:
        click.echo(f"Not carried over: {one}", err=True)
