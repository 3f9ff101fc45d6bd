"""What the fast path remembers of the tags that it passes, beside a walk from tag to tag."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from html_nasty import INPUTS
from html_soup import soup
from html_support import PAGE, corpus_pages, needs_shared
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate import Gate, Policy
from consentgate.html.matching.pcre2 import is_available
from consentgate.html.matching.run import Run
from consentgate.html.skipping.inert_markup import INERT, INERT_AT_HOME, INERT_FOREIGN, inert_at
from consentgate.html.tokenizer.grammar import START_TAG
from consentgate.html.tokenizer.open_elements import OpenElements
from consentgate.html.tokenizer.tags import Tag
from consentgate.html.tokenizer.tokens import tags
from consentgate.html.values.css_syntax import INERT_CSS
from consentgate.policy import OwnHosts

_NAMES = (
    *("a", "A", "abbr", "article", "p", "b", "td", "TH", "caption", "table", "TABLE", "tbody", "thead", "tr"),
    *("colgroup", "col", "tt", "tdx", "tablex", "c", "li", "svg", "select", "title", "img", "link", "meta"),
)
_ENDS = (
    "",
    "",
    " x=y",
    " class='a b'",
    ' style="background:url(//evil.test)"',
    " ",
    "/",
    " href=/",
    ' cla="',
)
_tags = st.builds(
    "<{}{}{}>".format, st.sampled_from(("", "/")), st.sampled_from(_NAMES), st.sampled_from(_ENDS)
)
_pieces = st.one_of(_tags, _tags, st.sampled_from(("text", "<!-- <a> <td> -->", "<td", "<a ", "</", "<")))


HOME = OwnHosts(frozenset({"example.org", "localhost"}), (".example.org",))


@pytest.mark.parametrize("inert", [INERT.page, INERT_AT_HOME.page, inert_at(HOME).page])
@given(st.lists(_pieces, max_size=10).map(lambda pieces: "".join(pieces).encode()))
def test_a_run_says_what_each_of_its_tags_would_say(inert: Run, html: bytes) -> None:
    run = inert.match(html, 0, len(html))
    at_once, one_by_one = OpenElements(), OpenElements()
    if len(run) > 1:
        at_once.pass_by(run)
    # A tag at which the run stops is read next, and may have been counted already.
    stop = START_TAG.match(html, run[0])
    for match in tags(html[: run[0]]):
        if match.re is START_TAG:
            one_by_one.start(Tag(match, bytes.decode))
        else:
            one_by_one.end(match["name"].lower())
    if stop is not None:
        for context in (at_once, one_by_one):
            context.start(Tag(stop, bytes.decode))
    assert at_once.in_anchor == one_by_one.in_anchor
    assert at_once.takes_placeholder == one_by_one.takes_placeholder


# -- PCRE2 and re ----------------------------------------------------------------------------------------

RUNS = {
    "any page": INERT.page,
    "any head": INERT.head,
    "a page at home": INERT_AT_HOME.page,
    "a head at home": INERT_AT_HOME.head,
    "a page on this host": inert_at(HOME).page,
    "a head on this host": inert_at(HOME).head,
    "a drawing": INERT_FOREIGN,
    "a style sheet": INERT_CSS,
}
# Without the library there is nothing to compare. One that is there and refuses a pattern is a failure.
needs_pcre2 = pytest.mark.skipif(
    not is_available(), reason="no PCRE2 that may be used, so nothing to compare"
)


def check_both(run: Run, data: bytes) -> None:
    """That both say the same from wherever a run can begin, and with every end."""
    starts = [0, *(match.start() for match in re.finditer(rb"[<;{}]", data))]
    for start in starts:
        assert run.match(data, start, len(data)) == run.match_by_re(data, start, len(data))
    for end in range(max(0, len(data) - 40), len(data)):
        assert run.match(data, 0, end) == run.match_by_re(data, 0, end)


@needs_pcre2
def test_pcre2_takes_every_pattern() -> None:
    assert {name for name, run in RUNS.items() if not run.is_fast} == set()


@needs_pcre2
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_pcre2_matches_nasty_input_as_re_does(run: Run) -> None:
    for source in INPUTS:
        check_both(run, source.encode("utf-8", "replace"))


@needs_pcre2
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@settings(max_examples=60)
@given(st.one_of(soup.map(lambda text: text.encode("utf-8", "replace")), st.binary(max_size=100)))
def test_pcre2_matches_any_soup_as_re_does(run: Run, data: bytes) -> None:
    check_both(run, data)


@pytest.mark.long
@needs_pcre2
@needs_shared
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_pcre2_matches_real_pages_as_re_does(run: Run) -> None:
    # A third of the pages for each: the three patterns have most of their parts in common.
    for page in corpus_pages()[list(RUNS.values()).index(run) % 3 :: 3]:
        data = page.read_bytes()
        position = 0
        while position < len(data):
            ends = run.match(data, position, len(data))
            assert ends == run.match_by_re(data, position, len(data))
            position = max(position, ends[0]) + 1


@needs_pcre2
def test_a_match_is_the_threads_own() -> None:
    pages = [b"<p>" * size + b"<script>" for size in range(200)]

    def lengths(_: int) -> list[int]:
        return [INERT.page.match(page, 0, len(page))[0] for page in pages]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lengths, range(50))) == [[3 * size for size in range(200)]] * 50


def test_a_page_is_read_without_pcre2_too() -> None:
    program = (
        "from consentgate.html.skipping.inert_markup import INERT; "
        "print(INERT.page.is_fast, INERT.page.match(b'<p>', 0, 3))"
    )
    environment = {**os.environ, "CONSENTGATE_PCRE2": "0"}
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert output.split() == ["False", "[3]"]


def test_a_page_is_read_without_ctypes_too() -> None:
    program = (
        "import sys; sys.modules['ctypes'] = None\n"
        "from consentgate.html.skipping.inert_markup import INERT; "
        "print(INERT.page.is_fast, INERT.page.match(b'<p>', 0, 3))"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert output.split() == ["False", "[3]"]


@needs_pcre2
def test_a_site_may_have_many_names() -> None:
    many = OwnHosts(frozenset(f"{number:x>30}.example" for number in range(26)), ())
    too_many = OwnHosts(frozenset(f"{number:x>30}.example" for number in range(100)), ())
    # As often as it takes to get a place from another test's site.
    runs = {home: [inert_at(home) for _ in range(20_000)][-1] for home in (many, too_many)}
    assert runs[many] is not INERT_AT_HOME
    assert runs[many].page.is_fast
    assert runs[too_many] is INERT_AT_HOME


def test_a_site_without_names_is_no_home() -> None:
    page = b"<img src='///evil.test/x'>"
    for home in (OwnHosts(frozenset(), ()), OwnHosts(frozenset({"[::1]", "a b", "x/y"}), ())):
        assert inert_at(home).page.match(page, 0, len(page))[0] == 0


# -- services on the site's own hosts --------------------------------------------------------------------

POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[category]]
id = "performance"

[[service]]
id = "stats"
name = "Stats"
category = "performance"
privacy_url = "https://example.org/privacy"
"""
BELOW, WWW, APEX, RELATIVE, OTHER = URLS = (
    *("https://stats.example.org/t.js", "//www.example.org/t.js", "https://example.org/t.js", "/t.js"),
    "/app.js",
)


@pytest.mark.parametrize(
    ("where", "goes"),
    [
        ('hosts = ["stats.example.org"]', {BELOW}),
        ('hosts = ["*.example.org"]', {BELOW, WWW, RELATIVE, OTHER}),
        ('hosts = ["www.example.org"]', {WWW, RELATIVE, OTHER}),
        ('hosts = ["example.org"]', {APEX}),
        ('paths = ["/t.js"]', {BELOW, WWW, APEX, RELATIVE}),
        ('hosts = ["www.example.org"]\npaths = ["/t.*"]', {WWW, RELATIVE}),
        ('hosts = ["cdn.example.net"]', set()),
    ],
)
@pytest.mark.parametrize(
    "markup", ["<script src='{}'></script>", '<img src="{}">', "<video src='{}'></video>"]
)
def test_a_service_on_an_own_host_is_blocked_there(
    where: str, goes: set[str], markup: str, tmp_path: Path
) -> None:
    file = tmp_path / "consentgate.toml"
    file.write_text(POLICY + where + "\n")
    page = "<p>".join(map(markup.format, URLS))
    result = Gate(Policy.load(file), secret_key="a secret of the tests").rewrite(page.encode(), url=PAGE)
    assert {one.url for one in result.blocked} == goes
