"""The promise itself: nothing in a gated page loads from a third party, whoever reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from html_nasty import INPUTS
from html_oracle import absolute, css, is_third_party, leaks, lexbor_tree, loads_of_tree, srcset
from html_soup import soup
from html_support import (
    EVERYTHING,
    blocked,
    corpus_index,
    corpus_pages,
    cut,
    cut_at,
    feed,
    gate,
    keeps_the_rest,
    needs_shared,
    rewrite,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate.html.rules.loading_markup import ANYWHERE, ELEMENTS, Reads

E = "//evil.test/x"


def check(source: str) -> None:
    """All that has to hold for any input whatever."""
    data = source.encode("utf-8", "replace")
    output = rewrite(data)
    assert leaks(output.decode("utf-8", "replace")) == set()
    assert keeps_the_rest(data, output, blocked(data))
    assert rewrite(data, grants=EVERYTHING) == data
    whole = feed([data])
    for size in (1, 2, 3, 7):
        assert feed(cut(data, size)) == whole


@pytest.mark.parametrize("source", INPUTS)
def test_nothing_leaks_from_nasty_input(source: str) -> None:
    check(source)


@given(soup)
def test_nothing_leaks_from_any_soup(source: str) -> None:
    check(source)


@pytest.mark.fuzz
@settings(max_examples=50_000, derandomize=False)
@given(soup)
def test_nothing_leaks_from_a_lot_of_soup(source: str) -> None:
    check(source)


@given(st.lists(st.sampled_from(INPUTS), min_size=2, max_size=4).map("".join))
def test_nothing_leaks_from_nasty_inputs_together(source: str) -> None:
    check(source)


@given(soup, st.lists(st.integers(0, 400), max_size=6))
def test_the_output_does_not_depend_on_the_chunks(source: str, places: list[int]) -> None:
    data = source.encode("utf-8", "replace")
    assert feed(cut_at(data, places)) == feed([data])


@given(st.binary(max_size=200))
def test_any_bytes_come_back_when_everything_is_granted(data: bytes) -> None:
    assert rewrite(data, grants=EVERYTHING) == data
    assert keeps_the_rest(data, rewrite(data), blocked(data))


# -- real pages ------------------------------------------------------------------------------------------


def gated(page: Path) -> tuple[bytes, bytes, str]:
    source, url = (
        page.read_bytes(),
        f"https://{corpus_index()[page.stem]['own_host'] or 'www.example.org'}/dir/page",
    )
    return source, gate().rewrite(source, url=url).html, url


def foreign_loads(html: bytes, url: str) -> set[str]:
    from consentgate.policy import own_hosts

    host = url.split("/")[2]
    own = own_hosts((), host)
    loads = loads_of_tree(lexbor_tree(html.decode("utf-8", "replace")), url)
    return {one for one in loads if is_third_party(one) and one.split("/")[2].split(":")[0] not in own}


@needs_shared
@pytest.mark.parametrize("page", corpus_pages(), ids=lambda page: page.stem)
def test_nothing_leaks_from_a_real_page(page: Path) -> None:
    source, output, url = gated(page)
    assert foreign_loads(output, url) == set()
    result = gate().rewrite(source, url=url)
    assert keeps_the_rest(source, output, result.blocked)
    assert gate().rewrite(source, url=url, grants=EVERYTHING).html == source


@needs_shared
@pytest.mark.parametrize(
    "page", [p for p in corpus_pages() if p.stat().st_size < 60_000], ids=lambda p: p.stem
)
@pytest.mark.parametrize("size", [7, 1000])
def test_a_real_page_comes_out_the_same_in_chunks(page: Path, size: int) -> None:
    source = page.read_bytes()
    assert feed(cut(source, size)) == feed([source])


# -- the oracle itself -----------------------------------------------------------------------------------


def test_the_oracle_knows_every_way_to_load_that_the_gate_knows() -> None:
    for name, element in ELEMENTS.items():
        for attribute, what in element.attributes.items():
            if what.reads is Reads.SUBMIT:
                continue  # That is for a visitor to do.
            value = {"srcdoc": f"<img src={E}>"}.get(attribute, E)
            attributes = f'{attribute}="{value}" type=image rel=stylesheet attributeName=href'
            tag = name.decode().replace("input type", "input")
            if tag == "script":
                attributes = attributes.replace("type=image", "")
            html = f"<frameset><frame {attributes}>" if tag == "frame" else f"<{tag} {attributes}>"
            html = f"<svg>{html}</svg>" if tag == "image" and "href" in attribute else html
            assert leaks(html), html
    for attribute, what in ANYWHERE.items():
        value = f"url({E})" if what.reads is Reads.CSS else E
        assert leaks(f'<p {attribute}="{value}">'), attribute


def test_the_oracle_finds_what_loads() -> None:
    assert len([source for source in INPUTS if leaks(source)]) > 280


def test_the_oracle_reads_style_sheets() -> None:
    assert list(css("@import 'a';b{c:url( d )}e{f:\\75rl(g)}/*url(h)*/i{j:'url(k)'}")) == [
        "a",
        " d ".strip(),
        "g",
    ]
    assert list(css("a{b:url(c d)}e{f:image-set('g' 1x)}")) == ["g"]


def test_the_oracle_reads_candidates() -> None:
    assert list(srcset("a 1x, b,c (,) 2x,d,")) == ["a", "b,c", "d"]
    assert absolute("//evil.test/\\a", "https://www.example.org/") == "https://evil.test//a"
