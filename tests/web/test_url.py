"""URLs lead where browsers go: measured against ada, which Node uses."""

# ruff: noqa: RUF001

from __future__ import annotations

import ada_url
import pytest
from html_oracle import leaks
from html_support import rewrite
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consentgate.catalogue.patterns import Glob
from consentgate.web.host import parse_host
from consentgate.web.paths import normal_path
from consentgate.web.url import Url, resolve, web_address

BASE_TEXT = "https://www.example.org/dir/page"
BASE = Url("https", "www.example.org", "/dir/page")
LOCAL = ("data", "blob", "about", "javascript", "mailto", "tel", "filesystem")

URLS = (
    *(
        "/a",
        "/a/../b",
        "../x",
        "./y",
        "?q",
        "#f",
        "x",
        "y/z",
        "//cdn.test/a",
        "///cdn.test/a",
    ),
    *(
        "\\\\cdn.test\\a",
        "/\\cdn.test",
        "\\/cdn.test",
        "https://cdn.test",
        "HTTPS://CDN.TEST/A",
    ),
    *(
        "https:///cdn.test",
        "https:\\\\cdn.test",
        "http://cdn.test",
        "ws://cdn.test",
    ),
    *(
        "ftp://cdn.test/x",
        "https://user@cdn.test",
        "https://user:pw@cdn.test/",
        "https://a@b@cdn.test",
    ),
    *(
        "https://@cdn.test",
        "https://www.example.org\\@cdn.test",
        "https://cdn.test#@www.example.org",
    ),
    *(
        "https://cdn.test?@www.example.org",
        "https://cdn.test:443",
        "https://cdn.test:",
    ),
    *(
        "https://cdn.test:99999",
        "https://cdn.test:65535",
        "https://cdn.test:65536",
    ),
    *(
        "https://cdn.test:x",
        "https://cdn.test:00000443",
        "https://www.example.org:99999/",
    ),
    *(
        "//www.example.org:70000/x",
        "https://[::1]/",
        "https://[::1]:80/",
        "https://[1:0:0:2:0:0:0:3]/",
    ),
    *(
        "https://[1:0:0:2:3:0:0:4]",
        "https://[::ffff:1.2.3.4]",
        "https://[::]",
        "https://[1::]",
    ),
    *(
        "https://[1:2:3:4:5:6:7:8]",
        "https://[0:0:1::]",
        "https://[::1",
        "https://::1]",
    ),
    *(
        "https://[::g]",
        "https://[fe80::1%25eth0]",
        "https://[::1]x",
        "https://[2001:DB8::1]",
    ),
    *(
        "https://1.2.3.4",
        "https://0x7f.1",
        "https://017700000001",
        "https://2130706433",
    ),
    *(
        "https://4294967295",
        "https://4294967296",
        "https://1.2.3.256",
        "https://1.2.3.4.5",
    ),
    *(
        "https://1.2.3.4.",
        "https://0x",
        "https://0x.0x",
        "https://1.2.0x3",
        "https://a.1",
    ),
    *(
        "https://1.a",
        "https://08.1",
        "https://1..2",
        "https://.1",
        "https://1.",
        "https://%63dn.test",
    ),
    *(
        "https://cdn%2etest",
        "https://cdn.test%2fx",
        "https://cdn%00.test",
        "https://%zz",
    ),
    *(
        "https://cdn%.test",
        "https://bücher.test",
        "https://BÜCHER.test",
        "https://xn--bcher-kva.test",
    ),
    *(
        "https://xn--a.test",
        "https://xn--.test",
        "https://xn--zzzzz.www.example.org",
    ),
    *(
        "https://xn--a.www.example.org",
        "https://xn--ls8h.test",
        "https://i❤.test",
        "https://ｅｘ.test",
    ),
    *(
        "https://ex。test",
        "https://ex．test",
        "https://faß.test",
        "https://straße.de",
    ),
    *(
        "https://ａ／ｂ.test",
        "https://a\xadb.test",
        "https://\xad.test",
        "https://a\u200db.test",
    ),
    *(
        "https://☃.test",
        "https://a_b.test",
        "https://-a.test",
        "https://a--b.test",
    ),
    *(
        "https://ab--c.test",
        "https://a..b",
        "https://.",
        "https://..",
        "https://a.",
        "https://a..",
    ),
    *(
        "https://a!b.test",
        "https://a$b.test",
        'https://a"b.test',
        "https://a'b.test",
    ),
    *(
        "https://a^b.test",
        "https://a|b.test",
        "https://a<b.test",
        "https://a`b.test",
    ),
    *(
        "https://a{b}.test",
        "https://a*b.test",
        "https://a,b.test",
        "https://a;b.test",
    ),
    *(
        "https://a=b.test",
        "https://",
        "https://?",
        "https://#",
        "//",
        "//?",
        "//#",
        "///",
        "http://",
    ),
    *(
        "https://@",
        "https://:80",
        "https://user@",
        "data:,x",
        "blob:x",
        "about:blank",
        "javascript:1",
    ),
    *(
        "mailto:a@b",
        "tel:1",
        "data:text/html,<img>",
        "foo:bar",
        "foo://host/x",
    ),
)

SPACED = (
    *(
        " //cdn.test/x",
        "\t//cdn.test",
        "/\t/cdn.test",
        "ht\ntps://cdn.test",
        "https://cd\nn.test",
        "\x00//cdn.test",
    ),
    *(
        "\x1f//cdn.test",
        "\u00a0//cdn.test",
        "//cdn.test ",
        "https://c dn.test",
        "https://cdn.test /",
        " ",
        "",
        "\n",
    ),
)


def without_authority(text: str) -> bool:
    """The documented exception: "https:x" is nobody's."""
    scheme, colon, rest = (
        text.strip("".join(map(chr, range(33)))).translate(str.maketrans("", "", "\t\n\r")).partition(":")
    )
    slashes = rest[:2].replace("\\", "/")
    return bool(colon) and scheme.lower() in ("http", "https") and slashes != "//"


NETWORK = ("http:", "https:", "ws:", "wss:", "ftp:")


def check(text: str, base: str = BASE_TEXT) -> None:
    """Measure the host and the path that `text` leads to in a document at `base`."""
    try:
        expected = ada_url.URL(text, base)
    except ValueError:
        expected = None
    found = resolve(text, resolve(base, BASE))
    own = found.host == "example.org" or found.host.endswith(".example.org")
    if expected is None or without_authority(text):
        assert not own, "what browsers refuse, or read in two ways, is nobody's"
    elif expected.protocol not in NETWORK:
        # Of a scheme as long as no program has, a part is enough.
        assert found.host == ("" if found.scheme in LOCAL else f"{found.scheme[:64]}:")
    elif "xn--" in expected.hostname and found.host.endswith(":invalid"):
        pass  # Names that stand for nothing: browsers differ about them, and we are stricter than ada.
    else:
        assert found.host == expected.hostname.removesuffix(".")
        assert found.path == normal_path(expected.pathname)
        assert found.path == normal_path(found.path)


@pytest.mark.parametrize("text", [*URLS, *SPACED])
def test_hosts_are_those_that_ada_finds(text: str) -> None:
    check(text)


PIECES = (
    *(
        "https:",
        "http:",
        "HTTPS:",
        "hTTp:",
        "ws:",
        "wss:",
        "ftp:",
        "file:",
        "data:",
        "blob:",
        "foo:",
        "javascript:",
    ),
    *(
        "about:",
        "mailto:",
        "filesystem:",
        "view-source:",
        "blob:https://evil.test/u",
        "filesystem:https://evil.test/t/",
    ),
    *(
        "view-source:https://evil.test/",
        "/",
        "//",
        "///",
        "\\",
        "\\\\",
        "/\\",
        "@",
        ":",
        "u:p@",
        "u@",
        "::@",
        "%40",
        "a@b@",
    ),
    *(
        ":80",
        ":443",
        ":",
        ":0",
        ":00080",
        ":65535",
        ":65536",
        ":99999",
        ":8a",
        ": 80",
        ":-1",
        ":+1",
        ":\u0668",
        "?",
        "#",
    ),
    *(
        ".",
        "..",
        "%2e",
        "%2E",
        "%2f",
        "%2F",
        "%5c",
        "%25",
        "%252e",
        "%00",
        "%",
        "%zz",
        "%4",
        "%C3%BC",
        "%c3%bc",
        "%ff",
    ),
    *(
        "[",
        "]",
        "[::1]",
        "[::]",
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[::ffff:1.2.3.4]",
        "[1:2:3:4:5:6:7:8]",
        "[::1.2.3]",
    ),
    *(
        "[1::2::3]",
        "[v1.x]",
        "[0001::]",
        "[::FFFF:0:0]",
        "[::1.2.3.256]",
        "[1:2:3:4:5:6:1.2.3.4]",
        "::1",
        "1",
        "0x7f",
    ),
    *(
        "0X7F",
        "0177",
        "256",
        "127.1",
        "127.0.0.1",
        "1.2.3.4",
        "0x7f000001",
        "4294967296",
        "09",
        "1..2",
        "0x",
        "0xg",
    ),
    *(
        "a",
        "b",
        "test",
        "evil.test",
        "www",
        "example",
        "org",
        "www.example.org",
        "example.org",
        ".example.org",
        "WWW",
    ),
    *(
        "xn--",
        "xn--a",
        "XN--BCHER-KVA",
        "xn--bcher-kva",
        "xn--a-ecp.ru",
        "xn--ls8h",
        "xn--fa-hia",
        "xn--0.pt",
    ),
    *(
        "xn--example-",
        "b\u00fccher",
        "\u00df",
        "\u1e9e",
        "\u03c2",
        "\u3002",
        "\uff0e",
        "\uff61",
        "\uff41",
        "\uff0f",
    ),
    *(
        "\uff1f",
        "\uff03",
        "\uff05",
        "\uff052e",
        "\uff1a",
        "\uff20",
        "\u00ad",
        "\u200c",
        "\u200d",
        "\u200b",
        "\u2060",
    ),
    *(
        "\ufeff",
        "\ufe0f",
        "\u0301",
        "\u0340",
        "\U0001d41a",
        "\u338f",
        "\u2100",
        "\ufb00",
        "\u2167",
        "\u2460",
        "\u2474",
    ),
    *(
        "\u00bd",
        "\u00b4",
        "\u2260",
        "\u2603",
        "\U0001f4a9",
        "\U0001f468\u200d\U0001f469",
        "\u05d0",
        "\u0627",
        "\u0661",
    ),
    *(
        "\u06f1",
        "\u0915\u094d\u200d\u0937",
        "\ufdfa",
        "\u202e",
        "\u2024",
        "\u2025",
        "\u2027",
        "\ufe12",
        "\u0130",
    ),
    *(
        "\u0131",
        "\u212a",
        "\u212b",
        "\u017f",
        "\u2126",
        "\ue000",
        "\ufdd0",
        "\u2fff",
        "\U000e0001",
        "\u180e",
        "\u061c",
    ),
    *(
        "\u115f",
        "\u3164",
        "\u034f",
        "\t",
        "\n",
        "\r",
        " ",
        "\x00",
        "\x01",
        "\x1f",
        "\x7f",
        "\x80",
        "\x85",
        "\xa0",
        "\u3000",
    ),
    *(
        "-",
        "--",
        "_",
        "!",
        '"',
        "'",
        "<",
        ">",
        "^",
        "|",
        "`",
        "{",
        "}",
        "*",
        "$",
        "&",
        "(",
        ")",
        "+",
        ",",
        ";",
        "=",
        "~",
    ),
    *(
        "dir/",
        "/../",
        "/./",
        "/%2e%2e/",
        "/.%2e/",
        "/%2E./",
        "/a/b",
        "..\\",
        "a/../..",
        ";a",
        "/..",
        "/.",
        "/%2e",
        "/..;/",
    ),
)
STARTS = (
    *(
        "",
        "",
        "",
        "https://",
        "//",
        "http://",
        "\\\\",
        "https:\\\\",
        "/\\",
        "ws://",
        "HTTPS:///",
        "https://www.example.org",
    ),
    *(
        "//evil.test",
        "//example.org",
        "https://evil.test/",
        "/",
        "../",
        "./",
        "?",
        " \t//",
        "\x00https://",
        "ht\ntps://",
    ),
)
BASES = (BASE_TEXT, "http://www.example.org/", "https://www.example.org/a/b/", "https://cdn.test/x/y?q#f")
texts = st.builds(
    "{}{}".format, st.sampled_from(STARTS), st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
)


@settings(max_examples=1_500)
@given(texts, st.sampled_from(BASES))
def test_hosts_and_paths_are_those_that_ada_finds_in_any_text(text: str, base: str) -> None:
    check(text, base)


@pytest.mark.fuzz
@settings(max_examples=300_000, derandomize=False)
@given(texts, st.sampled_from(BASES))
def test_hosts_and_paths_are_those_that_ada_finds_in_a_lot_of_texts(text: str, base: str) -> None:
    check(text, base)


@given(st.text(max_size=30))
def test_no_text_is_too_much(text: str) -> None:
    resolve(text, BASE)
    resolve("//" + text, BASE)
    resolve("\ud800//" + text + "\udfff", BASE)


@pytest.mark.parametrize(
    "piece", ["view-source:", "https:", "//", "../", "xn--", "[", "@", ".", "%2e/", "\u0301"]
)
def test_a_text_may_be_long(piece: str) -> None:
    resolve(piece * 20_000, BASE)
    resolve("//a" + piece * 20_000, BASE)


@pytest.mark.parametrize("text", ["https:x", "https:/x", "http:x", "HTTPS:\\x", "https:www.example.org/x"])
def test_a_scheme_without_an_authority_is_nobodys(text: str) -> None:
    assert resolve(text, BASE).host not in ("", "x", "www.example.org")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", "/dir/a"),
        ("../a", "/a"),
        ("../../a", "/a"),
        ("/a/./b/../c", "/a/c"),
        ("/a/%2e%2E/b", "/b"),
        ("//x.test", "/"),
        ("/%63ollect", "/collect"),
        ("\\a\\b", "/a/b"),
        ("/a?b/../c", "/a"),
        ("/a/..", "/"),
        ("/a/.", "/a/"),
    ],
)
def test_paths_are_in_one_spelling(text: str, path: str) -> None:
    assert resolve(text, BASE).path == path


@pytest.mark.parametrize("path", ["/gr\u00f6\u00dfe", "/a b", '/"', "/a^b", "/{x}", "/~a", "/a%2Fb"])
def test_a_pattern_meets_every_spelling_of_a_path(path: str) -> None:
    everything = (
        "".join(f"%{byte:02x}" for byte in path[1:].encode()) if "%" not in path else path[1:].lower()
    )
    for spelling in (path, "/" + everything, "/x/%2e%2E" + path, "/\t" + path[1:]):
        assert Glob(path).matches(resolve("//cdn.test" + spelling, BASE).path)
        assert Glob("*" + path).matches(resolve("//cdn.test/x" + spelling, BASE).path)


@pytest.mark.parametrize("end", ["\x00", "\x01", "\x1f", " ", "\n", "?\x01", "#"])
def test_what_browsers_strip_is_no_part_of_a_path(end: str) -> None:
    assert resolve("https://cdn.test/collect" + end, BASE) == Url("https", "cdn.test", "/collect")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("//\u05d0www.example.org", "a label of both directions"),
        ("//\u200dwww.example.org", "a joiner that joins nothing"),
        ("//\u0301www.example.org", "a combining mark in front"),
        ("//xn--zwj-.example.org", "punycode of nothing"),
    ],
)
def test_a_name_that_browsers_refuse_is_not_ones_own(text: str, why: str) -> None:
    assert not resolve(text, BASE).host.endswith("example.org"), why


# -- several `base` elements -----------------------------------------------------------------------------

bases = st.lists(
    st.one_of(
        st.sampled_from(
            ("//evil.test/", "//evil.test/a/", "/", "b/", "//www.example.org/c/", "https://[", "data:,")
        ),
        st.sampled_from(
            ("javascript:1", "about:blank", "foo:bar", "https:evil.test", "", "\\\\evil.test", "//evil.test.")
        ),
    ).map('<base href="{}">'.format),
    max_size=3,
).map("".join)
around = st.sampled_from(
    (
        "{}",
        "<base>{}",
        "<base target=x>{}",
        "<noscript>{}</noscript>",
        "<template>{}</template>",
        "<svg><desc>{}</desc></svg>",
    )
)
uses = st.sampled_from(
    ("<img src=x>", "<img src=/x>", "<img src=..//x>", "<img src='?x'>", "<p style='b:url(x)'>", "<p>")
)


@given(st.lists(st.tuples(uses, around, bases), max_size=3), uses)
def test_nothing_leaks_whatever_base_counts(parts: list[tuple[str, str, str]], last: str) -> None:
    html = "".join(use + where.format(some) for use, where, some in parts) + last
    assert leaks(rewrite(html).decode()) == set()


@pytest.mark.parametrize(
    ("html", "stays"),
    [
        ("<base href=//evil.test/><p>", True),
        ("<img src=x><base href=//evil.test/>", False),
        ("<img src=x><base href=/own/>", True),
        ("<img src=x><svg><base href=//evil.test/></svg>", False),
        ("<img src=data:,><base href=//evil.test/>", True),
        ("<base href=/><img src=x><base href=//evil.test/>", False),
        ('<img src="x"><base href=//evil.test/>', False),
        ('<script src="x"></script><base href=//evil.test/>', False),
        ('<svg><use href="x"/></svg><base href=//evil.test/>', False),
        ('<link rel="canonical" href="/x"><a href="/y">y</a><base href=//evil.test/>', True),
    ],
)
def test_a_base_that_leads_elsewhere_goes_where_it_comes_too_late(html: str, stays: bool) -> None:
    assert (rewrite(html).decode() == html) is stays


def test_a_host_has_one_spelling() -> None:
    assert parse_host("BÜCHER.test.") == "xn--bcher-kva.test"
    assert parse_host("[::FFFF:1.2.3.4]") == "[::ffff:102:304]"


# -- written out -----------------------------------------------------------------------------------------

_places = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(("", "/", "//", "https://", "HTTP://", "https:", "\\\\", "javascript:", " //u:p@")),
    st.sampled_from(
        ("", "e.org", "e.org:81", "e.org:0443", "E.ORG:", "[::1]:8080", "ü.example", "a:b@e.org:80")
    ),
    st.sampled_from(
        ("", "/", "/a b", "/ü", "/a/../b", "?q=\u20ac'\"<>", "?a?b#c", "#d e", "/%41?%41", "\t/x\n")
    ),
    st.text(max_size=6),
)


@given(st.one_of(_places, st.sampled_from(URLS), st.text(max_size=20)))
@example("?a?b#c'")
@example("?`#a#`b")
def test_an_address_is_written_out_as_browsers_write_it(text: str) -> None:
    written = web_address(text, BASE)
    if not written:
        return
    assert written.isascii()
    # A quote may stand in a host.
    assert not set(written.partition("://")[2].partition("/")[2]) & set(' "<>\t\n')
    expected, found = ada_url.URL(text, base=BASE_TEXT), ada_url.URL(written)
    assert found.protocol in ("http:", "https:")
    assert not found.username
    assert (found.hostname.rstrip("."), found.port) == (expected.hostname.rstrip("."), expected.port)
    assert normal_path(found.pathname) == normal_path(expected.pathname)
    assert (found.search, found.hash) == (expected.search, expected.hash)
