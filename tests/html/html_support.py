"""What the tests of the rewriter share."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from consentgate import Blocked, Gate, Policy
from consentgate.catalogue import Page, ShareLink
from consentgate.consent import Consent, Judge
from consentgate.gate.message import Request
from consentgate.html import Limit, Records, Rewriter
from consentgate.html.rewriting.records import BlockedList
from consentgate.web.url import Url, resolve

PAGE = "https://www.example.org/dir/page"
SHARED = Path(__file__).resolve().parents[2].parent / "shared"
EVERYTHING = ("performance", "marketing", "third-party")

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no test data at {SHARED}")


@cache
def gate() -> Gate:
    """A gate without a policy file: nothing is declared."""
    return Gate(Policy(), secret_key="a secret of the tests")


def rewrite(html: str | bytes, *, grants: Iterable[str] = (), charset: str | None = "utf-8") -> bytes:
    """`html` through the gate, as the page at PAGE."""
    data = html.encode() if isinstance(html, str) else html
    return gate().rewrite(data, url=PAGE, grants=grants, charset=charset).html


def blocked(html: str | bytes, *, charset: str | None = "utf-8") -> list[Blocked]:
    data = html.encode() if isinstance(html, str) else html
    return gate().rewrite(data, url=PAGE, charset=charset).blocked


class ShareLinksInWords:
    """Says which share link would come in the place of a button, and what is known of its page."""

    address = f"{PAGE}?a=b"

    def instead(self, link: ShareLink, page: Page) -> bytes:
        return f"[{link} {page}]".encode("ascii", "backslashreplace")

    def completed(self, link: ShareLink, href: str, page: Page) -> str:
        return link.completed(href, page)


def judge(grants: Iterable[str] = ()) -> Judge:
    return Judge(Consent.of_ids(gate().policy, grants), "www.example.org", "/dir/page")


def page_url() -> Url:
    return resolve(PAGE, Url("https", "", "/"))


def feed(chunks: Iterable[bytes], **options: object) -> tuple[bytes, list[Blocked]]:
    """The chunks through a rewriter of their own."""
    return feed_and_tell(chunks, **options)[:2]


Told = tuple[bytes, list[Blocked], list[tuple[Limit, int]]]


def feed_and_tell(chunks: Iterable[bytes], **options: object) -> Told:
    """The same, and the limits that were reached."""
    return told_by(Rewriter, chunks, judge(), page_url(), **options)


def told_by(make: Callable[..., Rewriter], chunks: Iterable[bytes], *args: object, **options: object) -> Told:
    """All that a rewriter which `make` makes tells of the chunks."""
    blocked, limits = BlockedList(), []

    def observe(records: Records) -> None:
        blocked.observe(records)
        limits.extend(records.limits)

    rewriter = make(*args, observe=observe, **options)
    output = b"".join([rewriter.feed(chunk) for chunk in chunks])
    return output + rewriter.finish(), [*blocked], limits


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def cut_at(data: bytes, places: Iterable[int]) -> list[bytes]:
    bounds = [0, *sorted({place for place in places if 0 < place < len(data)}), len(data)]
    return [data[a:b] for a, b in pairwise(bounds)]


def keeps_the_rest(source: bytes, output: bytes, spans: list[Blocked]) -> bool:
    """Whether `output` is `source` but for the blocked spans."""
    position, found = 0, 0
    for span in spans:
        assert position <= span.start <= span.end <= len(source)
        kept = source[position : span.start]
        found = output.find(kept, found)
        if found < 0 or (position == 0 and found != 0):
            return False
        found += len(kept)
        position = span.end
    tail = source[position:]
    return output.endswith(tail) and len(output) - len(tail) >= found


def through_the_gate(data: bytes, host: str, size: int = 1 << 20, content_type: str = "text/html") -> bytes:
    """`data` as a response, with placeholders and all that is put in."""
    exchange = gate().exchange(Request("GET", "/dir/page", "", {"host": [host]}))
    exchange.start(200, [("Content-Type", content_type)])
    return b"".join([exchange.feed(chunk) for chunk in cut(data, size)]) + exchange.finish()


def corpus_pages() -> list[Path]:
    return sorted((SHARED / "corpus" / "pages").glob("*.html"))


def corpus_index() -> dict[str, dict[str, str]]:
    with (SHARED / "corpus" / "index.csv").open(newline="", encoding="utf-8") as file:
        return {row["page"]: row for row in csv.DictReader(file)}
