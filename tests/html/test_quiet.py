"""What the fast path remembers of the tags that it passes, beside a walk from tag to tag."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.html.context import Context
from consentgate.html.quiet import QUIET, QUIET_AT_HOME
from consentgate.html.syntax import START_TAG
from consentgate.html.tags import Tag
from consentgate.html.tokens import tags

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


@pytest.mark.parametrize("quiet", [QUIET, QUIET_AT_HOME])
@given(st.lists(_pieces, max_size=10).map(lambda pieces: "".join(pieces).encode()))
def test_a_run_says_what_each_of_its_tags_would_say(quiet: re.Pattern[bytes], html: bytes) -> None:
    run = quiet.match(html)
    at_once, one_by_one = Context(), Context()
    at_once.pass_by(run)
    # A tag at which the run stops is read next, and may have been counted already.
    stop = START_TAG.match(html, run.end())
    for match in tags(html[: run.end()]):
        if match.re is START_TAG:
            one_by_one.start(Tag(match, bytes.decode))
        else:
            one_by_one.end(match["name"].lower())
    if stop is not None:
        for context in (at_once, one_by_one):
            context.start(Tag(stop, bytes.decode))
    assert at_once.in_anchor == one_by_one.in_anchor
    assert at_once.takes_placeholder == one_by_one.takes_placeholder
