"""`consentgate check` says what is wrong with a policy file, and what is incomplete in it."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click

from consentgate.pages import check_templates
from consentgate.policy import Mistake, PolicyError
from consentgate.policy.advice.reviewed import Reviewer, review_bytes, review_file
from consentgate.policy.errors import in_file
from consentgate.policy.findings import Level, PolicyFinding
from consentgate.policy.host_files import ENDING, misnamed_files

from .django_settings import reviewer_of_django
from .progress_bar import with_progress

_STANDARD_INPUT = Path("-")


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default="consentgate.toml")
@click.option("--strict", is_flag=True, help="End with 1 for warnings, too.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.option(
    "--django",
    is_flag=True,
    help="Import the settings in DJANGO_SETTINGS_MODULE, and compare them with it.",
)
@click.option("--django-settings", metavar="MODULE", help="The same, with the settings in MODULE.")
@click.pass_context
def check(
    context: click.Context,
    file: Path,
    strict: bool,
    as_json: bool,
    django: bool,
    django_settings: str | None,
) -> None:
    """Say what is wrong or incomplete in a policy file.

    FILE is by default consentgate.toml, and "-" is standard input. Of a folder all policy files are checked.
    It ends with 1 where there is an error.

    \b
    Example:
      consentgate check --strict policies/
    """
    reviewers = [reviewer_of_django(django_settings)] if django or django_settings else []
    try:
        checked = [*_checked(file, reviewers, quiet=as_json)]
    except OSError as error:
        _unreadable(file, error)
    if as_json:
        click.echo(json.dumps([row for one in checked for row in one.rows()], indent=2))
    else:
        for one in checked:
            one.print(is_one_of_many=file.is_dir())
        if file.is_dir():
            click.echo(_total(file, checked))
    counts = ("error", "warning") if strict else ("error",)
    if any(one.mistakes or any(finding.level in counts for finding in one.findings) for one in checked):
        context.exit(1)


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is wrong with the policy that messages call `name`, and what is found in it."""

    name: str
    mistakes: Sequence[Mistake] = ()
    findings: Sequence[PolicyFinding] = ()

    def rows(self) -> Iterator[dict[str, object]]:
        for mistake in self.mistakes:
            yield {
                "level": "error",
                "file": mistake.file,
                "line": mistake.line,
                "table": mistake.table,
                "key": mistake.key,
                "what": mistake.expected,
                "to_do": "Mend it: the policy is not loaded with a mistake in it",
            }
        for finding in self.findings:
            yield {
                "level": finding.level,
                "file": self.name,
                "line": finding.line,
                "table": finding.table,
                "key": finding.key,
                "what": finding.what,
                "to_do": finding.to_do,
            }

    def print(self, *, is_one_of_many: bool) -> None:
        if self.mistakes:
            click.echo(PolicyError(self.mistakes))
        for finding in self.findings:
            click.echo(f"{finding.level}: {in_file(self.name, finding.line)}: {finding}")
        if not (self.mistakes or is_one_of_many):
            click.echo(_summary(self.name, self.findings))


def _checked(file: Path, reviewers: Sequence[Reviewer], *, quiet: bool) -> Iterator[_Checked]:
    """Check a `file`, standard input, or the policy files in a folder. Raises OSError where one cannot be
    read."""
    today = datetime.datetime.now().astimezone().date()
    if not file.is_dir():
        yield _check(file, today, reviewers)
        return
    misnamed = dict(misnamed_files(file))
    files = [one for one in sorted(file.glob(f"*{ENDING}")) if one.is_file()]
    if not files:
        raise click.ClickException(
            f"{file}: no policy file is in it: expected names like shop.example{ENDING}"
        )
    for one in with_progress(files, "Checking", quiet=quiet):
        checked = _check(one, today, reviewers)
        if one.name in misnamed:
            found = _misnamed(misnamed[one.name])
            checked = _Checked(checked.name, checked.mistakes, (found, *checked.findings))
        yield checked


def _check(file: Path, today: datetime.date, reviewers: Sequence[Reviewer]) -> _Checked:
    name = "standard input" if file == _STANDARD_INPUT else str(file)
    findings: Sequence[PolicyFinding] = ()
    try:
        if file == _STANDARD_INPUT:
            policy, findings = review_bytes(sys.stdin.buffer.read(), name, today, *reviewers)
        else:
            policy, findings = review_file(file, today, *reviewers)
        check_templates(policy)
    except PolicyError as error:
        # Where templates alone are wrong, the rest has been reviewed.
        return _Checked(name, error.mistakes, findings)
    return _Checked(name, (), findings)


def _misnamed(meant: str) -> PolicyFinding:
    to_do = f"Rename it to {meant}" if meant else f"Name it after a host, like shop.example{ENDING}"
    return PolicyFinding("error", "", "", "no host leads to a file of this name", to_do)


def _unreadable(file: Path, error: OSError) -> NoReturn:
    hint = "" if file.exists() else ". Name the policy file: consentgate check FILE"
    name = error.filename or file
    raise click.ClickException(f"{name}: cannot be read: {error.strerror or error}{hint}") from None


def _summary(name: str, findings: Sequence[PolicyFinding]) -> str:
    if not findings:
        return f"{name}: the policy loads, and nothing in it is wrong or incomplete"
    return f"{name}: the policy loads, with {_counted_levels(findings)}"


def _total(folder: Path, checked: Sequence[_Checked]) -> str:
    closed = sum(bool(one.mistakes) for one in checked)
    findings = [finding for one in checked for finding in one.findings]
    policies = _counted(len(checked), "policy", "policies")
    loads = f"{closed} of them {'does' if closed == 1 else 'do'} not load" if closed else "all of them load"
    return f"{folder}: {policies}; {loads}, with {_counted_levels(findings)}"


def _counted_levels(findings: Sequence[PolicyFinding]) -> str:
    levels: list[Level] = [finding.level for finding in findings]
    counted = (_counted(levels.count(level), level, f"{level}s") for level in ("error", "warning"))
    return " and ".join(counted)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
