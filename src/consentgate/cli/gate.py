"""`consentgate gate` sends one file through the gate."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from consentgate.catalogue import catalogue
from consentgate.gate import Gate
from consentgate.html import Blocked
from consentgate.html.tokenizer.encoding import Unreadable, is_encoding, sniff_encoding
from consentgate.policy import Policy
from consentgate.policy.messages import listed, shown
from consentgate.web.mime_sniffing import SNIFFED

_GZIP = b"\x1f\x8b"


@click.command()
@click.argument("file", type=click.File("rb", lazy=True))
@click.option("--url", required=True, help="Where the page is, like https://example.org/news.")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The policy file. Without one, consent also opens what nobody named.",
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
    """Print the page in FILE ("-" for standard input) as the gate would send it.

    With a policy that is report_only, this is the page as it would be sent without report_only.
    """
    if charset is not None and not is_encoding(charset):
        raise click.ClickException(
            "--charset: expected an encoding that browsers know, like utf-8 or windows-1252, "
            f"not {shown(charset)}"
        )
    try:
        policy = Policy.load(policy_file) if policy_file else Policy()
        data = file.read()
        # The key signs consent cookies, of which there are none here.
        result = Gate(policy, secret_key=secrets.token_hex()).rewrite(
            data, url=url, grants=grants, charset=charset
        )
    except Unreadable as error:
        name = "standard input" if file.name in ("-", "<stdin>") else file.name
        raise click.ClickException(
            f"{name}: cannot be read in the encoding that browsers would use: {error}"
        ) from None
    except (ValueError, OSError) as error:
        # A wrong policy, an unknown id or an invalid URL; a file that cannot be read.
        raise click.ClickException(str(error)) from None
    for doubt in _doubts(data, charset, policy):
        click.echo(f"Warning: {doubt}", err=True)
    if as_json:
        click.echo(json.dumps([_described(blocked, policy) for blocked in result.blocked], indent=2))
    else:
        click.echo(result.html, nl=False)


def _doubts(data: bytes, charset: str | None, policy: Policy) -> Iterator[str]:
    """Yield a warning for each reason why the output may not be what was meant."""
    if policy.site.report_only:
        yield "the policy is report_only: the site blocks nothing yet, and this is what it would block"
    if data.startswith(_GZIP):
        yield "the file is compressed (gzip), not HTML, and nothing in it was read: decompress it first"
    elif b"\0" in data[:SNIFFED]:
        encoding = sniff_encoding(data, charset, complete=True)
        if encoding is not None and encoding.is_ascii_compatible:
            yield (
                "the file has NUL bytes, as no HTML has: it may be no text, or UTF-16 without a mark, which "
                "--charset utf-16le would read"
            )


def _described(blocked: Blocked, policy: Policy) -> dict[str, object]:
    return blocked._asdict() | {"why": _why(blocked, policy)}


def _why(blocked: Blocked, policy: Policy) -> str:
    if blocked.kind in ("ambiguous", "base"):
        return "browsers differ in how they read this, so that nobody knows what it would load"
    if catalogue().has_closed(blocked.service):
        return f"{blocked.service} has closed: take its markup out of the page"
    if blocked.service is None:
        whose = "nobody declares it"
    elif policy.claims.has_service(blocked.service):
        whose = f"it belongs to {blocked.service}, which the policy declares"
    else:
        whose = f"it belongs to {blocked.service}, which the policy does not declare"
    return f"{whose}; {_what_opens(blocked, policy)}"


def _what_opens(blocked: Blocked, policy: Policy) -> str:
    if blocked.category is not None:
        return f'consent to "{blocked.category}" opens it'
    pages = next((service.pages for service in policy.services if service.id == blocked.service), ())
    return f"it is necessary on other pages only: pages = [{listed(pages)}]" if pages else "nothing opens it"
