"""A page in its closed form: nothing in it contacts others, nothing needs a server, and the rest is there."""

from __future__ import annotations

import re

import pytest
from html_oracle import Element, lexbor_tree
from html_soup import soup
from html_support import corpus_index, corpus_pages, needs_shared
from html_trees import Node, is_placeholder, outline, parsers_for, without
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Gate, Policy
from consentgate.building.closed_page import close_page
from consentgate.building.site import BuiltSite, closed_policy
from consentgate.html.tokenizer.encoding import sniff_encoding
from consentgate.policy import Site

from .site_folder import FILM, PAGE, PLAIN, TRACKER, closed

SITE = BuiltSite(closed_policy(), "https://docs.example.org/")
CSP = '<meta http-equiv="Content-Security-Policy" content="'
NEEDS_A_SERVER = (b"/_privacy/", b"<form", b"<button", b"consentgate-banner", b"snippet")


def read(page: str | bytes, path: str = "page.html", site: BuiltSite = SITE) -> str:
    data = page.encode() if isinstance(page, str) else page
    return close_page(data, path, site).html.decode("utf-8", "replace")


def without_policy(page: str) -> str:
    return re.sub(
        r'<meta http-equiv="[Cx][^"]*" content="[^"]*">|<link rel="stylesheet" href="[./]*consentgate-[^>]*>',
        "",
        page,
    )


def test_trackers_go_and_an_embed_becomes_a_link_to_its_page(tmp_path) -> None:
    page = closed(tmp_path, PAGE).decode()

    assert "stats.evil.test" not in page
    assert "<iframe" not in page
    assert (
        '<a href="https://www.youtube.com/embed/x" target="_blank" rel="noopener noreferrer nofollow">'
        in page
    )
    assert "YouTube is blocked on this site." in page


def test_nothing_that_needs_a_server_is_put_in(tmp_path) -> None:
    page = closed(tmp_path, PAGE + '<a class="twitter-share-button" href="https://twitter.com/share">T</a>')

    assert not [one for one in NEEDS_A_SERVER if one in page]


def test_the_policy_comes_before_all_else_in_the_head() -> None:
    page = read(PLAIN)

    assert page.partition("<head>")[2].startswith(CSP)
    assert without_policy(page) == PLAIN


def test_the_policy_lets_own_hosts_pass_and_no_other() -> None:
    (policy,) = re.findall(f'{CSP}([^"]*)', read(PLAIN))

    assert policy.startswith("default-src 'self' data: blob: ")
    assert "docs.example.org:*" in policy
    assert not re.search(r"(?<![\w.-])\*(?![.])|https:(?!/)", policy.replace(":*", ""))


def test_a_site_whose_address_nobody_knows_names_no_host() -> None:
    (policy,) = re.findall(f'{CSP}([^"]*)', read(PLAIN, site=BuiltSite(closed_policy())))

    assert policy == "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'"


def test_what_the_policy_declares_as_necessary_passes_and_is_in_the_pages_policy(tmp_path) -> None:
    policy = tmp_path / "consentgate.toml"
    policy.write_text(
        '[site]\nname = "A"\ncontroller = "A"\ncontact = "a@example.org"\n'
        '[[service]]\nid = "cdn"\nname = "CDN"\ncategory = "necessary"\nreason = "transmission"\n'
        'hosts = ["cdn.example.net"]\npages = ["/shop/*"]\n'
    )
    site = BuiltSite(Policy.load(policy), "https://docs.example.org/")
    page = PLAIN.replace("</head>", "<script src=https://cdn.example.net/a.js></script></head>")

    assert "https://cdn.example.net/a.js" in read(page, "shop/index.html", site)
    assert "cdn.example.net:*" in read(page, "shop/index.html", site)
    assert "cdn.example.net" not in read(page, "index.html", site)


def test_a_policy_without_csp_puts_none_in() -> None:
    policy = Policy(Site(name="A", controller="A", contact="a@example.org", csp="off"))

    assert read(PLAIN, site=BuiltSite(policy)) == PLAIN


@pytest.mark.parametrize(
    "page",
    ["<script>a</script>x", "<p>x<script>a</script>", "text<script>a</script>", "<!-- c --><link rel=next>"],
)
def test_a_fragment_has_the_policy_first(page: str) -> None:
    output = read(page)

    assert output.index(CSP) < output.index("<script" if "<script" in page else "<link")
    assert without_policy(output) == page


@pytest.mark.parametrize("page", ["google-site-verification: google1.html", "", "a < b\n", "\ufeff"])
def test_a_file_without_markup_keeps_its_bytes(page: str) -> None:
    assert read(page) == page


@pytest.mark.parametrize(
    "page",
    ["<frameset onload=a><frame src=/a></frameset>", "<html amp><head></head><body><script>a</script>"],
)
def test_pages_of_frames_and_amp_have_the_policy_too(page: str) -> None:
    assert CSP in read(page)


def test_an_inline_script_with_a_hash_keeps_its_bytes() -> None:
    own = "<meta http-equiv=content-security-policy content=\"script-src 'sha256-x'\">"
    page = f"<!doctype html><head>{own}<script>\n let a = 1\r\n</script></head>x"

    assert without_policy(read(page)) == page


def test_a_call_to_a_service_that_is_blocked_does_not_stay_without_a_stub(tmp_path) -> None:
    policy = tmp_path / "consentgate.toml"
    policy.write_text(
        '[site]\nname = "A"\ncontroller = "A"\ncontact = "a@example.org"\n'
        '[[service]]\nuse = "google-analytics"\n'
    )
    page = "<!doctype html><head><script>gtag('event', 'a')</script></head>x"

    assert "gtag" not in read(page, site=BuiltSite(Policy.load(policy)))


def test_a_refresh_that_leads_to_others_becomes_a_link() -> None:
    output = read(
        "<!doctype html><head><meta http-equiv=refresh content='0; url=https://other.test/a'></head>"
    )

    assert '<a href="https://other.test/a">' in output
    assert "refresh" not in output


def test_a_refresh_within_the_site_stays() -> None:
    page = '<!doctype html><head><meta http-equiv="refresh" content="0; url=../new/"></head>'

    assert without_policy(read(page)) == page


# -- share links, languages, styles ----------------------------------------------------------------------

BUTTON = '<div class="fb-share-button"></div>'


@pytest.mark.parametrize(
    ("site", "page", "shared"),
    [
        (SITE, BUTTON, "https%3A%2F%2Fdocs.example.org%2Fa%2F"),
        (
            BuiltSite(closed_policy(), "http://localhost:8000/docs"),
            BUTTON,
            "http%3A%2F%2Flocalhost%3A8000%2Fdocs%2Fa%2F",
        ),
        (
            BuiltSite(closed_policy()),
            f"<link rel=canonical href=https://a.test/b>{BUTTON}",
            "https%3A%2F%2Fa.test%2Fb",
        ),
        (BuiltSite(closed_policy()), BUTTON, None),
    ],
)
def test_a_social_button_becomes_a_share_link_where_the_address_is_known(
    site: BuiltSite, page: str, shared: str | None
) -> None:
    output = read(f"<!doctype html>{page}", "a/index.html", site)

    found = re.findall(r'<a class="consentgate-share" href="[^"]*u=([^"]*)"', output)
    assert found == ([shared] if shared else [])
    assert "fb-share-button" not in output


@pytest.mark.parametrize(
    ("lang", "words"), [("de-AT", "Zu YouTube"), ("en", "Go to YouTube"), ("tlh", "Go to YouTube")]
)
def test_links_are_in_the_language_of_the_page(lang: str, words: str) -> None:
    assert words in read(f"<!doctype html><html lang={lang}><p>{FILM}")


@pytest.mark.parametrize(
    ("path", "site", "url"),
    [
        ("index.html", SITE, "consentgate-"),
        ("a/b/index.html", SITE, "../../consentgate-"),
        ("404.html", SITE, "/consentgate-"),
        ("404.html", BuiltSite(closed_policy()), "consentgate-"),
    ],
)
def test_the_style_sheet_is_loaded_where_a_link_stands(path: str, site: BuiltSite, url: str) -> None:
    assert f'<link rel="stylesheet" href="{url}' in read(f"<!doctype html><p>{FILM}", path, site)
    assert "stylesheet" not in read(PLAIN, path, site)


# -- encodings -------------------------------------------------------------------------------------------

LONG_COMMENT = f"<!--{'x' * 900}-->"


@pytest.mark.parametrize(
    ("page", "label", "charset"),
    [
        ("<!doctype html><meta charset=utf-8><p>\u00e9".encode(), None, None),
        (f"<!doctype html>{LONG_COMMENT}<meta charset=koi8-r><p>\u044f".encode("koi8-r"), None, "koi8-r"),
        ("<!doctype html><p>\u00e9".encode(), None, "utf-8"),
        ("<!doctype html><p>\u00e9".encode("windows-1252"), None, "windows-1252"),
        ("<!doctype html><p>\u00e9".encode(), "utf-8", None),
        ("\ufeff<!doctype html><p>\u00e9".encode(), None, None),
        ("\ufeff<!doctype html><p>\u00e9".encode("utf-16-le"), None, None),
        (b"<!doctype html><p>e", None, None),
        ("<!doctype html><p>\u3042".encode("iso-2022-jp"), "iso-2022-jp", None),
    ],
)
def test_browsers_read_the_page_in_the_encoding_that_it_was_read_in(
    page: bytes, label: str | None, charset: str | None
) -> None:
    output = close_page(page, "a.html", BuiltSite(closed_policy(), "https://docs.example.org/", label)).html

    found = sniff_encoding(output, label, complete=True)
    assert found is not None
    codec = found.codec
    text = output.decode(codec)
    assert re.findall('<meta charset="([^"]*)">', text) == ([charset] if charset else [])
    assert without_policy(text.replace(f'<meta charset="{charset}">', "")).encode(codec) == page


# -- any page --------------------------------------------------------------------------------------------


@given(st.sampled_from(["<!doctype html>", "<html><head>", ""]), soup)
def test_any_page_keeps_its_tree_but_for_what_went(start: str, source: str) -> None:
    output = close_page((start + source).encode(), "a.html", SITE).html

    tree = lexbor_tree(output.decode("utf-8", "replace"))
    assert output.count(CSP.encode()) <= 1
    if any(one.name == "script" for one in _all(tree)):
        assert CSP.encode() in output
    assert not [one for one in NEEDS_A_SERVER if one in output and one.decode() not in source]


def _all(tree: list[Element]) -> list[Element]:
    return [found for one in tree for found in (one, *_all(one.children))]


@given(st.binary(max_size=300))
def test_any_bytes_have_one_closed_form(data: bytes) -> None:
    data = b"<!doctype html><meta charset=windows-1252>" + data

    assert close_page(data, "a.html", SITE) == close_page(data, "a.html", SITE)


POLICY = Policy(Site(name="A", controller="A", contact="a@example.org", share_links="placeholder"))
GATE = Gate(POLICY, secret_key="a key for the tests")


def is_of_the_build(node: Node) -> bool:
    is_meta = node.name == "meta" and node.attributes.get("http-equiv") in (
        "Content-Security-Policy",
        "x-dns-prefetch-control",
    )
    is_style = node.name == "link" and "consentgate-" in (node.attributes.get("href") or "")
    is_charset = node.name == "meta" and "charset" in node.attributes
    is_link = node.attributes.get("class") == "consentgate-placeholder"
    return is_meta or is_style or is_charset or is_link


@needs_shared
@pytest.mark.parametrize("number", sorted(page.stem for page in corpus_pages())[::4])
def test_the_text_of_a_real_page_is_what_the_gate_leaves_of_it(number: str) -> None:
    (page,) = (page for page in corpus_pages() if page.stem == number)
    row = corpus_index()[number]
    host = row["own_host"] or "www.example.org"
    charset = row["charset_whatwg"] or "windows-1252"
    data = page.read_bytes()
    output = close_page(data, "index.html", BuiltSite(POLICY, f"https://{host}/", charset)).html
    gated = GATE.rewrite(data, url=f"https://{host}/", charset=charset).html
    codec = sniff_encoding(data, charset, complete=True).codec

    ours, theirs = (one.decode(codec, "replace") for one in (output, gated))
    for name, parse in parsers_for(theirs).items():
        left = outline(without(parse(ours), is_of_the_build))
        expected = outline(without(parse(theirs), lambda node: is_placeholder(node) or is_of_the_build(node)))
        # A page without a head of its own gets the one that what was put in began.
        assert _texts(left) == _texts(expected), name


def _texts(lines: list[tuple[int, str]]) -> str:
    return "".join("".join(text.strip("'\"").split()) for _, text in lines if text[:1] in "'\"")


def test_the_tracker_is_one() -> None:
    """What keeps the tests above honest."""
    assert TRACKER in PAGE
