"""The reader skips what loads nothing in long runs. Here it is measured against a walk from tag to tag that
skips nothing: both must find the same, to the byte."""

from __future__ import annotations

import re
from itertools import count

import pytest
from html_conformance import CDATA, cases
from html_support import cut, feed, judge, needs_shared, page_url
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate.html.rewriting.walker import Walker
from consentgate.html.rules.loading_markup import ANYWHERE, ELEMENTS, Reads
from consentgate.html.rules.tag_judgement import TagJudgement
from consentgate.html.tokenizer.element_sets import RAW_TEXT_ELEMENTS
from consentgate.html.tokenizer.grammar import START_TAG
from consentgate.html.tokenizer.tags import Tag
from consentgate.html.tokenizer.tokens import tags

Span = tuple[int, int]


def decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def tag_by_tag(data: bytes) -> list[Span]:
    """What is to be blocked in `data`, a page without SVG, `select` and whatever else depends on the tree."""
    document = Walker(judge(), page_url(), "utf-8")._document
    found: list[Span] = []
    passed = 0
    fruitless: set[bytes] = set()
    matches = list(tags(data))
    for number, match in enumerate(matches):
        if match.re is not START_TAG or match.start() < passed:
            continue
        tag = Tag(match, decode)
        judgement = TagJudgement(document, tag)
        whole = judgement.violation()
        # A widget's place holder is markup: `iframe` and the like are none.
        is_raw = tag.name in RAW_TEXT_ELEMENTS
        widget = None if is_raw else judge().widget(tag.name.decode("latin-1"), tag.values)
        goes = whole is not None or (widget is not None and not widget.keep)
        # Where one has no end, it is not looked for in those within it.
        end = _end(tag, matches[number + 1 :]) if goes and tag.name not in fruitless else None
        if goes and end is None:
            fruitless.add(tag.name)
        if end is not None:
            found.append((tag.start, end))
            passed = end
            continue
        edits = judgement.edits() if whole is None else judgement.all_edits()
        found += sorted((edit.start, edit.end) for edit in edits)
    return found


def _end(tag: Tag, following: list[re.Match[bytes]]) -> int | None:
    if tag.name in VOID:
        return tag.end
    if tag.name in RAW_TEXT_ELEMENTS:
        return following[0].end() if following else None
    depth = 1
    for match in following:
        if match["name"].lower() == tag.name:
            depth += 1 if match.re is START_TAG else -1
            if depth == 0:
                return match.end()
    return None


# -- tags that are as odd as tags can be -----------------------------------------------------------------

VOID = frozenset(b"img input link embed source track bgsound frame param".split())
_NAMES = (
    *(
        "a",
        "A",
        "b",
        "p",
        "div",
        "span",
        "td",
        "table",
        "tr",
        "blockquote",
        "h1",
        "x-y",
        "imgx",
        "i:mg",
        "path",
    ),
    *(
        "img",
        "IMG",
        "iMg",
        "input",
        "link",
        "embed",
        "object",
        "video",
        "audio",
        "source",
        "track",
        "bgsound",
    ),
    *(
        "frame",
        "applet",
        "portal",
        "iframe",
        "title",
        "textarea",
        "xmp",
        "noembed",
        "image",
        "use",
        "animate",
    ),
    *("im\0g", "img\x80", "img\xe9", "im\u212a", "s", "twitter", "fb:like", "g-x", "amp-img", "ion-icon"),
)
_ATTRIBUTES = (
    *(
        "src",
        "SRC",
        "sRc",
        "href",
        "data",
        "srcset",
        "poster",
        "style",
        "STYLE",
        "class",
        "CLASS",
        "clas",
        "classs",
    ),
    *(
        "background",
        "ping",
        "fill",
        "filter",
        "cursor",
        "mask",
        "marker-end",
        "clip-path",
        "attributionsrc",
        "x",
    ),
    *(
        "data-src",
        "data-srcset",
        "data-original",
        "data-pin-do",
        "data-instgrm-version",
        "data-cf-x",
        "data-x",
    ),
    *(
        "@click",
        ":class",
        "style\0",
        "\0style",
        "styl\xe9",
        "'style",
        '"style',
        "<fill",
        "fill<",
        "=style",
        "=",
    ),
    *(
        "srcx",
        "xsrc",
        "type",
        "rel",
        "lowsrc",
        "id",
        "title",
        "t\u0131tle",
        "\u017frc",
        "bac\u212aground",
        "\x80",
        "\x1b",
    ),
)
_URLS = (
    "//evil.test/N",
    "https://evil.test/N",
    "//evil.test/N",
    "&#47;/evil.test/N",
    "/own",
    "own",
    "",
    "a&amp;b",
)
_OWN_URLS = (
    *(
        "https://www.example.org/N",
        "//example.org/N",
        "http://a.b.example.org/N,",
        "https://www.example.org/",
    ),
    *(
        "https://example.org.evil.test/N",
        "https://www.example.org:80/N",
        "//xexample.org/N",
        "//.example.org/N",
        "//example.org/>",
        "//example.org/><img src=//evil.test/N>",
        "//.example.org/N",
    ),
    *(
        "https://www.example.org\\@evil.test/N",
        "https://evil.test/www.example.org/N",
        "HTTPS://example.org/N",
    ),
    *("//example.org", "//example.org?//evil.test/N", "https:/example.org/N", "//u@example.org/N"),
    *("//www.example.org/a&#32;//evil.test/N", "//example.org/N ", " //example.org/N", "//example.org/\t/N"),
)
_OWN_CANDIDATES = (
    "//example.org/N 1x, //evil.test/N 2x",
    "//example.org/N,//evil.test/N 2x",
    "//example.org/N, //evil.test/N 2x",
    "//example.org/N 1x, https://www.example.org/N 2x,",
    "//example.org/N a(b, //evil.test/N 2x), //example.org/N",
    "//example.org/N a(b), //evil.test/N",
    "//example.org/N&#44; //evil.test/N",
    ", //example.org/N\n1x\n,\n//example.org/N\n2x",
    "//example.org/N,, //evil.test/N",
    "//example.org/N 1x //evil.test/N 2x",
)
_VALUES = (
    *_URLS,
    *_OWN_URLS,
    *_OWN_CANDIDATES,
    *(
        "background:url(//evil.test/N)",
        "background:URL( //evil.test/N )",
        "b:url(/own/N)",
        "b:cN",
        "b\\63:cN",
        "b:url&lpar;//evil.test/N)",
    ),
    *(
        "b:u\\72l(//evil.test/N)",
        "b:url&#40;//evil.test/N&#41;",
        "b&colon;cN",
        "/own 1x,//evil.test/N 2x",
        "a,b",
        "image",
        "stylesheet",
    ),
    *(
        "fb-like",
        "a fb-like b",
        "fb-likes",
        "xfb-like",
        "fb_like",
        "FB-LIKE",
        "fb-&#108;ike",
        "a\tfb-like",
        "a\x0bfb-like",
    ),
    *(
        "twitter-tweet",
        "twitter-tweets",
        "twitter-twee",
        "g-recaptcha",
        "instagram-media",
        "tiktok-embed",
        "a  b ",
        "\n",
    ),
    *(
        "<",
        ">",
        "<b>",
        "<!--",
        "-->",
        "</title>",
        "</iframe>",
        "a=b",
        "/",
        "//",
        "'",
        '"',
        "`",
        "\0",
        "\xe9",
        "\x0c",
        "=",
    ),
)
_SPACES = (" ", " ", " ", "", "/", "\t", "\n", "\r\n", "\f", "  ", " / ", "//", "\0", "\x0b", "\xa0")
_EQUALS = ("=", "=", "=", " = ", "= ", " =", "\n=\t", "==", "=/", "/=", "\f=\f", "= =")
_QUOTES = (
    ("'", "'"),
    ('"', '"'),
    ("", ""),
    ("", ""),
    ("'", ""),
    ("", '"'),
    ("'", '"'),
    ('"', '" '),
    ("`", "`"),
)
_ENDS = (">", ">", ">", " >", "/>", "//>", " / >", "\n>", "'>", '">', "=>", "= >", "", "<>")
_BETWEEN = (
    "x",
    "x",
    "<",
    "</",
    "< ",
    "<!-- > -->",
    "<!-->",
    "<!x>",
    "<?x>",
    "</ >",
    "-->",
    "&lt;img>",
    "\0",
    "'",
    '"',
    ">",
)
_END_TAGS = (
    "</div>",
    "</a>",
    "</b>",
    "</p >",
    "</object>",
    "</video\n>",
    "</iframe>",
    "</title>",
    "</xmp>",
    "</TEXTAREA/>",
)

pieces = st.sampled_from
attribute = st.one_of(
    st.builds(
        lambda space, name, equals, quotes, value: f"{space}{name}{equals}{quotes[0]}{value}{quotes[1]}",
        *map(pieces, (_SPACES, _ATTRIBUTES, _EQUALS, _QUOTES, _VALUES)),
    ),
    st.builds("{}{}".format, pieces(_SPACES), pieces(_ATTRIBUTES)),
    pieces(_VALUES).map(" style='{}'".format),
    pieces(_VALUES).map(' class="{}"'.format),
    pieces(_VALUES).map(" src={}".format),
)
# What pages are full of: pictures and scripts from the site's own hosts, and now and then another.
own_attribute = st.builds(
    " {}{}{quotes[0]}{}{quotes[1]}".format,
    st.sampled_from(("src", "srcset", "data-src", "data-srcset", "href", "poster", "alt", "rel", "x", "")),
    pieces(_EQUALS),
    st.sampled_from((*_OWN_URLS, *_OWN_CANDIDATES, "/own", "stylesheet", "//evil.test/N")),
    quotes=st.sampled_from((("'", "'"), ('"', '"'), ("'", "'"), ('"', '"'), ("", ""))),
)


def own_tags(*wrapped: tuple[str, str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda around, attributes: f"<{around[0]}{''.join(attributes)}{around[1]}",
        st.sampled_from(wrapped),
        st.lists(own_attribute, max_size=4),
    )


own_tag = own_tags(("img", ">"), ("IMG", " />"), ("source", ">"), ("link", ">"), ("video", "></video>"))
own_script = own_tags(("script", "></script>"), ("script", " type='text/javascript'></script>"))
start_tag = st.builds(
    lambda name, attributes, end: f"<{name}{''.join(attributes)}{end}",
    pieces(_NAMES),
    st.lists(attribute, max_size=5),
    pieces(_ENDS),
)


# What stands between them is never empty: two spans that touch and have one reason are told as one.
def pages(*more: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    markup = st.one_of(start_tag, start_tag, own_tag, own_tag, pieces(_END_TAGS), *more)
    return st.lists(st.builds("{}{}.".format, pieces(_BETWEEN), markup), max_size=6).map("".join)


page = pages(own_script)


def numbered(source: str) -> bytes:
    """`source` with a number of its own in each URL, so that one can be told from another."""
    numbers = count()
    return re.sub("N", lambda match: str(next(numbers)), source).encode()


def check(data: bytes) -> None:
    output, blocked = feed([data])
    assert [(one.start, one.end) for one in blocked] == tag_by_tag(data)
    left, _ = feed([output])
    assert left == output, "what was gated has nothing left that would be blocked"
    for size in (1, 3):
        assert feed(cut(data, size)) == (output, blocked)


@given(page)
def test_nothing_is_skipped_that_a_walk_from_tag_to_tag_finds(source: str) -> None:
    check(numbered(source))


@pytest.mark.fuzz
@settings(max_examples=100_000, derandomize=False)
@given(page)
def test_nothing_is_skipped_in_a_lot_of_pages(source: str) -> None:
    check(numbered(source))


def test_an_element_within_one_that_has_no_end_is_passed_by_like_it() -> None:
    check(numbered("<video src=//evil.test/N>a<video src=//evil.test/N>b</video>c"))


# Without scripts: what is text once one has lost its end, the walk does not know.
@given(pages(), st.binary(max_size=6), st.integers(0, 400))
def test_nothing_is_skipped_when_bytes_are_changed(source: str, noise: bytes, place: int) -> None:
    data = numbered(source)
    check(data[:place] + noise + data[place + len(noise) :])


_KINDS = {
    Reads.CSS: "b:url(//evil.test/x)",
    Reads.SRCSET: "/own 1x, //evil.test/x 2x",
    Reads.URLS: "/own //evil.test/x",
}
# Told in other ways; and forms load only where the policy says so.
_READ_ELSEWHERE = (Reads.DOCUMENT, Reads.REFRESH, Reads.COOKIE, Reads.SUBMIT)


@pytest.mark.parametrize(
    "name", sorted({*ELEMENTS} - {b"script", b"style", b"base", b"meta"} | {b"b", b"x-y"})
)
def test_each_attribute_that_loads_is_looked_at(name: bytes) -> None:
    element = ELEMENTS.get(name)
    loading = {**ANYWHERE, **(element.attributes if element else {})}
    for attribute, rule in loading.items():
        if rule.reads in _READ_ELSEWHERE:
            continue
        text = attribute if isinstance(attribute, str) else attribute.decode()
        value = _KINDS.get(rule.reads, "//evil.test/x")
        for told in (
            f'{text}="{value}"',
            f"{text.upper()}='{value}'",
            f'{text} =\n"{value}"',
            f"x/{text}='{value}'",
        ):
            tag = f"{name.decode()} rel=icon type=image attributename=href {told}"
            for html in (f".<{tag}>.", f".<p class=a><{tag} title='>'>.</{name.decode()}>"):
                assert feed([html.encode()])[1], html
                check(html.encode())


PROBE = rb" style=background:url(//evil.test/x)"


@needs_shared
def test_the_reader_sees_the_tags_of_the_standards_tests() -> None:
    probed = 0
    for case in cases():
        if case.state != CDATA:
            html = re.sub(rb"<[a-zA-Z][^\t\n\f\r />]*", rb"\g<0>" + PROBE, case.html)
            found = [(one.start, one.end) for one in feed([html])[1]]
            assert found == tag_by_tag(html), html
            probed += len(found)
    assert probed > 700


@needs_shared
def test_what_follows_a_cdata_section_is_markup_wherever_it_ends() -> None:
    sections = [case for case in cases() if case.state == CDATA]
    for case in sections:
        for end in (b"", b"]", b"]]", b"]]>", b">"):
            html = case.html + end + b"<g" + PROBE + b">"
            assert feed([html])[1], html
            assert feed(cut(html, 1)) == feed([html])
    assert len(sections) > 50


@pytest.mark.long
@pytest.mark.parametrize("name", ["img", "b", "x-y", "a", "td"])
@pytest.mark.parametrize(
    "last", ["", " a", " a=", " a=b", " a='b'", ' a="b"', " a=b/", " a/", "/", " =", " a='", " a=\"b'"]
)
@pytest.mark.parametrize("space", [" ", "", "/", "\n", "\f", "\0", "\x0b"])
def test_each_way_to_stand_before_an_attribute(name: str, last: str, space: str) -> None:
    for style in ("style", "STYLE", "=style", "style ", "style\f", "style/"):
        for value in ("'b:url(//evil.test/x)'", '"b:url(//evil.test/x)"', "b:url(//evil.test/x)"):
            source = f".<{name}{last}{space}{style}={value}>.<img src=//evil.test/y>"
            check(source.encode())
