"""`consentgate gate` sends one file through the gate."""

from __future__ import annotations

import json
import secrets

import click

from consentgate.gate import Gate
from consentgate.html import Blocked
from consentgate.policy import Policy

from .page import Page, page_options, said_in_a_line
from .reasons import why_blocked


@click.command()
@page_options
@click.option("--json", "as_json", is_flag=True, help="Print what was blocked and why, instead of the page.")
def gate(page: Page, as_json: bool) -> None:
    """Print a page as the gate would send it.

    FILE is the page, and "-" standard input. With a policy that is report_only, this is the page as it
    would be sent without that.

    \b
    Example:
      curl -s https://example.org/ | consentgate gate - --url https://example.org/ --json
    """
    with said_in_a_line(page.name):
        # The key signs consent cookies, of which there are none here.
        result = Gate(page.policy, secret_key=secrets.token_hex()).rewrite(
            page.data, url=page.url, grants=page.grants, charset=page.charset
        )
    page.warn()
    if as_json:
        click.echo(json.dumps([_described(blocked, page.policy) for blocked in result.blocked], indent=2))
    else:
        click.echo(result.html, nl=False)


def _described(blocked: Blocked, policy: Policy) -> dict[str, object]:
    return blocked._asdict() | {"why": why_blocked(blocked, policy)}
