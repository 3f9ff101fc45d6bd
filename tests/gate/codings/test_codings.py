"""Compressed pages: asked for plain, else decoded, gated and encoded again as they stream (H1)."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from functools import reduce

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate.gate import Exchange, GateClosed, Request
from gate.conftest import MakeSite
from gate.driver import HTML, PAGE, THIRD_PARTIES, App, Headers, Page, Reply, Seen, make_gate, without_links

GATE = make_gate()
HTML_PLAIN = ("Content-Type", "text/html")


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def is_zlib(data: bytes) -> bool:
    return data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0


def framed(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzipped,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": framed,
}
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": lambda data: zlib.decompress(data, 15 if is_zlib(data) else -15),
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}
CODINGS = [*PACK]


def packed(data: bytes, codings: list[str]) -> bytes:
    return reduce(lambda body, coding: PACK[coding](body), codings, data)


def unpacked(data: bytes, codings: list[str]) -> bytes:
    return reduce(lambda body, coding: UNPACK[coding](body), reversed(codings), data)


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def encoded(coding: str, *headers: tuple[str, str]) -> Headers:
    return [HTML, ("Content-Encoding", coding), *headers]


def begin(coding: str, *headers: tuple[str, str], method: str = "GET") -> Exchange:
    exchange = GATE.exchange(Request(method, "/", "", {"host": ["www.example.org"]}))
    exchange.start(200, encoded(coding, *headers))
    return exchange


def is_problem(reply: Reply) -> bool:
    return reply.status == 502 and b"consentgate-page" in reply.body


# -- there and back --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coding", "body", "codings"),
    [
        ("gzip", gzipped(PAGE), ["gzip"]),
        ("GZIP", gzipped(PAGE), ["gzip"]),
        ("x-gzip", gzipped(PAGE), ["gzip"]),
        ("gzip", gzipped(PAGE[:100]) + gzipped(PAGE[100:]), ["gzip"]),
        ("gzip", gzipped(PAGE) + b"\0" * 20, ["gzip"]),
        ("deflate", zlib.compress(PAGE), ["deflate"]),
        ("deflate", bare(PAGE), ["deflate"]),
        ("br", brotli.compress(PAGE), ["br"]),
        ("zstd", framed(PAGE), ["zstd"]),
        ("zstd", framed(PAGE[:100]) + framed(PAGE[100:]), ["zstd"]),
        ("deflate, gzip", gzipped(zlib.compress(PAGE)), ["deflate", "gzip"]),
        ("br,zstd ,gzip", packed(PAGE, ["br", "zstd", "gzip"]), ["br", "zstd", "gzip"]),
        ("", PAGE, []),
        ("identity", PAGE, []),
        ("identity, gzip", gzipped(PAGE), ["gzip"]),
    ],
)
@pytest.mark.parametrize("size", [1, 50, 10_000])
def test_a_compressed_page_is_read_and_leaves_in_its_coding_H1_H8(
    make_site: MakeSite, coding: str, body: bytes, codings: list[str], size: int
) -> None:
    plain = make_site().gets()
    of_the_bytes = (
        "Content-Length",
        "Content-MD5",
        "Digest",
        "Content-Digest",
        "Repr-Digest",
        "Accept-Ranges",
    )
    page = Page(pieces(body, size), headers=encoded(coding, *((name, "1") for name in of_the_bytes)))
    reply = make_site(page, validated=False).gets()
    assert unpacked(reply.body, codings) == plain.body
    assert sorted(reply.lowered) == sorted([*plain.lowered, ("content-encoding", coding)])


def test_several_headers_name_the_codings_in_order_H1(make_site: MakeSite) -> None:
    headers = [HTML, ("Content-Encoding", "deflate"), ("content-encoding", "br")]
    reply = make_site(Page(packed(PAGE, ["deflate", "br"]), headers=headers)).gets()
    assert unpacked(reply.body, ["deflate", "br"]) == make_site().gets().body
    assert reply.values("content-encoding") == ["deflate", "br"]


@pytest.mark.parametrize("coding", CODINGS)
def test_a_page_that_is_open_leaves_in_its_coding_too_H1(make_site: MakeSite, coding: str) -> None:
    site = make_site(Page(packed(PAGE, [coding]), headers=encoded(coding)))
    body = unpacked(site.gets("/", site.chooses("accept")).body, [coding])
    assert b"films.example" in body
    assert b"consentgate" in body


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(CODINGS), min_size=1, max_size=3),
    st.lists(st.integers(1, 900), min_size=1, max_size=20),
)
def test_whatever_the_codings_and_chunks_the_page_is_the_same_H1(
    codings: list[str], sizes: list[int]
) -> None:
    exchange = begin(", ".join(codings))
    rest, output = packed(PAGE, codings), b""
    for size in sizes:
        output += exchange.feed(rest[:size])
        rest = rest[size:]
    output += exchange.feed(rest) + exchange.finish()
    plain = begin("identity")
    assert unpacked(output, codings) == plain.feed(PAGE) + plain.finish()


@pytest.mark.parametrize("codings", [*([coding] for coding in CODINGS), ["br", "gzip"], ["gzip", "zstd"]])
def test_what_has_come_leaves_before_the_next_comes_W4_H1(codings: list[str]) -> None:
    app = packing(codings)
    browser = reading(codings)
    exchange = begin(", ".join(codings))
    for word in (b"one", b"two", b"three"):
        output = exchange.feed(app(b"<p>" + word + b"</p>"))
        assert exchange.head is not None
        assert word in browser(output)
        # Nothing new is nothing to send.
        assert exchange.feed(b"") == b""


def packing(codings: list[str]) -> Callable[[bytes], bytes]:
    """Compresses as an application that streams: each chunk can be read at once."""
    packers = [PACKERS[coding]() for coding in codings]
    return lambda data: reduce(lambda body, pack: pack(body), packers, data)


def gzip_packer() -> Callable[[bytes], bytes]:
    packer = zlib.compressobj(wbits=31)
    return lambda data: packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)


def deflate_packer() -> Callable[[bytes], bytes]:
    packer = zlib.compressobj()
    return lambda data: packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)


def br_packer() -> Callable[[bytes], bytes]:
    packer = brotli.Compressor()
    return lambda data: bytes(packer.process(data) + packer.flush())


def zstd_packer() -> Callable[[bytes], bytes]:
    packer = zstandard.ZstdCompressor().compressobj()
    return lambda data: packer.compress(data) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


PACKERS = {"gzip": gzip_packer, "deflate": deflate_packer, "br": br_packer, "zstd": zstd_packer}
READERS: dict[str, Callable[[], Callable[[bytes], bytes]]] = {
    "gzip": lambda: zlib.decompressobj(wbits=31).decompress,
    "deflate": lambda: zlib.decompressobj().decompress,
    "br": lambda: brotli.Decompressor().process,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj().decompress,
}


def reading(codings: list[str]) -> Callable[[bytes], bytes]:
    """Decodes as a browser: all that can be known."""
    readers = [READERS[coding]() for coding in reversed(codings)]
    return lambda data: reduce(lambda body, read: read(body), readers, data)


# -- what cannot be read ---------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["compress", "junk", "dcz", "gzip, dcb", ", ".join(["gzip"] * 5)])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("headers", [[HTML], []])
def test_an_unknown_coding_closes_H1(
    make_site: MakeSite, coding: str, method: str, headers: Headers, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(headers=[*headers, ("Content-Encoding", coding)]), validated=False)
    reply = site.asks("/", method)
    assert reply.status == 502
    assert reply.values("content-encoding") == []
    assert is_problem(reply) or method == "HEAD"
    assert "content coding" in caplog.text


@pytest.mark.parametrize("coding", [*CODINGS, "compress", "junk", "dcz"])
def test_what_is_no_page_passes_whatever_its_coding_H1(make_site: MakeSite, coding: str) -> None:
    headers = [("Content-Type", "text/css"), ("Content-Encoding", coding), ("Content-Length", "2")]
    reply = make_site(Page(b"\x0b\x02", headers=headers)).gets()
    assert (reply.body, reply.lowered) == (b"\x0b\x02", [(name.lower(), value) for name, value in headers])


def test_without_their_packages_br_and_zstd_close_and_the_log_names_the_package_H1() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PACKAGES], capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.split() == ["502", "502", "200", "gzip,deflate"]
    assert "the package brotli: install the extra `compression` " in done.stderr
    assert "the package zstandard: install the extra `compression` " in done.stderr


WITHOUT_PACKAGES = """
import sys
sys.modules["brotli"] = sys.modules["zstandard"] = None
from consentgate import Gate, Policy
from consentgate.gate import Request

gate = Gate(Policy(), secret_key="a key for the tests")
for coding in ("br", "zstd", "deflate"):
    exchange = gate.exchange(Request("GET", "/", "", {}))
    exchange.start(200, [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", coding)])
    exchange.finish()
    print(exchange.head.status)
asked = gate.exchange(Request("GET", "/", "", {"accept-encoding": ["zstd, gzip, br, deflate"]}))
print(*(value.replace(" ", "") for value in asked.request_changes["accept-encoding"]))
"""


@pytest.mark.parametrize("coding", CODINGS)
def test_a_broken_coding_closes_H1(make_site: MakeSite, coding: str) -> None:
    whole = packed(PAGE, [coding])
    for body in (b"not in that coding at all", whole[:3], b"\x00" * 40, b"\xff" * 40):
        assert is_problem(make_site(Page(body, headers=encoded(coding))).gets())


@pytest.mark.parametrize("coding", CODINGS)
def test_what_is_cut_off_or_goes_on_is_broken_H1(coding: str) -> None:
    whole = packed(PAGE, [coding])
    for body in (whole[:-1], whole + b"junk", whole + b"\x0b"):
        assert gated(coding, pieces(body, 7)) is None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CODINGS), st.data())
def test_a_broken_body_is_gated_as_what_it_decodes_to_or_closes_H1(coding: str, data: st.DataObject) -> None:
    body = bytearray(packed(PAGE, [coding]))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    at = data.draw(st.integers(0, len(body)))
    output = gated(coding, [bytes(body[:at]), bytes(body[at:])])
    if output is None:
        # It may be one that others would still read: to close it is never wrong.
        return
    plain = begin("identity")
    assert unpacked(output, [coding]) == plain.feed(unpacked(bytes(body), [coding])) + plain.finish()


def gated(coding: str, chunks: list[bytes]) -> bytes | None:
    """What leaves of a page that comes so; None where it is closed or broken off."""
    exchange = begin(coding)
    try:
        output = b"".join((*(exchange.feed(chunk) for chunk in chunks), exchange.finish()))
    except GateClosed:
        with pytest.raises(GateClosed):
            exchange.feed(b"")
        return None
    assert exchange.head is not None
    return None if exchange.head.status == 502 else output


BOMB = 32 << 20


@pytest.mark.parametrize("codings", [*([coding] for coding in CODINGS), ["gzip", "br"]])
def test_a_bomb_is_read_in_bounded_pieces_H1(codings: list[str]) -> None:
    bomb = packed(b"<p>" + b"a" * BOMB, codings)
    exchange = begin(", ".join(codings))
    tracemalloc.start()
    try:
        sent = sum(map(len, (exchange.feed(bomb), exchange.finish())))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < BOMB // 4
    assert sent < BOMB // 100


def test_a_bomb_of_no_type_is_looked_into_and_no_further_H1() -> None:
    bomb = gzipped(b"a" * BOMB)
    exchange = GATE.exchange(Request("GET", "/", "", {}))
    exchange.start(200, [("Content-Encoding", "gzip")])
    tracemalloc.start()
    try:
        output = exchange.feed(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert output == bomb
    assert peak < BOMB // 16


def test_many_small_members_are_read_as_well_H1() -> None:
    # What members cost is counted in tests/limits ("gzip in members").
    exchange = begin("gzip")
    body = b"".join(gzipped(b"<p>x</p>") for _ in range(20_000)) + gzipped(b"") * 200_000
    assert unpacked(exchange.feed(body) + exchange.finish(), ["gzip"]) == b"<p>x</p>" * 20_000


def test_a_window_larger_than_browsers_take_closes_H1() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=25, enable_ldm=True)
    noise = random.Random(1).randbytes(1 << 20)
    large = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    exchange = begin("zstd")
    exchange.feed(large.compress(noise) + large.flush())
    assert exchange.head is not None
    assert exchange.head.status == 502


# -- empty, HEAD, 304, no type ---------------------------------------------------------------------------


@pytest.mark.parametrize("coding", [*CODINGS, "gzip, br"])
def test_no_body_at_all_stays_none_H1(make_site: MakeSite, coding: str) -> None:
    assert make_site(Page([b"", b""], headers=encoded(coding))).gets().body == b""


@pytest.mark.parametrize("coding", CODINGS)
def test_an_empty_page_in_a_coding_stays_one_H1(make_site: MakeSite, coding: str) -> None:
    reply = make_site(Page(packed(b"", [coding]), headers=encoded(coding))).gets()
    assert reply.body
    assert unpacked(reply.body, [coding]) == b""


@pytest.mark.parametrize("coding", CODINGS)
def test_head_tells_the_coding_as_get_does_W7_H1(make_site: MakeSite, coding: str) -> None:
    headers = encoded(coding, ("ETag", '"x"'), ("Content-Length", "9"))
    site = make_site(Page(packed(PAGE, [coding]), headers=headers), validated=False)
    head = site.asks("/", "HEAD")
    assert head.body == b""
    assert head.headers == site.gets().headers
    assert head.value("content-encoding") == coding


def test_the_etag_of_a_page_encoded_again_is_weak_H2(make_site: MakeSite) -> None:
    asked: list[str] = []

    def answers(seen: Seen) -> Page:
        values = seen.values("if-none-match")
        asked.extend(values)
        if values:
            return Page(b"", 304, [("ETag", '"v1"')])
        return Page(gzipped(PAGE), headers=encoded("gzip", ("ETag", '"v1"')))

    site = make_site(App(decide=answers))
    etag = site.gets().value("etag")
    assert etag.startswith('W/"v1--closed-')
    again = site.gets("/", If_None_Match=etag)
    assert (again.status, again.value("etag")) == (304, etag)
    assert asked == ['W/"v1"']
    assert site.gets("/", site.chooses("accept"), If_None_Match=etag).status == 200


def test_of_no_type_and_no_page_it_passes_as_it_came_H1_H10(make_site: MakeSite) -> None:
    for coding in CODINGS:
        body = packed(b"plain text", [coding])
        headers = [("Content-Encoding", coding), ("Content-Length", str(len(body))), ("Digest", "x")]
        reply = make_site(Page(pieces(body, 3), headers=headers), validated=False).gets()
        assert reply.body == body
        assert reply.lowered == [
            *((name.lower(), value) for name, value in headers),
            ("x-content-type-options", "nosniff"),
        ]


def test_of_no_type_and_a_page_it_is_read_H1_H10(make_site: MakeSite) -> None:
    for coding in CODINGS:
        body = packed(PAGE, [coding])
        headers = [("Content-Encoding", coding), ("Content-Length", str(len(body)))]
        reply = make_site(Page(pieces(body, 3), headers=headers), validated=False).gets()
        page = unpacked(reply.body, [coding])
        assert b"<p>Text</p>" in page
        assert not any(host in without_links(page) for host in THIRD_PARTIES)
        assert reply.values("content-length") == []
        assert reply.value("content-encoding") == coding


# -- what is asked for -----------------------------------------------------------------------------------


@pytest.mark.parametrize("asks", [{"Accept": "text/html,*/*"}, {"Sec_Fetch_Dest": "iframe", "Accept": "*/*"}])
def test_a_document_is_asked_for_plain_H1(make_site: MakeSite, asks: dict[str, str]) -> None:
    site = make_site()
    site.gets(Accept_Encoding="gzip, deflate, br, zstd", **asks)
    assert site.app.seen[-1].values("accept-encoding") == ["identity"]
    site.gets(**asks)
    assert site.app.seen[-1].values("accept-encoding") == []


@pytest.mark.parametrize(
    ("offered", "seen"),
    [
        ("gzip, deflate, br, zstd, dcz, dcb", "gzip, deflate, br, zstd"),
        ("dcb", "identity"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "br;q=1.0, gzip;q=0.8"),
        ("identity", "identity"),
        ("", "identity"),
    ],
)
def test_what_may_be_a_page_is_asked_for_in_codings_that_the_gate_reads_H1(
    make_site: MakeSite, offered: str, seen: str
) -> None:
    site = make_site()
    for asks in ({}, {"Sec_Fetch_Dest": "empty", "Accept": "*/*"}):
        site.gets(Accept_Encoding=offered, **asks)
        assert site.app.seen[-1].values("accept-encoding") == [seen]


@pytest.mark.parametrize("destination", ["script", "style", "image", "font", "video", "serviceworker"])
def test_parts_of_a_page_are_asked_for_as_the_browser_does_H1(make_site: MakeSite, destination: str) -> None:
    site = make_site()
    site.gets(Accept_Encoding="gzip, br;q=0.5, dcz", Sec_Fetch_Dest=destination, Accept="*/*")
    assert site.app.seen[-1].values("accept-encoding") == ["gzip, br;q=0.5, dcz"]
