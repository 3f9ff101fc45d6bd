"""`consentgate scan` lists what a site uses, service by service, and keeps its policy up to date."""

from __future__ import annotations

import dataclasses
import difflib
import json
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from consentgate.drafting.additions import lacks_nothing
from consentgate.drafting.draft import draft_of
from consentgate.drafting.project import Project
from consentgate.policy import Policy, PolicyError
from consentgate.policy.messages import missing_extra
from consentgate.texts import has_texts

from .crawling import Crawl, address_of, crawl_options, crawled, doubts
from .findings_files import sightings_in
from .inventory_table import listed, table
from .notices import said_once
from .site_questions import SiteOptions, ask_for_site, is_terminal, site_options
from .watching import watched
from .written_file import read_text, replace, write

if TYPE_CHECKING:
    from consentgate.audit.crawl.crawler import Crawler
    from consentgate.audit.gaps import Update
    from consentgate.audit.inventory import Inventory
    from consentgate.audit.observations import Visit
    from consentgate.drafting.site import SiteAnswers

_BLIND = (
    "what scripts do as they run was not seen: --browser looks with a real browser, before consent and after "
    "each choice"
)


@click.command()
@click.argument("url")
@click.option(
    "--policy",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The policy to update, or to write where there is none.",
)
@click.option("--diff", "shows_diff", is_flag=True, help="Print what would change in it, and write nothing.")
@click.option(
    "--from-findings",
    "findings",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of findings of the running site, to merge in. May be repeated.",
)
@click.option(
    "--browser",
    "with_browser",
    is_flag=True,
    help="Look with a real browser too, before and after each choice.",
)
@click.option(
    "--browser-pages",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="The most pages to look at with the browser.",
)
@click.option("--json", "as_json", is_flag=True, help="Print an object instead of the table.")
@crawl_options
@site_options
def scan(
    crawl: Crawl,
    url: str,
    file: Path | None,
    shows_diff: bool,
    findings: tuple[Path, ...],
    with_browser: bool,
    browser_pages: int,
    as_json: bool,
    site: SiteOptions,
) -> None:
    """List what a site sets, keeps and loads, service by service.

    The site at URL is crawled over HTTP, slowly, within bounds, and as its robots.txt allows. The file that
    --policy names gets what it lacks, and all that stands there stays as it is.

    \b
    Example:
      consentgate scan https://example.org/ --policy consentgate.toml --diff
    """
    if file is None and (shows_diff or findings):
        raise click.UsageError(f"{'--diff' if shows_diff else '--from-findings'} is for --policy FILE")
    if file is not None and shows_diff and not file.exists():
        raise click.UsageError(f"--policy: there is no file {file}. Without --diff, one is written")
    start = address_of(url)
    with said_once():
        before = read_text(file) if file is not None and file.exists() else None
        policy = _policy(before, file)
        # Only the site's makers can answer: better before the crawl than after it.
        answers = ask_for_site(site, likely_name=start.site.host) if file and before is None else None
        crawler = crawled(start, site.hosts or policy.site.hosts, crawl, quiet=as_json)
        visits, unseen = [*_seen(crawler)], [*doubts(crawler)]
        if with_browser:
            looked = watched(
                str(crawler.start), visits, browser_pages, stays_on=crawler.stays_on, quiet=as_json
            )
            visits += looked.visits
            unseen += looked.doubts
        else:
            unseen.append(_BLIND)
        update = None
        if file is not None:
            if before is not None:
                # A crawl takes minutes, in which somebody may have written there.
                before = read_text(file)
                policy = _policy(before, file)
            text = before if answers is None else _begun(answers, crawler, is_asked=_is_asked(site))
            update = _updated(text or "", file, visits, start.site.host, findings)
        inventory = _inventory(visits, policy, start.site.host)
    for line in unseen:
        click.echo(f"Warning: {line}", err=True)
    if as_json:
        click.echo(json.dumps(_described(inventory, visits, crawler, update, before), indent=2))
    elif not shows_diff:
        click.echo("\n".join(table(inventory, has_policy=before is not None)))
    if file is not None and update is not None:
        _finish(file, before, update, shows_diff=shows_diff, as_json=as_json)


def _policy(text: str | None, file: Path | None) -> Policy:
    """Return the policy in `text`; without one, that of a site which has declared nothing."""
    try:
        return Policy() if text is None else Policy.parse(text, str(file))
    except PolicyError as error:
        raise click.ClickException(str(error)) from None


def _is_asked(site: SiteOptions) -> bool:
    """Say whether somebody has said which languages the site is in."""
    return bool(site.languages) or (is_terminal() and not site.yes)


def _begun(answers: SiteAnswers, crawler: Crawler, *, is_asked: bool) -> str:
    """Return the beginning of a new policy: what `init` writes for a site of which no file is known.

    Pages say which languages they are in, unless somebody `is_asked` that.
    """
    spoken = dict.fromkeys(one.language.partition("-")[0].lower() for one in crawler.readings if one.language)
    languages = tuple(filter(has_texts, spoken))
    if languages and not is_asked:
        answers = dataclasses.replace(answers, languages=languages)
    answers = dataclasses.replace(answers, asked_host=crawler.start.site.host)
    try:
        return draft_of(answers, Project(Path()), more_follow=True).text
    except PolicyError as error:
        raise click.ClickException(str(error)) from None


def _seen(crawler: Crawler) -> Iterable[Visit]:
    from consentgate.audit.visits import visits_of

    return visits_of(crawler.readings)


def _updated(text: str, file: Path, visits: Sequence[Visit], host: str, findings: Sequence[Path]) -> Update:
    try:
        from consentgate.audit.gaps import updated

        return updated(text, str(file), visits, host, sightings_in(findings, file))
    except ModuleNotFoundError as error:
        raise click.ClickException(missing_extra("scan", str(error.name))) from None
    except PolicyError as error:
        raise click.ClickException(str(error)) from None


def _inventory(visits: Sequence[Visit], policy: Policy, host: str) -> Inventory:
    from consentgate.audit.inventory import inventory_of

    return inventory_of(visits, policy, host)


def _diff(file: Path, before: str, after: str) -> str:
    """Return a unified diff, whose lines end as those of the file do."""
    old, new = (text.splitlines(keepends=True) for text in (before, after))
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(old, new, f"a/{file.name}", f"b/{file.name}")
    )


def _described(
    inventory: Inventory, visits: Sequence[Visit], crawler: Crawler, update: Update | None, before: str | None
) -> dict[str, object]:
    described: dict[str, object] = {
        "url": str(crawler.start),
        **msgspec.to_builtins(inventory),
        "pages": [
            {"url": one.url, "state": one.state, "status": one.status, "problem": one.problem}
            for one in visits
        ],
        "redirects": [
            {"url": request.page, "to": request.url}
            for one in visits
            for request in one.requests
            if request.kind == "redirect"
        ],
        "disallowed": crawler.disallowed,
        "left_out": crawler.frontier.left_out.total() + crawler.frontier.beyond,
    }
    if update is not None:
        described["policy"] = {
            "changes": update.text != before,
            "services": update.services,
            "cookies": update.cookies,
            "questions": update.questions,
            "completed": update.completed,
        }
    return described


def _finish(file: Path, before: str | None, update: Update, *, shows_diff: bool, as_json: bool) -> None:
    """Write the policy, or show how it would change."""
    if shows_diff:
        if not as_json:
            click.echo(_diff(file, before or "", update.text), nl=False)
        raise SystemExit(update.text != before)
    if update.text == before:
        click.echo(lacks_nothing(str(file), update.waiting), err=True)
        return
    if before is not None:
        replace(file, update.text)
    else:
        write(file, update.text, force=False)
    for what, names in (
        ("declared", (*update.services, *update.cookies)),
        ("asked there, in comments", update.questions),
        ("added to tables of services", [name for new in update.completed.values() for name in new]),
    ):
        if names:
            click.echo(f"{file}: {what}: {listed(names, 20)}", err=True)
    answer = "answer what it asks, then run" if update.questions else "look it over, then run"
    click.echo(f"{file}: {answer} consentgate check {shlex.quote(str(file))}", err=True)
