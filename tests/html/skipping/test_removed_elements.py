"""What was taken out once is recognised when it comes again. Nothing of that may show: a gate that has seen
thousands of elements does with a page what one does that has seen none."""

from __future__ import annotations

from typing import Any

import pytest
from html_nasty import INPUTS
from html_soup import soup
from html_support import PAGE, ShareLinksInWords, Told, corpus_pages, cut, needs_shared, told_by
from html_vectors import VECTORS
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate import Consent, Policy
from consentgate.consent import Judge
from consentgate.html import Rewriter
from consentgate.html.rules.limits import Limit
from consentgate.html.rules.violation import NOBODY
from consentgate.policy import NECESSARY, NEVER, Service
from consentgate.web.url import Url, resolve

SCRIPT = "<script src=https://evil.test/a></script>"
# Elements that go, and some that look like them or stay.
_ELEMENTS = (
    "<script src=//evil.test/a></script>",
    "<script src=//evil.test/a>x</script>",
    "<script src=/a></script>",
    "<script>fbq('init', '1')</script>",
    "<script type=module>fbq('init', '1')</script>",
    "<script>fbq('init', '1')",
    "<iframe src=//evil.test/a></iframe>",
    "<iframe src=//evil.test/a><p></iframe>",
    "<iframe src=//evil.test/a>",
    "<img src=//evil.test/a>",
    "<img src=a>",
    "<img src=a data-src=//evil.test/a>",
    "<link rel=preload href=a>",
    "<object data=//evil.test/a><img src=//evil.test/a></object>",
    "<object data=//evil.test/a></object>",
    "<div class=fb-like>a</div>",
    "<div class=fb-like data-href=a></div>",
    "<script type=IN/Share data-url=//e.test/></script>",
    "<a data-pin-do=buttonPin href=x>a</a>",
    "<a class=twitter-share-button href=https://x.com/share>a</a>",
    "<iframe src=//www.facebook.com/plugins/like.php?href=a></iframe>",
    "<i class=g-plusone></i>",
    "<div class=fb-like><div>a</div></div>",
    "<div class=fb-like>",
    "<base class=fb-like href=//evil.test/>",
    "<noscript><img src=//evil.test/a></noscript>",
    "<noscript style='b:url(//evil.test/a)'>a</noscript>",
    '<noscript><script type=speculationrules>{"prefetch":[{"urls":["a","//evil.test"]}]}</script></noscript>',
    '<script type=speculationrules>{"prefetch":[{"urls":["a"]}]}</script>',
    "<script type=speculationrules>{</script>",
    "<iframe src='data:text/html,<img src=a>'></iframe>",
    "<iframe src='data:text/html,<img src=a><img src=//evil.test/a>'></iframe>",
    "<iframe srcdoc='<img src=a><img src=//evil.test/a>'></iframe>",
    "<iframe srcdoc='<script src=//evil.test/a></script>'></iframe>",
    "<iframe srcdoc='<img src=//EVIL.test/a><base href=//other.test/>'></iframe>",
    "<style>@import '//evil.test/a'</style>",
)
# What changes how the next is read, or is cut off.
_AROUND = (
    *(
        "<svg>",
        "</svg>",
        "<svg><desc>",
        "<math>",
        "<select>",
        "</select>",
        "<template>",
        "</template>",
        "<a>",
    ),
    *(
        "</a>",
        "<table>",
        "<td>",
        "<noscript>",
        "</noscript>",
        "<iframe>",
        "</iframe>",
        "<base href=//evil.test/>",
    ),
    *(
        "<base href=/b/>",
        "<!doctype html><head>",
        "<body>",
        "<p>",
        "<!--",
        "-->",
        "<title>",
        "</title>",
        "</div>",
    ),
    *("<iframe srcdoc='", "<iframe src='data:text/html,", "'></iframe>", ">", '"', "x"),
    *(
        "<script src=//evil.test/a></script ",
        '<iframe src=//evil.test/a></iframe a="',
        "<div class=fb-like></div ",
    ),
    "<link rel=canonical href=c>",
    "<title>one</title>",
    '<script type=importmap>{"imports": {"m": "//evil.test/a"}}</script>',
    "<script type=module>import 'm'</script>",
)
_pages = st.lists(st.sampled_from((*_ELEMENTS, *_ELEMENTS, *_AROUND)), max_size=8).map("".join)


def told(
    policy: Policy,
    html: str,
    size: int = 1 << 20,
    url: str = PAGE,
    charset: str = "utf-8",
    grants: str = "",
    *,
    links: bool = False,
) -> Told:
    """All that is told of a page."""
    base = resolve(url, Url("https", "", "/"))
    return told_by(
        Rewriter,
        cut(html.encode("utf-8", "surrogatepass"), size),
        Judge(Consent.of_ids(policy, grants.split()), base.host, base.path),
        base,
        charset=charset,
        placeholder=lambda claim, in_link, elsewhere: f"[{claim.name} {in_link} {elsewhere}]".encode(),
        share_links=ShareLinksInWords() if links else None,
    )


_NEEDED = Service(
    id="shop",
    name="Shop",
    category=NECESSARY,
    reason="payment",
    hosts=("evil.test",),
    pages=("/checkout/*",),
)
_NEVER = Service(id="shut", name="Shut", category=NEVER, hosts=("other.test",))
_OWN = Service(id="own", name="Own", category="performance", paths=("/dir/a",))
_SERVICES: tuple[tuple[Service, ...], ...] = ((), (_NEEDED, _NEVER), (_OWN,))
EXPERIENCED = {services: Policy(services=services) for services in _SERVICES}
"""Under these policies the gate has seen all that these tests show it."""


def nothing_shows(
    html: str,
    size: int = 7,
    services: tuple[Service, ...] = (),
    url: str = PAGE,
    charset: str = "utf-8",
    grants: str = "",
    *,
    links: bool = False,
) -> None:
    expected = told(Policy(services=services), html, url=url, charset=charset, grants=grants, links=links)
    for times, chunk in enumerate((1 << 20, 1 << 20, 1 << 20, size)):
        found = told(EXPERIENCED[services], html, chunk, url, charset, grants, links=links)
        assert found == expected, f"seen {times} times before, in pieces of {chunk} bytes"


@pytest.mark.parametrize("html", [*INPUTS, *VECTORS])
def test_nothing_shows_on_hostile_pages(html: str) -> None:
    nothing_shows(html)


@pytest.mark.parametrize(
    "html",
    [
        "<script>fbq('init', '1')</script><template><script>fbq('init', '1')</script></template>",
        "<iframe src=//evil.test/a></iframe><template><iframe src=//evil.test/a></iframe></template>",
        "<template shadowrootmode=open><iframe src=//evil.test/a></iframe></template>",
        "<frameset><object data=//evil.test/a></object>",
        "<svg></p></svg><object data=//evil.test/a></object>",
        "<select><object data=//evil.test/a></object></select>",
        "<object data=//evil.test/b><object data=//evil.test/a></object>",
        "<img src=a data-src=//evil.test/a><base href=//evil.test/>",
        "<base href=//evil.test/><img src=a data-src=//evil.test/a>",
        "<base href=//evil.test/><img src=//evil.test/a><img src=a>",
        "<script type=module>fbq('init', '1')</script>"
        '<script type=importmap>{"imports": {"//evil.test/a": "/own"}}</script>'
        "<script type=module>import '//evil.test/a'</script>",
        "<noscript></template><noscript style='background:url(//evil.test/a)'>a</noscript>",
    ],
)
def test_nothing_shows_where_what_came_before_counts(html: str) -> None:
    for first in _ELEMENTS * 2:
        told(EXPERIENCED[()], first)
    nothing_shows(html)


_FRAME = "<iframe src='data:text/html,<img src=a>'></iframe>"
_BOTH = "<iframe src='data:text/html,<img src=a><img src=//evil.test/a>'></iframe>"
_RULES = '<noscript><script type=speculationrules>{"prefetch":[{"urls":["a"]}]}</script>x</noscript>'
_OTHER_RULES = _RULES.replace('"a"', '"a", "//evil.test/"')
_BASE = "<base href=//evil.test/>"


@pytest.mark.parametrize("size", [7, 1 << 20])
@pytest.mark.parametrize(
    "first, then",
    [
        (_BASE + _FRAME, _FRAME),
        (_BASE + _FRAME * 2, _FRAME),
        (_BASE + _RULES, _RULES),
        (_RULES, _RULES + _BASE),
        (_OTHER_RULES, _OTHER_RULES + _BASE),
        (_BOTH * 2, _BOTH + _BASE + "<p><img src=x>"),
        (
            '<script src=//evil.test/a></script a="',
            '<script src=//evil.test/a></script a="<img src=/b>">x<p>',
        ),
        ("<iframe src=//evil.test/a></iframe ", "<iframe src=//evil.test/a></iframe x><img src=/b>"),
        ("<base class=fb-like href=//evil.test/>", "<img src=a><base class=fb-like href=//evil.test/>"),
        (_ELEMENTS[-2], _BASE + _ELEMENTS[-2]),
    ],
)
def test_nothing_shows_after_what_looked_the_same(first: str, then: str, size: int) -> None:
    policy = Policy()
    for _ in range(3):
        told(policy, first, size)
    assert told(policy, then) == told(Policy(), then)


_anywhere = {
    "size": st.integers(1, 30),
    "services": st.sampled_from(_SERVICES),
    "url": st.sampled_from((PAGE, PAGE, "https://www.example.org/checkout/1", "https://www.evil.test/dir/a")),
    "charset": st.sampled_from(("utf-8", "utf-8", "cp1252", "cp932")),
    "grants": st.sampled_from(("", "", "", "performance", "third-party")),
    "links": st.booleans(),
}


@given(html=_pages, **_anywhere)
def test_nothing_shows_on_pages_of_the_same_few_elements(html: str, **where: Any) -> None:
    nothing_shows(html, **where)


@given(html=soup, **_anywhere)
def test_nothing_shows_on_soup(html: str, **where: Any) -> None:
    nothing_shows(html, **where)


@pytest.mark.fuzz
@settings(max_examples=30_000, derandomize=False)
@given(html=st.one_of(_pages, soup), **_anywhere)
def test_nothing_shows_on_a_lot_of_pages(html: str, **where: Any) -> None:
    nothing_shows(html, **where)


@needs_shared
def test_nothing_shows_on_real_pages() -> None:
    for page in corpus_pages():
        nothing_shows(page.read_bytes().decode("latin-1"), 64 << 10)


# -- what a verdict depends on besides the element ---------------------------------------------------------


def experienced(html: str, *services: Service, charset: str = "utf-8", url: str = PAGE) -> Policy:
    """A policy under which this has been taken out again and again."""
    policy = Policy(services=services)
    for _ in range(3):
        assert told(policy, html, charset=charset, url=url)[1]
    return policy


def test_what_went_before_consent_stays_after_it() -> None:
    policy = experienced(SCRIPT)
    assert not told(policy, SCRIPT, grants="third-party")[1]
    assert told(policy, SCRIPT)[1]


def test_what_goes_on_one_site_may_be_another_sites_own() -> None:
    assert not told(experienced(SCRIPT), SCRIPT, url="https://www.evil.test/")[1]


def test_what_goes_on_one_page_may_be_necessary_on_another() -> None:
    policy = experienced(SCRIPT, _NEEDED)
    assert not told(policy, SCRIPT, url="https://www.example.org/checkout/1")[1]
    assert told(policy, SCRIPT)[1]


def test_what_cannot_be_read_in_one_encoding_may_be_harmless_in_another() -> None:
    html = "<script src=\"data:text/javascript,x='%E9'\"></script>"
    assert not told(experienced(html, charset="cp932"), html)[1]


def test_what_is_too_deep_is_said_to_be_so() -> None:
    frame = "<iframe src='data:text/html,<img src=//evil.test/a>'></iframe>x"
    html = frame
    for _ in range(8):
        html = "<iframe srcdoc='{}'></iframe>".format(html.replace("&", "&amp;").replace("'", "&#39;"))
    assert Limit.DEEP in {limit for limit, _ in told(Policy(), html)[2]}
    nothing_shows(frame)
    nothing_shows(html)


# -- what it is for ----------------------------------------------------------------------------------------


def scripts(number: int) -> list[str]:
    """Scripts with one start tag."""
    return [f"<script>fbq('init', '{one}')</script>" for one in range(number)]


def images(number: int, text: str = "") -> list[str]:
    """As many start tags."""
    return [f"<img src=https://evil.test/{one} alt={text}>" for one in range(number)]


def judged(policy: Policy, html: list[str], monkeypatch: pytest.MonkeyPatch, url: str = PAGE) -> int:
    """How many of these elements are judged anew."""
    asked: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr(Judge, "inline", lambda self, text: asked.append(text) or NOBODY)
        patched.setattr(Judge, "groups_of_host", lambda self, host: asked.append(host) or ((NOBODY,),))
        told(policy, "".join(html), url=url)
    return len(asked)


@pytest.mark.parametrize(
    "html",
    [scripts(5), images(5), [SCRIPT, *scripts(3), *images(3)], ["<noscript>", *images(1), "</noscript>"]],
)
def test_what_comes_again_is_not_judged_again(html: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(experienced("".join(html)), html, monkeypatch) == 0


def test_what_others_are_full_of_does_not_take_the_place_of_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = experienced("".join((SCRIPT, *scripts(5))))
    told(policy, "".join(images(1000)))
    assert judged(policy, [SCRIPT, *scripts(5)], monkeypatch) == 0


@pytest.mark.parametrize(
    "html",
    [
        scripts(9),
        images(4200),
        images(800, "x" * 3000),
        [f"<img alt='{'x' * 4096}' src=https://evil.test/>"],
        [f"<script src=https://evil.test/>{'x' * 4096}</script>"],
    ],
)
def test_so_much_is_remembered_and_no_more(html: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(experienced("".join(html)), html, monkeypatch) > 0


def test_nothing_is_remembered_of_names_that_somebody_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"https://{'a.' * 250}example/"
    assert judged(experienced(SCRIPT, url=url), [SCRIPT], monkeypatch, url) == 0
    url = f"https://{'a.' * 260}example/"
    assert judged(experienced(SCRIPT, url=url), [SCRIPT], monkeypatch, url) > 0
