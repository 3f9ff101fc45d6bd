"""`consentgate explain` says why each element of a page is blocked or passes."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import click

from consentgate.catalogue import catalogue
from consentgate.consent import Consent
from consentgate.gate.gate import page_url
from consentgate.gate.log.explanations import Explanations
from consentgate.html import Blocked
from consentgate.html.rewriting.explained import Explained, explain_document
from consentgate.html.tokenizer.encoding import sniff_encoding
from consentgate.policy import Claim
from consentgate.policy.messages import printable

from .page import Page, page_options, said_in_a_line
from .reasons import is_unreadable, why_blocked

_LONGEST = 72


@click.command()
@page_options
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
def explain(page: Page, as_json: bool) -> None:
    """Say why each element of a page is blocked, or passes.

    FILE is the page, and "-" standard input. All elements are listed that load, store or could contact
    something, in the order of the page. For what nobody declares there are the lines of a policy that
    would.

    \b
    Example:
      consentgate explain page.html --url https://example.org/ --policy consentgate.toml
    """
    with said_in_a_line(page.name):
        url, consent = page_url(page.url), Consent.of_ids(page.policy, page.grants)
        explained = explain_document(page.data, consent, url, page.charset)
    page.warn()
    rows = [*_rows(page, explained)]
    if as_json:
        click.echo(json.dumps([row._asdict() for row in rows], indent=2))
        return
    for row in rows:
        click.echo(f"{row.line}:{row.column}: {'passes' if row.passes else 'BLOCKED'}: {row.markup}")
        click.echo(f"    {row.why}")
        if row.declare:
            click.echo("    To declare it:")
            click.echo(textwrap.indent(row.declare, " " * 8))
    passing = sum(row.passes for row in rows)
    click.echo(f"{page.name}: {len(rows) - passing} blocked, {passing} passing")


class _Row(NamedTuple):
    """One line of the answer. `start` and `end` are bytes of the file, `line` and `column` count from 1.

    `declare` has the lines of a policy that would declare what is blocked as undeclared, "" for all else.
    """

    line: int
    column: int
    start: int
    end: int
    passes: bool
    kind: str
    url: str
    service: str | None
    category: str | None
    why: str
    declare: str
    markup: str


def _rows(page: Page, explained: Iterable[Explained]) -> Iterator[_Row]:
    encoding = sniff_encoding(page.data, page.charset, complete=True)
    codec = encoding.codec if encoding is not None else "utf-8"
    explanations = Explanations(page.policy, page_url(page.url))
    line = column = 1
    position = 0
    for found, passes, why, claim in explained:
        before = page.data[position : found.start].decode(codec, "replace")
        broken = before.rfind("\n")
        line += before.count("\n")
        column = len(before) - broken if broken >= 0 else column + len(before)
        position = found.start
        yield _Row(
            *(line, column, found.start, found.end, passes, found.kind, found.url),
            *(found.service, found.category, why or why_blocked(found, page.policy)),
            _declaration(found, claim, explanations),
            markup=_beginning(page.data[_tag_of(page.data, found) : found.end].decode(codec, "replace")),
        )


def _declaration(found: Blocked, claim: Claim | None, explanations: Explanations) -> str:
    if claim is None or is_unreadable(found) or catalogue().has_closed(found.service):
        return ""
    return explanations.markup(claim, found.url, found.kind, "")["declare"]


def _tag_of(data: bytes, found: Blocked) -> int:
    """Return where the tag begins that an attribute stands in."""
    start, kind = found.start, found.kind.encode()
    tag = data.rfind(b"<", 0, start + 1)
    return tag if tag >= 0 and data[tag + 1 : tag + 1 + len(kind)].lower() == kind else start


def _beginning(markup: str) -> str:
    """Return the beginning of `markup` in one line, without what a terminal would act upon."""
    text = " ".join(markup.split())
    text = printable(text[: _LONGEST + 1])
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
