"""Encodings in which an ASCII byte may be the second of a character: which pairs are one is the browser's
decision, and the gate must not differ on any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.html.tokenizer.encoding import sniff_encoding
from consentgate.html.tokenizer.multibyte import decoder_for, plain_for
from consentgate.wsgi import ConsentMiddleware

from .engine import in_firefox_too
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

LABELS = ["big5", "euc-jp", "euc-kr", "gb18030", "gbk", "shift_jis"]
ASCII = range(0x21, 0x7F)
# For each first byte, and each ASCII byte behind it, whether that still stands for itself.
STANDS = """label => {
    const decoder = new TextDecoder(label), found = [];
    for (let first = 0x80; first < 0x100; first++)
        for (let second = 0x21; second < 0x7f; second++)
            found.push(decoder.decode(new Uint8Array([first, second, 32, 32])).includes(
                String.fromCharCode(second)));
    return found;
}"""
THIRD = "//v{number}.evil.test/a"
PAGES = [
    ("gbk", b"<svg><![CDATA[\x81]]></svg><style>]]><img src=E></style>"),
    ("gbk", b"<svg><desc><![CDATA[\x81]]></desc></svg><style>]]><img src=E></style>"),
    ("big5", b"<math><mi><![CDATA[\xa4]]></mi></math><title>]]><img src=E></title>"),
    ("shift_jis", b"<svg><![CDATA[\x83]]></svg><textarea>]]><img src=E></textarea>"),
    ("big5", b"<style>a{--b:c\x87{;d:url(E)}</style><p style='background:url(E)'>"),
    ("big5", b"<style>a{b:c\x9b{}d{background:url(E)}</style><a><d></d></a>"),
    ("big5", b"<style>@import '\x87|';a\x87}b{}</style><style>@import \"E\";</style>"),
    ("gbk", b"<style>a{content:'\x81\\';background:url(E)}b{content:'}</style><a>x</a>"),
]


def pairs() -> Iterator[bytes]:
    for first in range(0x80, 0x100):
        for second in ASCII:
            yield bytes((first, second))


def codec_of(label: str) -> str:
    encoding = sniff_encoding(b"", label, complete=True)
    assert encoding is not None
    return encoding.codec


def test_no_byte_stands_for_itself_to_the_gate_and_not_to_the_browser(visitor: Visitor) -> None:
    visitor.page.goto("about:blank")
    for label in LABELS:
        decode, plain = decoder_for(codec_of(label)), plain_for(codec_of(label))
        stands = dict(zip(pairs(), visitor.page.evaluate(STANDS, label), strict=True))
        assert not all(stands.values()) or label.startswith("euc"), label

        decoded = {pair: chr(pair[1]) in decode(pair + b"  ") for pair in stands}
        assert decoded == stands, label
        seen_in_styles = {pair: plain(pair + b"  ")[1] == pair[1] for pair in stands}
        assert seen_in_styles == stands, label


@pytest.fixture
def site(serve: Callable[..., Any]) -> Any:
    gate = Gate(Policy(), secret_key="a key for tests", insecure=True)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        number = environ["PATH_INFO"].strip("/")
        label, body = PAGES[int(number)] if number.isdecimal() else ("utf-8", b"")
        start_response("200 OK", [("Content-Type", f"text/html; charset={label}")])
        return [b"<!DOCTYPE html>" + body.replace(b"E", THIRD.format(number=number).encode())]

    gated = ConsentMiddleware(app, gate)

    def either(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return (app if environ["QUERY_STRING"] == "ungated" else gated)(environ, start_response)

    return serve(either, host="www.example.org")


def test_pages_in_these_encodings_contact_nobody(visitor: Visitor, site: Any) -> None:
    leaks = {n: v.hosts for n in range(len(PAGES)) if (v := visitor.opens(f"{site.url}{n}")).hosts}

    assert leaks == {}


def test_without_the_gate_they_do(visitor: Visitor, site: Any) -> None:
    assert visitor.opens(f"{site.url}0?ungated").hosts == {"v0.evil.test"}
    assert visitor.opens(f"{site.url}4?ungated").hosts == {"v4.evil.test"}
