"""Each service of the catalogue as it stands in pages: markup, scripts, frames, pixels, inline scripts.

All of it goes through `Gate.rewrite` with an empty policy and nothing granted.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache

import pytest
from catalogue_tables import (
    ELSEWHERE,
    FRAMES,
    GIVES_WAY,
    GOES,
    INLINE,
    NAMED,
    NOT_RECOGNISED,
    OTHER_ADDRESSES,
    PIXELS,
    SCRIPTS,
    STAYS,
    TOO_WIDE,
    load,
)
from html_support import SHARED, needs_shared
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentgate import Blocked, Gate, Policy
from consentgate.catalogue import catalogue

SIGNATURES = SHARED / "catalogue" / "signatures.csv"


@cache
def _gate() -> Gate:
    return Gate(Policy(), secret_key="a secret of the tests")


def gated(html: str) -> tuple[str, list[Blocked]]:
    result = _gate().rewrite(html.encode(), url="https://www.example.org/dir/page", charset="utf-8")
    return result.html.decode(), result.blocked


def rows(table: dict[str, list[str]]) -> pytest.MarkDecorator:
    """A test of each line of a table, given the service's id and the line."""
    return pytest.mark.parametrize(("id", "line"), [(id, line) for id in table for line in table[id]])


# --- Markup -------------------------------------------------------------------------------------------------


@rows(GIVES_WAY)
def test_a_widget_gives_way_to_a_placeholder(id: str, line: str) -> None:
    output, blocked = gated(f"<p>a</p>{line}<p>b</p>")
    assert [one.service for one in blocked] == [id]
    left = output.removeprefix("<p>a</p>").removesuffix("<p>b</p>")
    known = catalogue().service(id)
    assert known is not None
    assert re.fullmatch(
        f'<span class="consentgate-placeholder".*{re.escape(known.name)} is blocked.*</span>', left
    )


@rows(STAYS)
def test_a_widget_that_is_of_use_as_it_is_stays(id: str, line: str) -> None:
    assert gated(line) == (line, [])
    first = re.match(r"<([a-z:]+)((?:\s[^>]*)?)>", line)
    assert first is not None
    attributes = dict(re.findall(r"([\w-]+)(?:=[\"']?([^\"'>]*?)[\"'\s>])?", f"{first[2]} "))
    found = catalogue().by_markup(first[1], attributes)
    assert found is not None
    assert (found.service.id, found.keep) == (id, True)


@rows(GOES)
def test_a_widget_of_a_service_that_has_closed_goes_without_a_trace(id: str, line: str) -> None:
    output, blocked = gated(f"<p>a</p>{line}<p>b</p>")
    assert output == "<p>a</p><p>b</p>"
    assert {one.service for one in blocked} == {id}


# --- What is loaded -----------------------------------------------------------------------------------------


@rows(SCRIPTS)
def test_a_script_of_a_service_goes(id: str, line: str) -> None:
    output, blocked = gated(f'a<script async src="{line.replace("&", "&amp;")}"></script>b')
    assert output == "ab"
    assert [(one.service, one.kind) for one in blocked] == [(id, "script")]


@rows(FRAMES)
def test_a_frame_of_a_service_leaves_a_placeholder(id: str, line: str) -> None:
    output, blocked = gated(f'a<iframe width=300 height=200 src="{line}"></iframe>b')
    known = catalogue().service(id)
    assert known is not None
    placeholder = f'<span class="consentgate-placeholder".*{re.escape(known.name)}.*</span>'
    assert re.fullmatch(f"a{'' if known.closed else placeholder}b", output)
    assert [(one.service, one.kind) for one in blocked] == [(id, "iframe")]
    assert gated(f'a<iframe src="{line}" style="display:none"></iframe>b')[0] == "ab"


@rows(PIXELS)
def test_a_pixel_of_a_service_goes(id: str, line: str) -> None:
    image = f'<img height="1" width="1" alt="" src="{line}">'
    for html, left in [(image, ""), (f"<noscript>{image}</noscript>", "<noscript></noscript>")]:
        output, blocked = gated(f"<p>a{html}b")
        assert output == f"<p>a{left}b"
        assert [(one.service, one.kind) for one in blocked] == [(id, "img")]


@pytest.mark.parametrize(
    ("html", "left", "id"),
    [
        ("<link rel=stylesheet href='https://fonts.googleapis.com/css?family=Lato'>", "", "google-fonts"),
        ("<link rel=preconnect href=https://fonts.gstatic.com>", "", "google-fonts"),
        ("<link rel=stylesheet href=https://use.typekit.net/x.css>", "", "adobe-fonts"),
        ("<link rel=preload as=image href=https://p.typekit.net/p.gif>", "", "adobe-fonts"),
        (
            "<style>@import url(https://fonts.googleapis.com/css?family=Lato);a{}</style>",
            "<style>/**/a{}</style>",
            "google-fonts",
        ),
        (
            "<style>@import 'https://fonts.googleapis.com/css';a{}</style>",
            "<style>/**/a{}</style>",
            "google-fonts",
        ),
        ("<object data=https://www.youtube.com/v/x></object>", "YouTube is blocked", "youtube"),
        ("<embed src=https://www.youtube.com/v/x>", "YouTube is blocked", "youtube"),
        # A script's text is settings for it, and goes along.
        ("<script src=//platform.linkedin.com/in.js>lang: fr_FR</script>", "", "linkedin"),
        ("<script src=https://apis.google.com/js/plusone.js>{lang: 'de'}</script>", "", "google-plus"),
        # Each of these names its vendor with an attribute of the script, beside the address.
        ("<script id=hs-script-loader async src=//js.hs-scripts.com/1.js></script>", "", "hubspot"),
        ("<script defer data-domain=x src=https://plausible.io/js/script.js></script>", "", "plausible"),
        (
            "<script src=//static.cloudflareinsights.com/beacon.min.js data-cf-beacon='{}'></script>",
            "",
            "cloudflare-insights",
        ),
    ],
)
def test_every_other_way_to_load_a_service_goes(html: str, left: str, id: str) -> None:
    output, blocked = gated(f"<p>a</p>{html}<p>b</p>")
    rest = output.removeprefix("<p>a</p>").removesuffix("<p>b</p>")
    assert left in rest if left.endswith("blocked") else left == rest
    assert [one.service for one in blocked] == [id]


# --- Inline -------------------------------------------------------------------------------------------------


@rows(INLINE)
def test_an_inline_script_of_a_service_goes(id: str, line: str) -> None:
    output, blocked = gated(f"a<script>{line}</script>b")
    known = catalogue().service(id)
    assert known is not None
    placeholder = f'<span class="consentgate-placeholder".*{re.escape(known.name)}.*</span>'
    assert re.fullmatch(f"a{placeholder if known.shows == 'inline script' else ''}b", output)
    assert [(one.service, one.kind) for one in blocked] == [(id, "inline script")]


@pytest.mark.parametrize(
    "script",
    [
        # A vendor that the catalogue knows no product of, plainly loaded (real pages do it this way).
        load("https://static.woopra.com/js/w.js"),
        "(function(d,a,s){var t=d.createElement(a);t.src=s})(document,'script','https://tag.demandbase.com/x.min.js');",
        "document.write('<scr'+'ipt src=\"http://jsn.mgid.com/p/a/1.js\"></scr'+'ipt>');",
    ],
)
def test_an_inline_script_that_loads_a_known_company_goes(script: str) -> None:
    output, blocked = gated(f"a<script>{script}</script>b")
    assert output == "ab"
    assert [(one.service, one.kind) for one in blocked] == [(None, "inline script")]


# --- What stays ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fwww.example.org%2F",
        "https://twitter.com/intent/tweet?text=t&amp;url=x",
        "https://x.com/intent/post?text=t",
        "https://www.linkedin.com/sharing/share-offsite/?url=x",
        "https://api.whatsapp.com/send?text=t%20x",
        "whatsapp://send?text=t",
        "https://t.me/share/url?url=x",
        "https://www.xing.com/spi/shares/new?url=x",
        "https://tumblr.com/widgets/share/tool?canonicalUrl=x",
        "https://bsky.app/intent/compose?text=t%20x",
        "https://reddit.com/submit?url=x&amp;title=t",
        "https://www.pinterest.com/pin/create/link/?url=x&amp;media=y&amp;description=t",
        "https://www.pinterest.com/pin/create/button/?url=x",
        "https://www.viadeo.com/shareit/share/?url=x",
        "https://www.addtoany.com/share#url=x",
        "https://www.addthis.com/bookmark.php?v=300",
        "https://plus.google.com/share?url=x",
        "https://www.youtube.com/watch?v=x",
        "https://www.google.com/maps/search/?api=1&amp;query=x",
    ],
)
def test_a_plain_link_stays(url: str) -> None:
    html = f"""<p><a class="share" target='_blank' rel="noopener nofollow" href="{url}">Share</a> | """
    assert gated(html) == (html, [])


@pytest.mark.parametrize(
    "html",
    [
        "<script src=/js/youtube.com-helper.js></script>",
        "<script src='/connect.facebook.net/en_US/sdk.js'></script>",
        "<script src=https://cdn.example.org/tag/js></script>",
        "<iframe src='/player?u=https://www.youtube.com/embed/x'></iframe>",
        "<img src='/thumb?of=i.ytimg.com/vi/x'>",
        # Settings and data that name a host, an SDK or a widget (F8).
        "<script>var c = {v: 'https://www.youtube.com/embed/1', m: '//maps.gstatic.com/x.js'};</script>",
        "<script>c = {fb: 'https://connect.facebook.net/en_US/sdk.js', ga: 'google-analytics.com'};</script>",
        "<script>var links = ['https://twitter.com/x', 'https://www.facebook.com/sharer/sharer.php?u='];</script>",
        """<script>var e = document.createElement('a'); e.href = 'https://www.youtube.com/watch?v=1';</script>""",
        "<script>// See https://gist.github.com/paulirish/1579671\nnew Image().src = '/own.png';</script>",
        "<script>var css = '.fb-like, #disqus_thread {display: none}';</script>",
        "<script>if (window.matchMedia) { document.body.className += ' twitter-tweet'; }</script>",
        '<script type="application/json">{"src": "https://connect.facebook.net/en_US/sdk.js"}</script>',
        '<script type="text/template"><div class="fb-like"></div></script>',
        "<script type=in/shares.html></script>",
        # Names that only look alike (F9).
        '<div class="fb-likes my-fb-like fb_like FB-LIKE"></div>',
        '<div class="st_header st_main"></div><div class="st_button"></div>',
        '<div class="twitter-like-buttons g-recaptcha-info h-captchas"></div>',
        '<div id="fb-like"></div><div id="my_disqus_thread"></div><div id="disqus_thread_title"></div>',
        '<div id="div-gpt"></div><div id="twitter-like-button"></div>',
        "<section data-tf=x data-pin=x data-domain=x></section>",
        "<fb-like></fb-like><fbx:like></fbx:like>",
        '<!-- <div class="fb-like"></div> -->',
        '<textarea><div class="fb-like"></div></textarea>',
        "<p title='<div class=\"fb-like\">'>x</p>",
    ],
)
def test_what_only_looks_like_a_service_stays(html: str) -> None:
    assert gated(html) == (html, [])


@pytest.mark.parametrize(
    "host", ["notyoutube.com", "youtube.com.evil.test", "www-youtube.com", "xyoutube.com"]
)
def test_hosts_that_look_alike_are_not_taken_for_a_service(host: str) -> None:
    _, blocked = gated(f"<iframe src=https://{host}/embed/x></iframe>")
    assert [one.service for one in blocked] == [None]


def test_a_quote_stays_when_its_script_goes() -> None:
    quote = '<blockquote class="twitter-tweet"><p>Text</p><a href="https://twitter.com/x/status/1">x</a></blockquote>'
    script = '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'
    assert gated(f"<p>{quote}\n{script}</p>")[0] == f"<p>{quote}\n</p>"


# --- The facts that the catalogue was compiled from ---------------------------------------------------------


def facts(*forms: str) -> list[tuple[str, str, str]]:
    if not SIGNATURES.is_file():
        return []
    with SIGNATURES.open(newline="", encoding="utf-8") as file:
        return [
            (row["service"], row["form"], row["pattern"])
            for row in csv.DictReader(file)
            if row["form"] in forms
        ]


def alternatives(pattern: str) -> Iterator[str]:
    """The branches of a regular expression, as far as they are not in groups."""
    depth, start, in_class = 0, 0, False
    for token in re.finditer(r"\\.|[\[\]()|]", pattern):
        char = token[0]
        if char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        elif not in_class:
            depth += (char == "(") - (char == ")")
            if char == "|" and depth == 0:
                yield pattern[start : token.start()]
                start = token.end()
    yield pattern[start:]


@needs_shared
@pytest.mark.parametrize(("service", "form", "pattern"), facts("class", "tag", "id", "attr", "script-type"))
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_all_known_markup_is_recognised(service: str, form: str, pattern: str, data: st.DataObject) -> None:
    if (service, form) in NOT_RECOGNISED:
        return
    name = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii")))
    wide = TOO_WIDE.get(service)
    if not re.fullmatch(r"[\w:/+-]+", name) or (form == "class" and wide and wide.fullmatch(name)):
        return
    tag, attributes = {
        "class": ("div", {"class": f"x {name}"}),
        "tag": (name, {}),
        "id": ("div", {"id": name}),
        "attr": ("div", {name: ""}),
        "script-type": ("script", {"type": name}),
    }[form]
    found = catalogue().by_markup(tag, attributes)
    assert found is not None, name
    assert found.service.id == NAMED.get(service, service)


@needs_shared
@pytest.mark.parametrize(("service", "form", "pattern"), facts("url", "inline-boot", "inline-call"))
def test_all_known_addresses_and_scripts_have_a_line_above(service: str, form: str, pattern: str) -> None:
    """Every branch of each pattern is in some line of the tables above, all of which are tested."""
    tables = (SCRIPTS, FRAMES, PIXELS) if form == "url" else (INLINE,)
    id = NAMED.get(service, service)
    related = {id, *ELSEWHERE.values()}
    lines = [line for table in tables for key in table if key in related for line in table[key]]
    if form == "url":
        lines = [re.sub(r"^(?:https?:)?//", "", line) for line in lines] + OTHER_ADDRESSES
    for branch in alternatives(pattern):
        assert any(re.search(branch, line) for line in lines), branch
