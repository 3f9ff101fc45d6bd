"""The page and the policy that a command looks at: its options, and what is said of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from consentgate.html.tokenizer.encoding import Unreadable, is_encoding, sniff_encoding
from consentgate.policy import Policy
from consentgate.policy.messages import shown
from consentgate.web.mime_sniffing import SNIFFED

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Page:
    """The page that a command looks at, and what it is judged by. `name` is what messages call it."""

    name: str
    data: bytes
    url: str
    policy: Policy
    grants: tuple[str, ...]
    charset: str | None

    def warn(self) -> None:
        """Warn of each reason why the output may not be what was meant."""
        for doubt in _doubts(self.data, self.charset, self.policy):
            click.echo(f"Warning: {doubt}", err=True)


_OPTIONS: tuple[Callable[[Callable[..., None]], Callable[..., None]], ...] = (
    click.argument("file", type=click.File("rb", lazy=True)),
    click.option("--url", required=True, help="Where the page is, like https://example.org/news."),
    click.option(
        "--policy",
        "policy_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The policy file. Without one, consent also opens what nobody named.",
    ),
    click.option(
        "--grant",
        "grants",
        multiple=True,
        metavar="ID",
        help="A category or service that the visitor consented to. May be repeated.",
    ),
    click.option("--charset", help="The charset that the page's Content-Type names, if any."),
)


def page_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a `command` the options that make a page, which it takes as its first argument."""

    @functools.wraps(command)
    def with_page(
        file: BinaryIO,
        url: str,
        policy_file: Path | None,
        grants: tuple[str, ...],
        charset: str | None,
        **others: Any,
    ) -> None:
        if charset is not None and not is_encoding(charset):
            raise click.ClickException(
                "--charset: expected an encoding that browsers know, like utf-8 or windows-1252, "
                f"not {shown(charset)}"
            )
        name = "standard input" if file.name in ("-", "<stdin>") else file.name
        with said_in_a_line(name):
            policy = Policy.load(policy_file) if policy_file else Policy()
            data = file.read()
        command(Page(name, data, url, policy, grants, charset), **others)

    return functools.reduce(lambda given, option: option(given), reversed(_OPTIONS), with_page)


@contextmanager
def said_in_a_line(name: str) -> Iterator[None]:
    """Say what is wrong with the page of this `name`, or with what it is judged by, and end with 1."""
    try:
        yield
    except Unreadable as error:
        raise click.ClickException(
            f"{name}: cannot be read in the encoding that browsers would use: {error}"
        ) from None
    except (ValueError, OSError) as error:
        # A wrong policy, an unknown id or an invalid URL; a file that cannot be read.
        raise click.ClickException(str(error)) from None


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
