"""What is in `skipping/` is speed and nothing else: with every trick off, pages come out the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from html_documents import documents
from html_nasty import INPUTS
from html_soup import soup
from html_support import PAGE, ShareLinksInWords, Told, corpus_pages, cut, needs_shared, told_by
from html_vectors import VECTORS
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate import Consent, Policy
from consentgate.consent import Judge
from consentgate.html import Insertion, Rewriter
from consentgate.html.rewriting import walker
from consentgate.html.rules import start_tag_rules
from consentgate.html.rules.verdict import Verdict
from consentgate.html.tokenizer.grammar import NOT_TAGS, PREAMBLE_ITEM
from consentgate.html.tokenizer.open_elements import OpenElements
from consentgate.policy.claims.bounded_cache import BoundedCache
from consentgate.web.url import Url, resolve


class NoSkipping:
    """Skips text and comments, and looks at every tag. Stands in for `InertMarkup`."""

    def __init__(self, home: object, base: str) -> None:
        pass

    def rebase(self, base: str) -> None:
        pass

    def skip(self, data: bytes, start: int, limit: int, open_elements: OpenElements) -> tuple[int, bool]:
        text = NOT_TAGS.match(data, start, limit)
        return text.end() if text else start, False

    def skip_head(self, data: bytes, start: int, limit: int) -> tuple[int, bool]:
        while item := PREAMBLE_ITEM.match(data, start):
            start = item.end()
        return start, False


class NoMemory:
    """Has never met an element before. Stands in for `RemovedElements`."""

    @classmethod
    def for_documents(cls, judge: Judge, charset: str, nested: int, *, has_links: bool = False) -> NoMemory:
        return cls()

    def within(self, nested: int) -> NoMemory:
        return self

    def with_tag(self, tag: re.Match[bytes]) -> None:
        return None

    def remember(self, tag: re.Match[bytes], verdict: Verdict, *, final: bool) -> None:
        pytest.fail("nothing is to be remembered")


@contextmanager
def no_tricks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(walker, "InertMarkup", NoSkipping)
        patched.setattr(walker, "RemovedElements", NoMemory)
        patched.setattr(start_tag_rules, "may_be_widget", lambda tag: True)
        patched.setattr(BoundedCache, "keep", lambda self, question, answer: None)
        yield


def told(policy: Policy, data: bytes, size: int, grants: str, *, inserting: bool) -> Told:
    """All that is told of a page."""
    base = resolve(PAGE, Url("https", "", "/"))
    return told_by(
        Rewriter,
        cut(data, size),
        Judge(Consent.of_ids(policy, grants.split()), base.host, base.path),
        base,
        placeholder=lambda claim, in_link, elsewhere: f"[{claim.name} {in_link} {elsewhere}]".encode(),
        insertion=Insertion(b"<head-insertion>", b"<body-insertion>") if inserting else None,
        share_links=ShareLinksInWords() if inserting else None,
    )


KNOWING = Policy()
"""A policy under which all that these tests show has been seen."""


def unchanged_by_tricks(
    html: str | bytes, size: int = 1 << 20, grants: str = "", *, inserting: bool = False
) -> None:
    data = html.encode("utf-8", "surrogatepass") if isinstance(html, str) else html
    with no_tricks():
        expected = told(Policy(), data, size, grants, inserting=inserting)
    for _ in range(3):
        assert told(KNOWING, data, size, grants, inserting=inserting) == expected


@pytest.mark.parametrize("inserting", [False, True])
@pytest.mark.parametrize("html", [*INPUTS, *VECTORS])
def test_hostile_pages_come_out_the_same(html: str, inserting: bool) -> None:
    unchanged_by_tricks(html, inserting=inserting)
    unchanged_by_tricks(html, 7, inserting=inserting)


_anyhow = {
    "size": st.sampled_from([1, 5, 30, 1 << 20]),
    "grants": st.sampled_from(["", "", "performance"]),
    "inserting": st.booleans(),
}


@given(html=documents, **_anyhow)
def test_plain_documents_come_out_the_same(html: str, size: int, grants: str, inserting: bool) -> None:
    unchanged_by_tricks(html, size, grants, inserting=inserting)


@given(html=soup, **_anyhow)
def test_soup_comes_out_the_same(html: str, size: int, grants: str, inserting: bool) -> None:
    unchanged_by_tricks(html, size, grants, inserting=inserting)


@pytest.mark.fuzz
@settings(max_examples=30_000, derandomize=False)
@given(html=st.one_of(documents, soup), **_anyhow)
def test_a_lot_of_pages_come_out_the_same(html: str, size: int, grants: str, inserting: bool) -> None:
    unchanged_by_tricks(html, size, grants, inserting=inserting)


@needs_shared
def test_real_pages_come_out_the_same() -> None:
    for page in corpus_pages():
        unchanged_by_tricks(page.read_bytes(), 64 << 10, inserting=True)
