"""`consentgate build` builds a static site anew, so that it contacts nobody and has nobody to ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from consentgate.building import BuildError, HeadersFor, Report
from consentgate.building import build as build_site
from consentgate.gate.gate import page_url
from consentgate.html.tokenizer.encoding import is_encoding
from consentgate.policy import Policy
from consentgate.policy.messages import shown

from .page import said_in_a_line
from .progress_bar import ProgressLine

_USUAL_POLICY = Path("consentgate.toml")
_REPORTS = (".html", ".json")


@click.command()
@click.argument("src", metavar="SRC", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", metavar="[OUT]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The policy file. By default consentgate.toml in the current folder, where it is there.",
)
@click.option("--url", default="", help="Where the site will be, like https://docs.example.org/.")
@click.option("--charset", help="The charset that the site's server names for pages, if any.")
@click.option(
    "--headers",
    type=click.Choice(("none", "netlify")),
    default="none",
    show_default=True,
    help="Also write the file _headers, for Netlify and Cloudflare Pages.",
)
@click.option("--jobs", type=click.IntRange(1), help="How many processes work at it. By default what pays.")
@click.option("--check", is_flag=True, help="Write nothing, and fail if anything would have to go.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what went to this file: a page for .html, JSON for .json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what went as JSON.")
def build(
    src: Path,
    out: Path | None,
    policy_file: Path | None,
    url: str,
    charset: str | None,
    headers: HeadersFor,
    jobs: int | None,
    check: bool,
    report_file: Path | None,
    as_json: bool,
) -> None:
    """Build the static site in SRC anew in OUT, contacting nobody.

    \b
    Example:
      consentgate build site public

    Trackers go, embeds become links, and each page says in its head whom it may contact. So nobody has to be
    asked. OUT may be SRC, where the site's generator writes all pages again.
    """
    if out is None and not check:
        raise click.UsageError(
            "Missing argument 'OUT': where to build the site, or --check to write nothing."
        )
    if charset is not None and not is_encoding(charset):
        raise click.UsageError(
            f"--charset: expected an encoding that browsers know, like utf-8, not {shown(charset)}"
        )
    if report_file is not None and report_file.suffix not in _REPORTS:
        raise click.UsageError("--report: expected a file whose name ends in .html or .json")
    if url:
        _check_url(url)
    policy_file = policy_file or (_USUAL_POLICY if _USUAL_POLICY.is_file() else None)
    with said_in_a_line(str(policy_file)):
        policy = Policy.load(policy_file, date_from_file=False) if policy_file else None
    if policy is not None and policy.site.report_only:
        click.echo("Warning: the policy is report_only, which holds for a gate: a build takes out.", err=True)
    with _said_in_a_line(), ProgressLine(quiet=as_json) as progress:
        report = build_site(
            src,
            None if check else out,
            policy,
            url=url,
            charset=charset,
            headers=headers,
            jobs=jobs,
            progress=lambda done, total: progress.tell(f"{done} of {total} files"),
        )
    if report_file is not None:
        _write(report_file, report)
    if as_json:
        click.echo(report.json(), nl=False)
    else:
        for line in report.lines(is_check=check):
            click.echo(line, err=True)
    if check and not report.is_closed:
        raise click.exceptions.Exit(1)


def _check_url(url: str) -> None:
    try:
        page_url(url)
    except ValueError:
        raise click.UsageError(
            f"--url: expected where the site will be, like https://docs.example.org/, not {shown(url)}"
        ) from None


@contextmanager
def _said_in_a_line() -> Iterator[None]:
    try:
        yield
    except BuildError as error:
        raise click.ClickException(str(error)) from None


def _write(file: Path, report: Report) -> None:
    try:
        file.write_bytes(report.html() if file.suffix == ".html" else report.json())
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from None
