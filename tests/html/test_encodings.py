"""A page is read in the encoding that a browser would read it in."""

from __future__ import annotations

import codecs
import csv
from typing import Any

import pytest
from html_support import PAGE, SHARED, gate, needs_shared, rewrite

from consentgate.html.encoding import Encoding, Unreadable, sniff_encoding
from consentgate.html.sniff import sniffs_as_html


def sniffed(head: bytes, label: str | None = None) -> str:
    encoding = sniff_encoding(head, label, complete=True)
    assert encoding is not None
    return encoding.name


@pytest.mark.parametrize(
    ("head", "label", "name"),
    [
        (b"\xef\xbb\xbf<p>", "windows-1251", "utf-8"),
        (b"\xfe\xff\0<", None, "utf-16be"),
        (b"\xff\xfe<\0", "utf-8", "utf-16le"),
        (b"<meta charset=koi8-r>", "windows-1251", "windows-1251"),
        (b"<meta charset=koi8-r>", "no such thing", "koi8-r"),
        (b"<meta charset=koi8-r>", None, "koi8-r"),
        (b"<META/CHARSET='KOI8-R'>", None, "koi8-r"),
        (b'<meta http-equiv=content-type content="text/html; charset=koi8-r">', None, "koi8-r"),
        (b"<meta content=\"text/html; charset = 'koi8-r'\" http-equiv=Content-Type>", None, "koi8-r"),
        (b'<meta content="text/html; charset=koi8-r">', None, "windows-1252"),
        (b"<meta charset=utf-16le>", None, "utf-8"),
        (b"<meta charset=x-user-defined>", None, "windows-1252"),
        (b"<meta charset=nothing><meta charset=koi8-r>", None, "koi8-r"),
        (b"<!-- <meta charset=koi8-r> --><meta charset=utf-8>", None, "utf-8"),
        (b"<!--><meta charset=koi8-r>", None, "koi8-r"),
        (b"<a title='<meta charset=koi8-r>'><meta charset=utf-8>", None, "utf-8"),
        (b"</a title='<meta charset=koi8-r>'><meta charset=utf-8>", None, "utf-8"),
        (b"<?x <meta charset=koi8-r>", None, "windows-1252"),
        (b'<?xml version="1.0" encoding="koi8-r"?>', None, "koi8-r"),
        (b"<p>", None, "windows-1252"),
    ],
)
def test_the_encoding_is_the_one_that_browsers_take(head: bytes, label: str | None, name: str) -> None:
    assert sniffed(head, label) == name


@pytest.mark.parametrize(
    "label", ["x-user-defined", "shift_jis", "gbk", "gb18030", "big5", "euc-kr", "utf-16", "latin1"]
)
def test_every_encoding_has_a_codec(label: str) -> None:
    encoding = sniff_encoding(b"", label, complete=True)
    assert encoding is not None
    codecs.lookup(encoding.codec)


def test_a_backslash_within_a_character_is_none() -> None:
    sheet = '<style>a{content:"表";background:url(//evil.test/x)}b{content:"表"}</style>'
    output = rewrite(sheet.encode("cp932"), charset="shift_jis").decode("cp932")
    assert output == sheet.replace("//evil.test/x", "")


def test_what_does_not_come_back_as_it_was_cannot_be_read() -> None:
    for data, charset in ((b"\xd8\x00\x00b", "utf-16be"), (b"\x1b$B\x1b(Babc\x1b(B\x1b(B", "iso-2022-jp")):
        with pytest.raises(Unreadable):
            gate().rewrite(data, url=PAGE, charset=charset)


def _derived() -> list[Any]:
    if not SHARED.is_dir():
        return []
    with (SHARED / "corpus" / "derived" / "derived.csv").open(newline="", encoding="utf-8") as file:
        return [pytest.param(row, id=row["file"].removeprefix("derived/")) for row in csv.DictReader(file)]


@needs_shared
@pytest.mark.parametrize("row", _derived())
def test_a_page_in_another_encoding_comes_out_the_same(row: dict[str, str]) -> None:
    data = (SHARED / "corpus" / row["file"]).read_bytes()
    bom = bytes.fromhex(row["bom"])
    text = data[len(bom) :].decode(row["python_codec"])
    label = row["content_type"].partition("charset=")[2] or None
    url = f"https://{row['own_host']}/dir/page"
    result = gate().rewrite(data, url=url, charset=label)
    plain = gate().rewrite(text.encode(), url=url, charset="utf-8")
    expected = plain.html.decode().encode(row["python_codec"], "xmlcharrefreplace")
    assert result.html == bom + expected
    assert [(one.kind, one.url, one.service) for one in result.blocked] == [
        (one.kind, one.url, one.service) for one in plain.blocked
    ]
    assert gate().rewrite(data, url=url, charset=label, grants=("performance", "third-party")).html == data


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"<!DOCTYPE HTML>", True),
        (b" \n<html>", True),
        (b"<p >", True),
        (b"<!-- ", True),
        (b"<B>", True),
        (b"<blink>", False),
        (b"<pre>", False),
        (b"text <html>", False),
        (b"<?xml", False),
        (b"{}", False),
        (b"", False),
    ],
)
def test_a_body_without_a_type_is_html_where_browsers_think_so(head: bytes, expected: bool) -> None:
    assert sniffs_as_html(head, complete=True) is expected


def test_a_body_without_a_type_waits_for_what_decides() -> None:
    assert sniffs_as_html(b"  <htm", complete=False) is None
    assert sniffs_as_html(b"  <htm", complete=True) is False


def test_a_declaration_late_in_the_head_counts_as_it_does_in_browsers():
    head = (
        b"<!doctype html><html><head>"
        + b"<!-- licence -->" * 100
        + b'<meta charset="utf-8"><title>x</title></head>'
    )
    assert sniff_encoding(head, None, complete=False) == Encoding("utf-8")


def test_what_looks_like_a_declaration_after_the_head_counts_for_nothing():
    page = b"<!doctype html><p>" + b"x" * 2000 + b'<meta charset="utf-8">'
    assert sniff_encoding(page, None, complete=True) == Encoding("windows-1252")
