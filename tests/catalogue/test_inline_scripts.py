"""Inline scripts: which ones give a service away, and which ones only seem to."""

import csv
import re
from pathlib import Path

import pytest
from catalogue_tables import INLINE, load
from hypothesis import given
from hypothesis import strategies as st

from consentgate.catalogue import Catalogue, InlineScript, InlineSignature, KnownService, catalogue
from consentgate.catalogue.inline_scripts import LONGEST_LOADER

SIGNED = [service for service in catalogue().services if service.inline]


def found_in(script: str | bytes) -> list[str]:
    script = script.encode() if isinstance(script, str) else script
    return [service.id for service in catalogue().by_inline(InlineScript(script))]


@pytest.mark.parametrize("service", SIGNED, ids=lambda service: service.id)
def test_every_inline_signature_has_an_example(service: KnownService) -> None:
    examples = INLINE[service.id]
    for example in examples:
        assert service.id in found_in(example), example
    for signature in service.inline:
        alone = Catalogue([_with_only(service, signature)])
        assert any(alone.by_inline(InlineScript(example.encode())) for example in examples), signature.pattern


def _with_only(service: KnownService, signature: InlineSignature) -> KnownService:
    return KnownService(service.id, service.name, service.category, inline=(signature,))


@pytest.mark.parametrize("service", SIGNED, ids=lambda service: service.id)
def test_no_signature_matches_without_its_token(service: KnownService) -> None:
    for signature in service.inline:
        for example in INLINE[service.id]:
            without = re.sub(rb"(?<![\w$])%s(?![\w$])" % re.escape(signature.token), b"_", example.encode())
            assert not signature.pattern.search(without)


@pytest.mark.parametrize("service", SIGNED, ids=lambda service: service.id)
def test_no_signature_has_an_unbounded_repeat_that_can_backtrack(service: KnownService) -> None:
    for signature in service.inline:
        source = signature.pattern.pattern.decode()
        outside = re.sub(r"\\s\*\+|\[\^?(?:\\.|[^\]\\])*\]|\\.", "", source)
        assert not re.search(r"[*+]", outside.replace("{1,40}+", "")), source


@pytest.mark.parametrize(
    "script",
    [
        "",
        "   ",
        "document.title='x'",
        # The state of a page: addresses and names as data.
        'window.__STATE__={"links":["https://static.hotjar.com/c","https://www.youtube.com/watch?v=1"]}',
        'var page={"url":"https://snap.licdn.com/x","ads":"pagead2.googlesyndication.com"}',
        '{"host":"static.criteo.net","also":"use.typekit.net"}',
        "var share='https://www.facebook.com/sharer/sharer.php?u='+u",
        "location.href='https://twitter.com/intent/tweet'",
        # Names within names.
        "myfbq('init')",
        "fbqueue('init')",
        "$fbq('x')",
        "fbq$('x')",
        "_gaqx.push(1)",
        "saga('create')",
        "mega('send')",
        "ga(1)",
        "ga('x')",
        "rdt(1)",
        "wgtag('js')",
        "gtag(x)",
        "notGoogleAnalyticsObject=1",
        "my_adsbygoogle_test=1",
        "unuetq=1",
        "if(window.OneSignal==x){}",
        "xplatform.linkedin.com/in.jsx",
        "css='.fb-like{color:red}'",
        "var FB={};FB.open()",
        "SNIPPET_VERSION=1",
        "youtube.com/iframe_apis",
        # Settings that hold the address of an SDK (F8), as Blogger's do, or markup as text.
        "W._Set({'plusOneApiSrc': 'https://apis.google.com/js/platform.js'})",
        "W._Set({'boot': '\\x3cscript\\x3ewindow.___gcfg \\x3d {};\\x3c/script\\x3e'})",
        "var c={sdk:'https://connect.facebook.net/en_US/sdk.js',x:'//platform.twitter.com/widgets.js'}",
        "var c={map:'https://maps.googleapis.com/maps/api/js',pin:'//assets.pinterest.com/js/pinit.js'}",
        "var c={ga:'//www.google-analytics.com/ga.js',d:'https://acme.disqus.com/embed.js'}",
        "var c={in:'//platform.linkedin.com/in.js',yt:'https://www.youtube.com/iframe_api'}",
        # A site's own form, which works without.
        "send.onclick=function(){if(typeof grecaptcha!='undefined')grecaptcha.execute(id);else send()}",
        "DM.init()",
        "addthis(1)",
        "clarity(x)",
    ],
)
def test_what_only_looks_like_a_signature_is_left_alone(script: str) -> None:
    assert found_in(script) == []


def test_a_script_may_belong_to_several_services_in_the_order_of_the_file() -> None:
    script = "fbq('init','1');gtag('js',new Date());_paq.push([]);twttr.ready(f)"
    assert found_in(script) == ["google-tag", "matomo", "meta-pixel", "x"]


def test_an_address_counts_in_a_script_that_loads() -> None:
    address = "u='https://static.hotjar.com/c/hotjar-1.js';"
    assert found_in(address) == []
    for loading in ["new Image().src=u", "i.src = u", "import(u)", "fetch (u)", "navigator.sendBeacon(u)"]:
        assert found_in(address + loading) == ["hotjar"], loading


def test_an_address_in_a_long_script_is_as_often_data() -> None:
    loader = load("https://static.hotjar.com/c/hotjar-1.js")
    assert found_in(loader + " " * (LONGEST_LOADER - len(loader))) == ["hotjar"]
    assert found_in(loader + " " * LONGEST_LOADER) == []
    assert found_in(loader + "_hjSettings" + " " * LONGEST_LOADER) == ["hotjar"]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("s.src='https://Cdn.Acme.example:8443/a/b?c=1'", [("cdn.acme.example", "/a/b", True)]),
        ('s.src = "//acme.example"', [("acme.example", "/", True)]),
        ("s.src=p+'://acme.example/x'", [("acme.example", "/x", False)]),
        ("load(d,'script','https://acme.example/x.js?v=1');s.src=u", [("acme.example", "/x.js", True)]),
        ("document.write('<script src=\"http://acme.example/x.js\">')", [("acme.example", "/x.js", True)]),
        ("document.write('<img src=//acme.example/x>')", [("acme.example", "/x", False)]),
        ('s.src=u;c={"u":"https:\\/\\/acme.example\\/x.js"}', [("acme.example", "/x.js", True)]),
        ("fetch(`https://acme.example/x`)", [("acme.example", "/x", False)]),
        # Comments.
        ("s.src=u // https://acme.example/x.js", []),
        ("/* see http://acme.example/x.js */ new Image().src=u", []),
        ("s.src=u //acme.example/x.js", []),
        # What loads nothing.
        ("u='https://acme.example/x.js'", []),
        ("s.src=u;u='/own.js'", []),
        (f"s.src='https://acme.example/x.js'{' ' * LONGEST_LOADER}", []),
    ],
)
def test_addresses_in_a_loading_script_are_found(script: str, found: list[tuple[str, str, bool]]) -> None:
    assert list(InlineScript(script.encode()).addresses()) == found


def test_bytes_that_are_not_ascii_do_not_hide_a_signature() -> None:
    assert found_in(b"\xff\xe9fbq('init')\x00\xff") == ["meta-pixel"]
    assert found_in("/* é */_paq.push(['é'])".encode("latin-1")) == ["matomo"]
    assert found_in("名前;fbq('init','1')//コード".encode("shift_jis")) == ["meta-pixel"]


@given(st.binary(), st.sampled_from(["\n", " ", ";", "(", "é", "\t"]))
def test_a_signature_is_found_whatever_surrounds_it(noise: bytes, edge: str) -> None:
    script = noise + edge.encode() + b"_paq" + edge.encode() + noise
    assert "matomo" in found_in(script)


def test_hostile_scripts_are_judged_in_linear_time() -> None:
    for signature in (signature for service in SIGNED for signature in service.inline):
        token = signature.token
        for filler in (b"", b" ", b"(", b"(\n\n\n\n", b"('a", b"/", b".", b"._" + token):
            found_in((token + filler) * (100_000 // len(token + filler)))
    for script in (b"fbq" + b" " * 2_000_000, b"connect.facebook.net/" * 100_000, b"ga('" + b"a" * 2_000_000):
        found_in(script)


SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
NETWORKS = {
    "ga-classic": {"google-analytics"},
    "ga-universal": {"google-analytics"},
    "matomo": {"matomo"},
    "disqus": {"disqus"},
    "gtag": {"google-tag"},
    "comscore": {"comscore"},
    "newrelic": {"newrelic"},
}
"""What the corpus's own index says that inline scripts mention, where the mention is always a call."""


@pytest.mark.skipif(not SHARED.is_dir(), reason="the corpus of real pages is not beside this repository")
def test_real_pages_give_their_services_away() -> None:
    script = re.compile(rb"<script\b([^>]*)>(.*?)</script", re.IGNORECASE | re.DOTALL)
    seen = 0
    with (SHARED / "index.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            page = (SHARED / row["file"]).read_bytes()
            found = {id for match in script.finditer(page) for id in found_in(match[2])}
            for network in row["networks_inline"].split():
                seen += network in NETWORKS
                assert found >= NETWORKS.get(network, set()), (row["page"], network)
    assert seen > 20
