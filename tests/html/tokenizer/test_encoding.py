"""A page is read in the encoding that a browser would read it in."""

from __future__ import annotations

import codecs
import csv
from typing import Any

import pytest
import webencodings
from html_support import EVERYTHING, PAGE, SHARED, cut, gate, needs_shared, rewrite, through_the_gate
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate.gate.message import Request
from consentgate.html.tokenizer.encoding import Encoding, Unreadable, sniff_encoding


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
        # The prescan, step by step.
        (b"<meta>", None, "windows-1252"),
        (b"<metal charset=koi8-r><meta charset=utf-8>", None, "utf-8"),
        (b"<meta\fcharset=koi8-r>", None, "koi8-r"),
        (b"<meta/charset/=/koi8-r>", None, "windows-1252"),
        (b"<meta charset\n=\tkoi8-r>", None, "koi8-r"),
        (b"<meta charset = 'koi8-r'x>", None, "koi8-r"),
        (b"<meta charset=koi8-r charset=utf-8>", None, "koi8-r"),
        (b"<meta charset=' KOI8-R\n'>", None, "koi8-r"),
        (b"<meta charset=koi8-r", None, "windows-1252"),
        (b"<meta charset='koi8-r>", None, "windows-1252"),
        (b"<meta x='>' charset=koi8-r>", None, "koi8-r"),
        (b"<meta =charset=koi8-r><meta charset=utf-8>", None, "utf-8"),
        (b"<meta name=charset content=koi8-r>", None, "windows-1252"),
        (b"<meta content=charset=koi8-r name=x http-equiv='content-type'>", None, "koi8-r"),
        (b"<meta http-equiv=' content-type' content='charset=koi8-r'>", None, "windows-1252"),
        (b"<meta http-equiv=content-type content='charset=koi8-r' charset=utf-8>", None, "utf-8"),
        (b"<meta http-equiv=content-type content='charset=koi8-r' charset=nothing>", None, "windows-1252"),
        (b"<meta http-equiv=content-type content='charset charset=koi8-r;x'>", None, "koi8-r"),
        (b"<meta http-equiv=content-type content='xcharset=koi8-r x'>", None, "koi8-r"),
        (b"<meta http-equiv=content-type content='CHARSET=\"koi8-r\"'>", None, "koi8-r"),
        (b"<meta http-equiv=content-type content='charset=\"koi8-r'>", None, "windows-1252"),
        (b"<meta http-equiv=content-type content='charset=;charset=koi8-r'>", None, "windows-1252"),
        (b"<meta http-equiv=content-type content='charset=\"\";charset=koi8-r'>", None, "windows-1252"),
        (b"<meta http-equiv=refresh content='charset=koi8-r'>", None, "windows-1252"),
        (b"<!-- <!-- --><meta charset=koi8-r> -->", None, "koi8-r"),
        (b"<!-- --!><meta charset=koi8-r> --><meta charset=utf-8>", None, "utf-8"),
        (b"<!--<meta charset=koi8-r>", None, "windows-1252"),
        (b"<!x <meta charset=koi8-r><meta charset=utf-8>", None, "utf-8"),
        (b"</ <meta charset=koi8-r><meta charset=utf-8>", None, "utf-8"),
        (b"</meta charset=koi8-r><meta charset=utf-8>", None, "utf-8"),
        # Unlike the tokenizer, it knows no raw text.
        (b"<script>'<meta charset=koi8-r>'</script><meta charset=utf-8>", None, "koi8-r"),
        (b"<title><meta charset=koi8-r></title>", None, "koi8-r"),
        (b"<meta charset=utf-16be>", None, "utf-8"),
        (b"<meta http-equiv=content-type content='charset=utf-16'>", None, "utf-8"),
        (b"<meta charset=unicode>", None, "utf-8"),
        (b"<meta charset=utf-7><meta charset=koi8-r>", None, "koi8-r"),
        (b"<meta charset=utf-32>", None, "windows-1252"),
        (b"<p>", "utf-7", "windows-1252"),
        (b"<p>", " UTF8 ", "utf-8"),
        (b"<p>", "utf-16", "utf-16le"),
        (b"<p>", "x-user-defined", "x-user-defined"),
        (b"\xef\xbb\xbf", "iso-2022-kr", "utf-8"),
        (b"<?xml version='1.0' encoding = 'utf-16'?>", None, "utf-8"),
        (b"<?xml encoding='koi8-r'?><meta charset=utf-8>", None, "utf-8"),
        (b" <?xml encoding='koi8-r'?>", None, "windows-1252"),
        (b"<?xml encoding='koi8-r", None, "windows-1252"),
        (b"<\0?\0x\0m\0", None, "utf-16le"),
        (b"\0<\0?\0x\0m", None, "utf-16be"),
        (b"<\0?\0x\0m\0", "utf-8", "utf-8"),
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
    everything = ("performance", "marketing", "third-party")
    assert gate().rewrite(data, url=url, charset=label, grants=everything).html == data


STREAMED = 40_000
"""The characters of each encoding that go through in the smallest chunks."""


@needs_shared
@pytest.mark.parametrize("row", _derived())
def test_a_response_in_another_encoding_comes_out_the_same(row: dict[str, str]) -> None:
    """Named by the header, by a mark or by the page, and in chunks that cut characters in two."""
    data = (SHARED / "corpus" / row["file"]).read_bytes()
    bom, codec, host = bytes.fromhex(row["bom"]), row["python_codec"], row["own_host"]
    text = data[len(bom) :].decode(codec)
    types = {row["content_type"], f"text/html; charset={row['encoding']}"}
    if not bom and not row["encoding"].startswith("utf-16"):
        types.add("text/html")
    for end, size, kinds in ((len(text), 1000, types), (STREAMED, 7, types), (STREAMED // 4, 1, types)):
        page = text[:end]
        gated = through_the_gate(page.encode(), host, content_type="text/html; charset=utf-8")
        expected = bom + gated.decode().encode(codec, "xmlcharrefreplace")
        for kind in kinds:
            assert through_the_gate(bom + page.encode(codec), host, size, kind) == expected


# -- what lies between the bytes -------------------------------------------------------------------------

LABELS = sorted({*webencodings.LABELS.values()} - {"replacement"})
UNDECODED = ("replacement", "iso-2022-kr", "hz-gb-2312", "iso-2022-cn", "iso-2022-cn-ext", "csiso2022kr")


def _alphabet(codec: str) -> str:
    """Characters that end in a byte which means something in HTML, CSS or URLs."""
    found = []
    for lead in range(0x81, 0xFF):
        for trail in b"@AZ[\\]^_`az{|}~":
            try:
                character = bytes((lead, trail)).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(character) == 1 and character.encode(codec, "replace") == bytes((lead, trail)):
                found.append(character)
    return "".join(found)


MULTIBYTE = {
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "euc-kr": "cp949",
}
ALPHABETS = {label: _alphabet(codec) for label, codec in MULTIBYTE.items()} | {
    "euc-jp": "表あ漢｡",
    "iso-2022-jp": "表あ漢字ソ",
    "utf-16le": "\u3c3e\u223c\u3e00\u2f3c表𠮷",
    "utf-16be": "\u3c3e\u223c\u3e00\u2f3c表𠮷",
}
TEMPLATES = (
    "<p title='{0}' class='{0} a' style=\"content:'{0}';background:url(//evil.test/x)\">{0}</p>",
    "<img alt={0} src=//evil.test/{0}>.<img alt='{0}'src='/{0}'{0}='{0}'>",
    "<style>a{{content:'{0}';b:url(//evil.test/{0})}}.{0}{{c:url({0})}}@import '//evil.test/{0}';</style>{0}",
    "<script>'{0}'</script{0}></script ><!--{0}--><a {0} href='{0}'>{0}</a{0}>",
    "<{0}><b{0}><img{0} src=//evil.test/x><img srcset='/{0} 1x, //evil.test/{0} 2x'>",
)


@pytest.mark.parametrize("label", ALPHABETS)
@settings(max_examples=100)
@given(st.data())
def test_no_part_of_a_character_is_taken_for_markup(label: str, data: st.DataObject) -> None:
    codec = Encoding(label).codec
    word = data.draw(st.text(alphabet=ALPHABETS[label], min_size=1, max_size=3))
    page = "".join(data.draw(st.lists(st.sampled_from(TEMPLATES), min_size=1, max_size=3))).format(word)
    expected = rewrite(page).decode()
    assert rewrite(page.encode(codec), charset=label).decode(codec) == expected


def test_four_bytes_with_digits_are_one_character() -> None:
    page = "<p title=\u0452\u0453 style='b:\u0452url(/x) url(//evil.test/x)'>\ue5e5"
    assert rewrite(page.encode("gb18030"), charset="gb18030").decode("gb18030") == rewrite(page).decode()


@pytest.mark.parametrize(
    "tag",
    [
        "<img src=//evil.test/{}>",
        "<img alt='{}' src=//evil.test/x>",
        "<style>@import '//evil.test/{}'</style>",
    ],
)
def test_escapes_within_a_tag_hide_nothing(tag: str) -> None:
    page = f"<p>表{tag.format('表<>')}あ"
    gated = rewrite(page.encode("iso2022_jp"), charset="iso-2022-jp")
    assert b"//evil" not in gated
    assert gated.decode("iso2022_jp") == rewrite(page).decode()


def test_what_stands_between_escapes_is_no_markup() -> None:
    page = b"\x1b$B<img>b\x1b(B<p>"
    assert rewrite(page, charset="iso-2022-jp") == page


@pytest.mark.parametrize("label", UNDECODED)
def test_what_browsers_do_not_decode_is_closed(label: str) -> None:
    for page, charset in ((b"<p>x", label), (f"<meta charset={label}><p>x".encode(), None)):
        with pytest.raises(Unreadable):
            gate().rewrite(page, url=PAGE, charset=charset)
    answer = through_the_gate(b"<img src=//evil.test/x>", "www.example.org", 3, f"text/html; charset={label}")
    assert b"evil.test" not in answer


fragments = st.lists(
    st.one_of(
        st.binary(max_size=6),
        st.sampled_from(
            (b"<p>", b"<img src=//evil.test/x>", b"<img alt='", b"'>", b"<style>a{b:url(", b")}</style>")
        ),
        st.sampled_from(
            (
                b"<meta charset=utf-8>",
                b"\x1b$B",
                b"\x1b(B",
                b"\x1b(J",
                b"\xef\xbb\xbf",
                b"\xff\xfe",
                b"<\0p\0>\0",
            )
        ),
    ),
    max_size=8,
).map(b"".join)


@pytest.mark.parametrize("label", LABELS)
@settings(max_examples=60)
@given(fragments)
def test_any_bytes_in_any_encoding(label: str, data: bytes) -> None:
    """All comes back when everything is granted, and the chunks make no difference."""
    try:
        gate().rewrite(data, url=PAGE, charset=label)
    except Unreadable:
        with pytest.raises(Unreadable):
            gate().rewrite(data, url=PAGE, charset=label, grants=EVERYTHING)
        return
    assert gate().rewrite(data, url=PAGE, charset=label, grants=EVERYTHING).html == data
    kind = f"text/html; charset={label}"
    whole = through_the_gate(data, "www.example.org", content_type=kind)
    for size in (1, 3):
        assert through_the_gate(data, "www.example.org", size, kind) == whole


@pytest.mark.parametrize("before", [b"", b"<!-- licence -->" * 100, b"<script>var a = 1;</script>" * 500])
@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
def test_a_declaration_counts_however_the_page_comes(before: bytes, size: int) -> None:
    page = b"<!doctype html><html><head>" + before + b"<meta charset=koi8-r></head><body>\xf0"
    exchange = gate().exchange(Request("GET", "/", "", {"host": ["www.example.org"]}))
    exchange.start(200, [("Content-Type", "text/html")])
    for chunk in cut(page, size):
        exchange.feed(chunk)
    exchange.finish()
    assert exchange.head is not None
    assert ("Content-Type", "text/html; charset=koi8-r") in exchange.head.headers


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
