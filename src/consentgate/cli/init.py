"""`consentgate init` writes the policy file of a project."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import click

from consentgate.catalogue import catalogue
from consentgate.catalogue.naming import names_meant
from consentgate.drafting.additions import Sighting, additions_to, lacks_nothing
from consentgate.drafting.draft import Draft, draft_of
from consentgate.drafting.next_steps import next_steps
from consentgate.drafting.project import NAMES, Project, Track, look_at, third_parties_of
from consentgate.drafting.site import SiteAnswers
from consentgate.policy import PolicyError
from consentgate.policy.messages import shown, suggestion

from .findings_files import sightings_in
from .notices import said_once
from .progress_bar import with_progress
from .site_questions import SiteOptions, ask_for_site, site_options
from .written_file import STANDARD_OUTPUT, append, check_is_free, read_text, write

POLICY_FILE = "consentgate.toml"


@click.command()
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path())
@site_options
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="ID",
    help="A service of the catalogue that the site uses. May be repeated.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help='The file to write, "-" for standard output. Without it, consentgate.toml in PATH.',
)
@click.option(
    "--from-findings",
    "findings",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of findings. Where there is a policy already, what it lacks is printed. May be repeated.",
)
@click.option(
    "--append", "appends", is_flag=True, help="Add what the policy lacks to its end, with --from-findings."
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found, instead of the next steps.")
def init(
    path: Path,
    site: SiteOptions,
    services: tuple[str, ...],
    output: Path | None,
    findings: tuple[Path, ...],
    appends: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write a policy file for a project.

    PATH is the project's folder, by default the current one. Templates, pages and Python code are read, and
    none of it is run. What only you know is asked, on a terminal or in comments of the file.

    \b
    Example:
      consentgate init --service youtube
    """
    file = output or path / POLICY_FILE
    if appends and not findings:
        raise click.UsageError("--append is for --from-findings FILE")
    sightings = sightings_in(findings, file)
    if findings and not force and file != STANDARD_OUTPUT and file.exists():
        _complete(file, sightings, _host_of(site.hosts), appends=appends, as_json=as_json)
        return
    check_is_free(file, force=force)
    _check_services(services)
    track = partial(with_progress, quiet=as_json)
    project = look_at(path, track)
    answers = ask_for_site(site, likely_name=path.resolve().name, likely_languages=project.languages)
    draft = _draft(answers, project, services, sightings, track)
    write(file, draft.text, force=force)
    if project.is_cut:
        click.echo("Warning: there are more files than init looks at; name a folder with fewer", err=True)
    if as_json:
        click.echo(json.dumps(_described(file, project, draft), indent=2), err=file == STANDARD_OUTPUT)
    else:
        # Standard output is the file's alone where that goes there.
        click.echo("\n".join(_told(file, project, draft)), err=file == STANDARD_OUTPUT)


def _host_of(hosts: Sequence[str]) -> str:
    return hosts[0].removeprefix("*.") if hosts else ""


def _complete(file: Path, sightings: Sequence[Sighting], host: str, *, appends: bool, as_json: bool) -> None:
    """Print what the policy in `file` lacks of the `sightings`, or append it."""
    before = read_text(file)
    try:
        with said_once():
            added = additions_to(before, str(file), sightings, host)
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    if appends and added.text:
        append(file, added.text, before)
    if as_json:
        described = {
            "file": str(file),
            "appended": appends and bool(added.text),
            "services": added.services,
            "cookies": added.cookies,
            "questions": added.questions,
            "text": added.text,
        }
        click.echo(json.dumps(described, indent=2))
    elif not added.text:
        click.echo(lacks_nothing(str(file), added.waiting), err=True)
    elif appends:
        click.echo(
            f"Added to {file}: {', '.join((*added.services, *added.cookies, *added.questions))}", err=True
        )
    else:
        click.echo(added.text, nl=False)


def _check_services(ids: tuple[str, ...]) -> None:
    for id in ids:
        if catalogue().named(id) is None:
            hint = suggestion(names_meant(id, catalogue().services))
            raise click.ClickException(f"--service: the catalogue has no {shown(id)}{hint}")


def _draft(
    answers: SiteAnswers,
    project: Project,
    services: tuple[str, ...],
    sightings: Sequence[Sighting],
    track: Track,
) -> Draft:
    try:
        with said_once():
            third_parties = third_parties_of(project, answers.host, answers.hosts, track)
            return draft_of(answers, project, third_parties, services, sightings)
    except PolicyError as error:
        raise click.ClickException(str(error)) from None


def _told(file: Path, project: Project, draft: Draft) -> Iterator[str]:
    yield f"Wrote {file}: {NAMES[project.framework]}." if project.framework else f"Wrote {file}."
    for what, names in (
        ("declared", (*draft.services, *draft.cookies)),
        ("asked there, in comments", (*draft.hosts, *draft.asked_cookies)),
        ("closed, to be taken out of your pages", draft.closed),
    ):
        if names:
            yield f"  {what}: {', '.join(names)}"
    yield ""
    yield next_steps(project, file)


def _described(file: Path, project: Project, draft: Draft) -> dict[str, object]:
    return {
        "file": str(file),
        "framework": project.framework or None,
        "services": draft.services,
        "cookies": draft.cookies,
        "framework_cookies": [cookie.name for cookie in project.framework_cookies if cookie.name],
        "asked_hosts": draft.hosts,
        "asked_cookies": draft.asked_cookies,
        "closed": draft.closed,
        "next": next_steps(project, file),
    }
