"""URLs lead where browsers go: measured against ada, which several browsers and Node use."""

# ruff: noqa: RUF001

from __future__ import annotations

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.html import Url, resolve
from consentgate.html.urls import parse_host

BASE_TEXT = "https://www.example.org/dir/page"
BASE = Url("https", "www.example.org", "/dir/page")
WITHOUT_HOST = ("data:", "blob:", "about:", "javascript:", "mailto:", "tel:")

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


def ada_host(text: str) -> str | None:
    """The host by ada, None where it refuses the URL."""
    try:
        return ada_url.URL(text, BASE_TEXT).hostname
    except ValueError:
        return None


def without_authority(text: str) -> bool:
    """The documented exception: "https:x" is nobody's."""
    scheme, colon, rest = (
        text.strip("".join(map(chr, range(33)))).translate(str.maketrans("", "", "\t\n\r")).partition(":")
    )
    slashes = rest[:2].replace("\\", "/")
    return bool(colon) and scheme.lower() in ("http", "https") and slashes != "//"


def check(text: str) -> None:
    expected, found = ada_host(text), resolve(text, BASE)
    own = found.host == "www.example.org" or found.host.endswith(".example.org")
    if expected is None or without_authority(text):
        assert not own, "what browsers refuse, or read in two ways, is nobody's"
    elif "xn--" in text and found.host.endswith(":invalid"):
        pass  # Names that stand for nothing: browsers differ about them, and we are stricter than ada.
    elif found.host.endswith(":"):
        assert found.scheme not in ("http", "https", "ws", "wss", "ftp")
    elif expected == "":
        assert found.host == "" or not own
    else:
        assert found.host == expected.removesuffix(".")


@pytest.mark.parametrize("text", [*URLS, *SPACED])
def test_hosts_are_those_that_ada_finds(text: str) -> None:
    check(text)


pieces = st.sampled_from(
    [
        *(
            "https:",
            "http:",
            "HTTPS:",
            "ws:",
            "data:",
            "foo:",
            "/",
            "//",
            "\\",
            "@",
            ":",
            ":80",
            ":99999",
            "?",
        ),
        *("#", ".", "..", "%2e", "%2F", "%", "[", "]", "::1", "1", "0x7f", "256", "a", "b.test", "www"),
        *(".example.org", "example", "xn--", "xn--a", "bcher-kva", "ü", "ß", "。", "／", "\u00ad", "\u200d"),
        *("\t", "\n", " ", "\x00", "\x01", "-", "_", "!", '"', "<", "^", "|", "é", "☃", "١", "א", "\ud800"),
    ]
)


@given(st.lists(pieces, max_size=9).map("".join))
def test_hosts_are_those_that_ada_finds_in_any_text(text: str) -> None:
    if "\ud800" in text:
        resolve(text, BASE)
    else:
        check(text)


@given(
    st.lists(pieces, max_size=6).map("".join), st.sampled_from(["https://", "//", "https://www.example.org"])
)
def test_hosts_are_those_that_ada_finds_behind_slashes(text: str, start: str) -> None:
    if "\ud800" not in text:
        check(start + text)


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


def test_a_host_has_one_spelling() -> None:
    assert parse_host("BÜCHER.test.") == "xn--bcher-kva.test"
    assert parse_host("[::FFFF:1.2.3.4]") == "[::ffff:102:304]"
