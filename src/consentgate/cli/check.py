"""`consentgate check` says what is wrong with a policy file, and what is incomplete in it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from consentgate.pages import check_templates
from consentgate.policy import Mistake, PolicyError
from consentgate.policy.findings import Level, PolicyFinding
from consentgate.policy.reviewed import review_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default="consentgate.toml")
@click.option("--strict", is_flag=True, help="End with 1 for warnings, too.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_context
def check(context: click.Context, file: Path, strict: bool, as_json: bool) -> None:
    """Say what is wrong with the policy in FILE (consentgate.toml), and what is incomplete in it.

    Ends with 1 where there is an error.
    """
    findings: Sequence[PolicyFinding] = ()
    mistakes: Sequence[Mistake] = ()
    try:
        policy, findings = review_file(file, datetime.datetime.now().astimezone().date())
        check_templates(policy)
    except PolicyError as error:
        mistakes = error.mistakes
        # Where templates alone are wrong, the rest has been reviewed.
    except OSError as error:
        raise click.ClickException(
            f"{file}: cannot be read: {error.strerror or error}{_hint(file)}"
        ) from None
    counts = ("error", "warning") if strict else ("error",)
    if as_json:
        rows = [*map(_of_mistake, mistakes), *(_of_finding(file, finding) for finding in findings)]
        click.echo(json.dumps(rows, indent=2))
    else:
        _print(file, mistakes, findings)
    if mistakes or any(finding.level in counts for finding in findings):
        context.exit(1)


def _hint(file: Path) -> str:
    return "" if file.exists() else ". Name the policy file: consentgate check FILE"


def _of_mistake(mistake: Mistake) -> dict[str, str]:
    return {
        "level": "error",
        "file": mistake.file,
        "table": mistake.table,
        "key": mistake.key,
        "what": mistake.expected,
        "to_do": "Mend it: the policy is not loaded with a mistake in it",
    }


def _of_finding(file: Path, finding: PolicyFinding) -> dict[str, str]:
    return {
        "level": finding.level,
        "file": str(file),
        "table": finding.table,
        "key": finding.key,
        "what": finding.what,
        "to_do": finding.to_do,
    }


def _print(file: Path, mistakes: Sequence[Mistake], findings: Sequence[PolicyFinding]) -> None:
    if mistakes:
        click.echo(PolicyError(mistakes))
    for finding in findings:
        click.echo(f"{finding.level}: {file}: {finding}")
    if not mistakes:
        click.echo(_summary(file, findings))


def _summary(file: Path, findings: Iterable[PolicyFinding]) -> str:
    levels = [finding.level for finding in findings]
    if not levels:
        return f"{file}: the policy loads, and nothing in it is wrong or incomplete"
    return f"{file}: the policy loads, with {_counted(levels, 'error')} and {_counted(levels, 'warning')}"


def _counted(levels: Sequence[Level], level: Level) -> str:
    count = levels.count(level)
    return f"{count} {level}" if count == 1 else f"{count} {level}s"
