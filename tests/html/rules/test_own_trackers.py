"""Trackers that sites serve from addresses of their own: by a proxy, a tag gateway, or by themselves."""

from __future__ import annotations

import pytest
from html_support import blocked, rewrite
from hypothesis import given
from hypothesis import strategies as st
from policy.measurements import AUDIENCE

from consentgate import Gate, Policy

UUID = "94db1cb1-74f4-4a40-ad6c-962362670409"
LOADERS = [
    # Google tag gateway, at paths that sites make up.
    ('<script async src="/a1b2c3d4/gtag/js?id=G-ABCDEF1234"></script>', "google-tag"),
    ('<script async src="/a1b2c3d4/?id=G-ABCDEF1234"></script>', "google-tag"),
    ('<script async src="/m/?l=dataLayer&amp;id=AW-123456789"></script>', "google-tag"),
    ('<script async src="/metrics/?id=GTM-ABC123"></script>', "google-tag-manager"),
    ('<script async src="/m8x2k1/gtm.js?id=GTM-ABC123"></script>', "google-tag-manager"),
    (
        "<script async src='https://www.example.org/metrics/?id=GTM-ABC123&amp;x=y'></script>",
        "google-tag-manager",
    ),
    ("<script src=//static.example.org/gtm.js></script>", "google-tag-manager"),
    # Proxies, and what runs on the site's own server.
    ('<script src="/ingest/static/array.js"></script>', "posthog"),
    ('<script defer src="/_vercel/insights/script.js"></script>', "vercel-analytics"),
    ('<script src="/cdn-cgi/zaraz/i.js" referrerpolicy=origin></script>', "cloudflare-zaraz"),
    ('<script src="/proxy/fbevents.js"></script>', "meta-pixel"),
    ('<script defer data-domain="example.org" src="/js/script.js"></script>', "plausible"),
    (
        '<script defer data-domain="a.example.org, b.example" src="/js/s.outbound-links.js"></script>',
        "plausible",
    ),
    (f'<script async src="/u/script.js" data-website-id="{UUID}"></script>', "umami"),
    (f'<script async src="/u/script.js" DATA-WEBSITE-ID={UUID}></script>', "umami"),
    ('<script data-goatcounter="/count" async src="/count.js"></script>', "goatcounter"),
    ('<script async src="/a/tracker.js" data-ackee-server="/a" data-ackee-domain-id="x"></script>', "ackee"),
    ('<script src="/r/api/script.js" data-site-id="42" defer></script>', "rybbit"),
    (
        '<script defer src="/p/pa.js" id="pianjs" data-code="Ab3Cd5Ef7Gh9Ij1Kl3Mn5Op7Qr9St1Uv"></script>',
        "pirsch",
    ),
    ('<script defer src="/p/pirsch.js" id="pirschjs" data-code="x"></script>', "pirsch"),
    ('<script src="/s/swetrix.js" defer></script>', "swetrix"),
    ('<script src="/o/op1.js" defer async></script>', "openpanel"),
    ('<script src="/x/LogRocket.min.js"></script>', "logrocket"),
    ('<script src="/t/e.js" data-secure-code="aBc123" data-block-cookies="true"></script>', "etracker"),
    ('<script src="/chat/packs/js/sdk.js"></script>', "chatwoot"),
    ('<script src="/stats/matomo.js"></script>', "matomo"),
    ('<script src="matomo.js"></script>', "matomo"),
    ('<script src="/x/%6Datomo.js"></script>', "matomo"),
    ('<script src="/x/mato&#109;o.js"></script>', "matomo"),
    ('<script src="https://www.example.org/x/mato&#109;o.js"></script>', "matomo"),
    ('<script src="https://www.example.org/x/%6Datomo.js"></script>', "matomo"),
    ('<script src="https://www.example.org/x\\matomo.js"></script>', "matomo"),
    ('<script src="/stats/mato\nmo.js"></script>', "matomo"),
    ("<script src='/js/container_AbCd1234.js'></script>", "matomo"),
    ('<script src="https://www.example.org/x/mato\nmo.js"></script>', "matomo"),
    ('<script src="/x/?id=G-\nABCDEF1234"></script>', "google-tag"),
    ('<script src="https://www.example.org/x/?i\td=G-ABCDEF1234"></script>', "google-tag"),
    ("<script type=module src='/stats/matomo.js'></script>", "matomo"),
    ("<svg><script href='/stats/matomo.js'></script></svg>", "matomo"),
    ('<noscript><img src="/stats/matomo.php?idsite=1&amp;rec=1" alt=""></noscript>', "matomo"),
    ('<img src="/stats/piwik.php?idsite=1" width=1 height=1>', "matomo"),
    ('<link rel="preload" as="script" href="/stats/matomo.js">', "matomo"),
]


@pytest.mark.parametrize(("html", "service"), LOADERS)
@pytest.mark.parametrize("head", ["", "<!doctype html><head><title>x</title>", "<!doctype html><body><p>x"])
def test_a_loader_on_the_sites_own_host_is_known_by_what_it_is(html: str, service: str, head: str) -> None:
    found = blocked(head + html)
    assert [item.service for item in found] == [service]


@pytest.mark.parametrize(
    "html",
    [
        '<script src="/js/script.js"></script>',
        '<script src="/js/script.js?id=5"></script>',
        '<script src="/js/script.js?id=G-1"></script>',
        '<script src="/js/my-matomo.js.map.js"></script>',
        '<script src="/js/gtag.js"></script>',
        '<script src="/js/matomo.js/loader.mjs"></script>',
        '<script src="/app.js?next=/matomo.js"></script>',
        '<script src="/app.js#/matomo.js"></script>',
        '<script src="/js"></script>',
        '<script data-domain="shop" src="/app.js"></script>',
        '<script data-domain="" src="/app.js"></script>',
        '<script data-domain-script="example.org" src="/app.js"></script>',
        '<script data-website-id="7" src="/app.js"></script>',
        '<script data-site="main" src="/script.js"></script>',
        '<script data-site-id="42" src="/app.js"></script>',
        '<script data-site-id="main" src="/api/script.js"></script>',
        '<script data-code="x" src="/pa.js"></script>',
        '<script src="/pa.js"></script>',
        '<script src="/e.js"></script>',
        '<script data-secure-code="aBc123" src="/shop.js"></script>',
        f'<div data-website-id="{UUID}" data-domain="example.org"></div>',
        '<img src="/thumb?id=AW-123456789">',
        '<a href="/item?id=G-ABCDEF1234">x</a>',
        '<script type="application/json" src="/x/gtm.js"></script>',
        '<img srcset="/a.png 1x, /b%20c.png 2x" src="/js/">',
    ],
)
def test_what_only_looks_like_one_stays(html: str) -> None:
    assert rewrite(html).decode() == html
    assert blocked(html) == []


SITE = '[site]\nname = "E"\ncontroller = "E"\ncontact = "e@example.org"\n'


def allowed(html: str, policy: str, *grants: str) -> bool:
    gate = Gate(Policy.parse(SITE + policy), secret_key="a secret of the tests")
    return gate.rewrite(html.encode(), url="https://www.example.org/", grants=grants).html == html.encode()


@pytest.mark.parametrize(("html", "service"), LOADERS)
def test_declared_it_opens_with_consent_to_the_service(html: str, service: str) -> None:
    policy = f'[[service]]\nuse = "{service}"\ncategory = "performance"\n'
    assert not allowed(html, policy)
    assert allowed(html, policy, service)
    assert not allowed(html, "")


def test_the_services_that_share_googles_tag_open_it() -> None:
    tag = '<script async src="/a1b2c3d4/gtag/js?id=G-ABCDEF1234"></script>'
    assert allowed(tag, '[[service]]\nuse = "google-analytics"\n', "google-analytics")


def test_necessary_it_passes() -> None:
    policy = (
        '[[service]]\nuse = "matomo"\ncategory = "necessary"\nreason = "audience"\npaths = ["/stats/*"]\n'
        + AUDIENCE
    )
    assert allowed('<script src="/stats/matomo.js"></script>', policy)


def test_what_the_policy_says_of_a_path_counts_first() -> None:
    policy = '[[service]]\nid = "counter"\ncategory = "performance"\npaths = ["/u/*"]\n'
    umami = f'<script src="/u/script.js" data-website-id="{UUID}"></script>'
    assert allowed(umami, policy, "counter")


urls = st.lists(
    st.sampled_from(
        [
            *(
                "/",
                "//",
                "?",
                "#",
                "&amp;",
                "&",
                " ",
                ",",
                "%",
                "%6D",
                "%20",
                "%2F",
                "\\",
                "..",
                ".",
                "\n",
                "\t",
            ),
            *(
                "matomo.js",
                "matomo.php",
                "js",
                "gtag",
                "gtm.js",
                "plausible.",
                ".js",
                "a",
                "b.png",
                "id=",
                "x=1",
            ),
            *(
                "GTM-ABC123",
                "G-ABCDEF1234",
                "https://www.example.org",
                "https://example.org/",
                "&#109;",
                "atomo.js",
            ),
        ]
    ),
    max_size=7,
).map("".join)


@given(
    urls, st.sampled_from(["script", "img", "link rel=preload", "source", "embed"]), st.sampled_from("\"'")
)
def test_what_is_skipped_fast_is_what_would_pass_anyway(url: str, element: str, quote: str) -> None:
    """Markup that is written in an unusual way is never skipped: both ways have to end alike."""
    name = "href" if "link" in element else "src"
    end = "</script>" if element == "script" else ""
    plain = f"<{element} {name}={quote}{url}{quote}>{end}"
    unusual = f"<{element} {name} = {quote}{url}{quote} srcdoc='x&#x20;'>{end}"
    assert [item.service for item in blocked(plain)] == [item.service for item in blocked(unusual)]
