"""`consentgate audit` looks at a site in a real browser, and says what happens without consent."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import click

from consentgate.audit.allowances import (
    BadFile,
    Ignore,
    baseline_of,
    read_baseline,
    read_ignores,
    sort_findings,
)
from consentgate.audit.browser import CannotLook, Watching, take_tour
from consentgate.audit.judging import Finding, Level, hosts_with_aliases, judge_tour
from consentgate.audit.judging.findings import LEVELS
from consentgate.audit.name_server import NoResolver, aliases_of, resolver
from consentgate.audit.reports import Report, as_annotations, as_json, as_page, as_sarif, as_table
from consentgate.audit.tour import Tour
from consentgate.gate.gate import page_url
from consentgate.policy import Policy, PolicyError

from .inventory_table import listed

_COLOURS = {"error": "red", "warning": "yellow", "note": "blue"}
_COULD_NOT_LOOK = 2
_OUTPUT = click.Path(dir_okay=False, path_type=Path)
_INPUT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("url")
@click.option(
    "--page", "pages", multiple=True, metavar="URL", help="Another page of the site. May be repeated."
)
@click.option(
    "--more", default=2, show_default=True, help="How many pages to visit that the first one links to."
)
@click.option("--policy", "policy_file", type=_INPUT, help="Judge by this policy file.")
@click.option("--ignore", "ignore_file", type=_INPUT, help="What to ignore, and until when (TOML).")
@click.option("--baseline", "baseline_file", type=_INPUT, help="Count only what is not in this file.")
@click.option("--write-baseline", "new_baseline", type=_OUTPUT, help="Write all findings to this file.")
@click.option("--json", "json_", is_flag=True, help="Print a JSON object.")
@click.option("--sarif", type=_OUTPUT, help="Write a SARIF 2.1.0 file.")
@click.option("--html", type=_OUTPUT, help="Write a page with pictures and a line of time.")
@click.option("--github", is_flag=True, help="Print annotations for GitHub's workflows.")
@click.option("--findings", "findings_file", type=_OUTPUT, help="Write a file for `init --from-findings`.")
@click.option(
    "--fail-on",
    type=click.Choice(get_args(Level)),
    default="warning",
    show_default=True,
    help="End with 1 for findings of this level or worse.",
)
@click.option("--browser", default="", metavar="PATH|CHANNEL", help="The browser, such as chrome or a path.")
@click.option("--insecure", is_flag=True, help="Accept any certificate.")
@click.option("--proxy", default="", metavar="HOST:PORT", help="The proxy to go through.")
@click.option("--name-server", default="", metavar="ADDRESS", help="The name server to ask for aliases.")
@click.option(
    "--settle", default=1.5, show_default=True, help="Seconds without anything new until a page is done."
)
@click.option("--patience", default=20.0, show_default=True, help="Seconds to wait for a page at most.")
@click.pass_context
def audit(
    context: click.Context,
    url: str,
    pages: tuple[str, ...],
    more: int,
    policy_file: Path | None,
    ignore_file: Path | None,
    baseline_file: Path | None,
    new_baseline: Path | None,
    json_: bool,
    sarif: Path | None,
    html: Path | None,
    github: bool,
    findings_file: Path | None,
    fail_on: Level,
    browser: str,
    insecure: bool,
    proxy: str,
    name_server: str,
    settle: float,
    patience: float,
) -> None:
    """Say what a site stores and contacts without consent.

    \b
    Example:
      consentgate audit https://example.org/ --html audit.html

    It is looked at in a real browser: before any answer, after a refusal, after consent and after its
    withdrawal.

    Ends with 0 where nothing was found, with 1 where something was, with 2 where it could not look. With
    --write-baseline, what was found is accepted, and ends with 0.
    """
    for page in (url, *pages):
        _check_url(page)
    watching = Watching(browser, insecure, settle, patience, max(0, more), upstream=_upstream(proxy))
    try:
        policy = Policy.load(policy_file) if policy_file is not None else None
        ignores = read_ignores(_text(ignore_file), str(ignore_file)) if ignore_file is not None else ()
        baseline = read_baseline(_text(baseline_file), str(baseline_file)) if baseline_file else frozenset()
        tour = take_tour(url, pages, watching=watching, tell=lambda line: click.echo(line, err=True))
        found = judge_tour(tour, policy, _aliases(tour, policy, name_server))
    except (CannotLook, BadFile, PolicyError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        context.exit(_COULD_NOT_LOOK)
    report = _report(tour, found, ignores, baseline, policy, policy_file)
    for file, written in (
        (new_baseline, baseline_of(found) if new_baseline else ""),
        (sarif, as_sarif(report) if sarif else ""),
        (html, as_page(report) if html else ""),
        (findings_file, _sightings(found) if findings_file else ""),
    ):
        if file is not None:
            _write(context, file, written)
    if json_:
        click.echo(as_json(report))
    else:
        click.echo(as_table(report, lambda text, level: click.style(text, fg=_COLOURS[level], bold=True)))
    if github and report.found.findings:
        click.echo(as_annotations(report), err=json_)
    if new_baseline is None and any(
        LEVELS.index(one.level) <= LEVELS.index(fail_on) for one in report.found.findings
    ):
        context.exit(1)


def _report(
    tour: Tour,
    found: Sequence[Finding],
    ignores: Sequence[Ignore],
    baseline: frozenset[str],
    policy: Policy | None,
    file: Path | None,
) -> Report:
    now = datetime.datetime.now().astimezone()
    counted = sort_findings(found, ignores, baseline, today=now.date())
    hosts = policy.site.hosts if policy is not None else ()
    return Report(tour, counted, now, file.name if file is not None else "", hosts)


def _aliases(tour: Tour, policy: Policy | None, server: str) -> dict[str, tuple[str, ...]]:
    hosts = hosts_with_aliases(tour, policy or Policy())
    if not hosts:
        return {}
    try:
        found = aliases_of(hosts, resolver(server))
    except NoResolver as error:
        click.echo(f"Warning: trackers behind names of the site's own are not looked for: {error}", err=True)
        return {}
    if found.unanswered:
        names = listed(found.unanswered)
        click.echo(f"Warning: the name server does not say whether these are aliases: {names}", err=True)
    return found.names


def _upstream(proxy: str) -> tuple[str, int] | None:
    if not proxy:
        return None
    try:
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise click.UsageError(f"--proxy: expected a host and a port, like proxy.example:3128, not {proxy!r}")
    return host, port


def _sightings(found: Sequence[Finding]) -> str:
    """Write what nobody has declared as a running site writes its findings."""
    rows = (_sighting(finding) for finding in found if finding.declare)
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def _sighting(finding: Finding) -> dict[str, str]:
    kind, name = "host", finding.subject
    if finding.rule.startswith("own-path-tracker"):
        kind, name = "service", finding.service
    elif finding.rule.startswith(("cookie", "undeclared-cookie")):
        kind = "cookie"
    elif finding.rule.startswith("storage"):
        kind, name = "entry reported", finding.subject.partition(": ")[2]
    return {"kind": kind, "name": name, "service": finding.service_id}


def _check_url(url: str) -> None:
    try:
        page_url(url)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise BadFile(f"{file}: not UTF-8") from None


def _write(context: click.Context, file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        click.echo(f"Error: {file}: cannot be written: {error.strerror or error}", err=True)
        context.exit(_COULD_NOT_LOOK)
