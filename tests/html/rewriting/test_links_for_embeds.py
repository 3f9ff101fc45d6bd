"""Where no placeholder could be answered, a link takes the place of a blocked embed."""

from __future__ import annotations

import pytest
from html_soup import soup
from html_support import cut, feed_and_tell
from hypothesis import given
from hypothesis import strategies as st

from consentgate.html import BlockedEmbed, Insertion

SRC = "src=//evil.test/a?b=1"
ADDRESS = "https://evil.test/a?b=1"


def written(embed: BlockedEmbed) -> bytes:
    words = (embed.url, "code" if embed.is_code else "", "in link" if embed.in_link else "")
    return f"[{' '.join(filter(None, words))}]".encode()


def read(html: str, size: int = 1 << 20) -> str:
    output, _, _ = feed_and_tell(cut(html.encode(), size), placeholder=lambda *_: b"[P]", link_for=written)
    return output.decode()


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<p>a<iframe class=v {SRC} width=5>old</iframe>b", f"<p>a[{ADDRESS}]b"),
        (f"<p>a<iframe {SRC}></iframe>b<iframe {SRC}></iframe>c", f"<p>a[{ADDRESS}]b[{ADDRESS}]c"),
        (f"<iframe data-{SRC} src=/own></iframe>", f"[{ADDRESS}]"),
        (f"<a href=/x><iframe {SRC}></iframe></a>", f"<a href=/x>[{ADDRESS} in link]</a>"),
        (f"<table><iframe {SRC}></iframe></table>", "<table></table>"),
        (f"<iframe {SRC} width=1 height=1></iframe>", ""),
        (f"<iframe {SRC} hidden></iframe>", ""),
        ("<iframe src=intent://evil.test></iframe>", ""),
        ("<iframe srcdoc='<script src=//evil.test/s></script>'></iframe>", '<iframe srcdoc=""></iframe>'),
        ("<object width=4 data=//evil.test/><p>old</object>", "[https://evil.test/]"),
        (f"<embed {SRC}/>", "[https://evil.test/a?b=1/]"),
        (f"<video {SRC}></video>", f"[{ADDRESS}]"),
        (f"<audio {SRC}></audio>", ""),
        (f"<img {SRC} alt=words>", "<img  alt=words>"),
        (f"<p><script {SRC}></script>b", "<p>b"),
        (
            "<p><script src=https://gist.github.com/a/1.js></script>",
            "<p>[https://gist.github.com/a/1.js code]",
        ),
        ("<p><div class=fb-page></div>", "<p>[]"),
    ],
)
def test_a_link_takes_the_place_of_what_would_have_shown(html: str, expected: str, size: int) -> None:
    assert read(html, size) == expected


def test_none_is_put_into_a_head() -> None:
    html = b"<!doctype html><head><script src=https://gist.github.com/a/1.js></script></head>x"
    output, _, _ = feed_and_tell([html], insertion=Insertion(b"<meta>", b""), link_for=written)

    assert output == b"<!doctype html><head><meta></head>x"


@given(soup, st.integers(1, 64))
def test_chunks_make_no_difference(html: str, size: int) -> None:
    assert read(html, size) == read(html)
