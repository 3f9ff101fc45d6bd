"""Which bodies are read, in which charset and coding, and that what cannot be read closes."""

from __future__ import annotations

import logging

import pytest

from consentgate.gate import GateClosed
from consentgate.html import Rewriter
from gate.conftest import MakeSite
from gate.driver import HTML, JSON, PAGE, POLICY, THIRD_PARTIES, App, Page, Reply, Site

HTML_PLAIN = ("Content-Type", "text/html")


def is_gated(reply: Reply) -> bool:
    return (
        not any(host in reply.loading for host in THIRD_PARTIES)
        and b"consentgate-banner" in reply.body
        and b"<p>Text</p>" in reply.body
    )


def is_problem(reply: Reply, status: int = 502) -> bool:
    return (
        reply.status == status
        and not any(host in reply.loading for host in THIRD_PARTIES)
        and b"consentgate-page" in reply.body
        and "default-src 'none'" in reply.value("content-security-policy")
        and reply.value("cache-control") == "no-store"
    )


@pytest.mark.parametrize(
    "types",
    [
        *(["text/html"], ["TEXT/HTML; Charset=UTF-8"], ["text/html;charset=utf-8"], [" text/html ; x=y"]),
        # Several types, and what only some browsers take for HTML: doubt closes.
        *(["text/plain", "text/html"], ["text/html", "text/plain"], ["text/html, text/plain"]),
        *(
            ["text/plain, text/html; charset=utf-8"],
            ["text/html foo"],
            ["text/html(comment)"],
            ["text/html,"],
        ),
        *(['text/plain; x=",", text/html'],),
        # Nothing said, or nothing that is a type: browsers sniff.
        *([], [""], ["html"], ["*/*"], ["unknown/unknown"], ["application/unknown"], ["text"], ["/"]),
        *(["application/x-unknown-content-type"], ["*"], ["text /html"], ["; charset=utf-8"], ["x"]),
    ],
)
def test_whatever_browsers_may_take_for_html_is_gated_H10(make_site: MakeSite, types: list[str]) -> None:
    headers = [("Content-Type", value) for value in types]
    site = make_site(Page(headers=headers), validated=False)
    assert is_gated(site.gets())


@pytest.mark.parametrize(
    "kind",
    [
        *("application/json", "Application/JSON; charset=utf-8", "application/problem+json", "text/css"),
        *("application/octet-stream", "image/png", "application/pdf", "text/event-stream", "font/woff2"),
        *("multipart/byteranges; boundary=x", "application/javascript", "text/javascript", "text/csv"),
        *("application/vnd.ms-excel", "application/zip", "video/mp4", "audio/mpeg"),
        *("text/plain", "text/plain; charset=utf-8", 'text/plain; x="text/html"'),
    ],
)
def test_everything_else_passes_untouched_H10(make_site: MakeSite, kind: str) -> None:
    site = make_site(Page(headers=[("Content-Type", kind), ("Content-Length", str(len(PAGE)))]))
    reply = site.gets()
    assert reply.body == PAGE
    assert reply.lowered == [(name.lower(), value) for name, value in site.app.page.headers]


@pytest.mark.parametrize(
    "kind",
    [
        *("text/htmlx", "x/html", "text/x-html", "image/svg"),
        *("text/markdown", "application/x-new", "application/vnd.apple.mpegurl", "audio/x-mpegurl; x=y"),
    ],
)
def test_what_a_browser_may_show_bears_the_net_and_keeps_its_bytes(make_site: MakeSite, kind: str) -> None:
    site = make_site(Page(headers=[("Content-Type", kind), ("Last-Modified", "x"), ("ETag", '"a"')]))
    reply = site.gets()
    assert (reply.body, reply.value("content-type")) == (PAGE, kind)
    assert "default-src 'self'" in reply.value("content-security-policy")
    assert "Cookie" in reply.value("vary")
    # A copy of the open variant, with its own policy, must not be revived after a withdrawal.
    assert reply.values("last-modified") == []
    assert reply.value("etag") != '"a"'
    assert "private" in site.gets("/", site.chooses("accept")).value("cache-control")


def test_sound_and_film_bear_the_net_only_where_they_are_shown_and_keep_their_validators(
    make_site: MakeSite,
) -> None:
    # Chromium takes a playlist for one whatever sound or film it calls itself.
    kind, validators = ("Content-Type", "video/mp4"), [("Last-Modified", "x"), ("ETag", '"a"')]
    site = make_site(Page(b"#EXTM3U", headers=[kind, *validators]))
    for asked in ({"Sec_Fetch_Dest": "document"}, {"Sec_Fetch_Dest": "iframe"}, {"Accept": "text/html,*/*"}):
        shown = site.gets(**asked)
        assert "default-src 'self'" in shown.value("content-security-policy")
        assert [(name, shown.value(name)) for name in ("last-modified", "etag")] == [
            (name.lower(), value) for name, value in validators
        ]
        assert "Sec-Fetch-Dest" in ", ".join(shown.values("vary"))
    part = site.gets(Sec_Fetch_Dest="video", Accept="*/*")
    assert {name for name, _ in part.lowered} == {"content-type", "last-modified", "etag"}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        *(
            ((kind,), "image/svg+xml")
            for kind in ("image/svg+xml foo", "image/svg+xml(x)", "image/svg+xml, x")
        ),
        (("application/xhtml+xml (x); charset=utf-8",), "application/xhtml+xml; charset=utf-8"),
        (("image/png", "image/svg+xml"), "image/svg+xml"),
        (("text/plain, application/rss+xml",), "application/rss+xml"),
        (("\x0btext/xsl x",), "text/xsl"),
        (("image/png foo",), "image/png"),
    ],
)
def test_a_type_that_browsers_read_differently_leaves_in_one_form(
    make_site: MakeSite, given: tuple[str, ...], sent: str
) -> None:
    site = make_site(Page(b"<a/>", headers=[("Content-Type", kind) for kind in given]), validated=False)
    reply = site.gets()
    assert (reply.status, reply.body, reply.value("content-type")) == (200, b"<a/>", sent)
    assert bool(reply.values("content-security-policy")) == (sent != "image/png")


@pytest.mark.parametrize(
    "kind", ["multipart/x-mixed-replace; boundary=x", "application/signed-exchange;v=b3"]
)
def test_a_document_that_cannot_be_read_closes_unless_a_page_holds_it(
    make_site: MakeSite, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(headers=[("Content-Type", kind)]))
    assert is_problem(site.gets())
    assert is_problem(site.gets(Sec_Fetch_Dest="iframe"))
    assert "send it as a download (Content-Disposition: attachment)" in caplog.text
    picture = site.gets(Sec_Fetch_Dest="image")
    assert (picture.status, picture.body, picture.value("vary")) == (
        200,
        PAGE,
        "Sec-Fetch-Dest, Sec-Fetch-Mode",
    )
    download = Page(headers=[("Content-Type", kind), ("Content-Disposition", "attachment; filename=x")])
    assert make_site(download).gets().body == PAGE


def test_of_unknown_type_and_no_html_is_kept_from_sniffing(make_site: MakeSite) -> None:
    body = b"GIF89a<script src=//stats.vendor.example>"
    site = make_site(
        Page(body, headers=[("X-Content-Type-Options", "x"), ("Content-Length", "41")]), validated=False
    )
    reply = site.gets()
    assert reply.body == body
    assert reply.values("x-content-type-options") == ["nosniff"]
    assert reply.values("content-security-policy") == []


@pytest.mark.parametrize("option", ["nosniff", " NoSniff "])
def test_of_unknown_type_and_not_to_be_sniffed_is_no_html(make_site: MakeSite, option: str) -> None:
    site = make_site(Page(headers=[("X-Content-Type-Options", option)]), validated=False)
    assert site.gets().body == PAGE
    assert site.gets().values("content-type") == []


@pytest.mark.parametrize(
    "options",
    [
        ['"nosniff"'],
        ["nosniff x"],
        ["nosniff;"],
        ["x,nosniff"],
        [",nosniff"],
        ["x", "nosniff"],
        ["nosniff, x"],
    ],
)
def test_what_only_some_browsers_do_not_sniff_is_gated(make_site: MakeSite, options: list[str]) -> None:
    headers = [("X-Content-Type-Options", option) for option in options]
    assert is_gated(make_site(Page(headers=headers), validated=False).gets())


@pytest.mark.parametrize("disposition", ["attachment", 'Attachment; filename="a.html"'])
def test_a_page_that_is_saved_is_gated_and_gets_nothing(make_site: MakeSite, disposition: str) -> None:
    reply = make_site(Page(headers=[HTML, ("Content-Disposition", disposition)])).gets()
    assert not any(host in reply.loading for host in THIRD_PARTIES)
    assert b"_privacy/" not in reply.body.replace(b"/_privacy/choices", b"")
    assert b"consentgate-banner" not in reply.body


@pytest.mark.parametrize(
    "disposition", ["inline", "filename=a.html", "attachment x", '"attachment"', ";attachment"]
)
def test_a_page_that_some_browser_shows_is_gated_in_full(make_site: MakeSite, disposition: str) -> None:
    assert is_gated(make_site(Page(headers=[HTML, ("Content-Disposition", disposition)])).gets())


@pytest.mark.parametrize("body", [b"", [], [b""], [b"", b""]])
@pytest.mark.parametrize("headers", [[HTML], [HTML_PLAIN], []])
def test_an_empty_body_stays_empty(
    make_site: MakeSite, body: bytes | list[bytes], headers: list[tuple[str, str]]
) -> None:
    reply = make_site(Page(body, headers=headers), validated=False).gets()
    assert (reply.status, reply.body) == (200, b"")


# -- charsets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "body", "sent"),
    [
        ("text/html", PAGE, "text/html; charset=windows-1252"),
        ("text/html; charset=no-such", PAGE, "text/html; charset=windows-1252"),
        ("text/html; charset=", PAGE, "text/html; charset=windows-1252"),
        ("text/html; charset=utf-7", PAGE, "text/html; charset=windows-1252"),
        ("text/html", PAGE.replace(b"<title>", b"<meta charset=utf-8><title>"), "text/html; charset=utf-8"),
        ("text/html", b"\xef\xbb\xbf" + PAGE, "text/html"),
        ("text/html; charset=utf-16", b"\xef\xbb\xbf" + PAGE, "text/html; charset=utf-16"),
        ("text/html; charset=Latin1", PAGE, "text/html; charset=Latin1"),
        ('text/html; charset="utf-8"', PAGE, 'text/html; charset="utf-8"'),
        ("text/html;charset=shift_jis", PAGE, "text/html;charset=shift_jis"),
        (
            'text/html; x="; charset=utf-16"; charset=utf-8',
            PAGE,
            'text/html; x="; charset=utf-16"; charset=utf-8',
        ),
        ("text/html; charset=utf-8; charset=utf-16le", PAGE, "text/html; charset=utf-8; charset=utf-16le"),
    ],
)
def test_browser_and_gate_agree_on_the_charset_H11(
    make_site: MakeSite, header: str, body: bytes, sent: str
) -> None:
    reply = make_site(Page(body, headers=[("Content-Type", header)])).gets()
    assert is_gated(reply)
    assert reply.value("content-type") == sent


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "iso-2022-jp"])
def test_pages_that_are_not_ascii_are_read_and_written_in_their_own_encoding_H11(
    make_site: MakeSite, codec: str
) -> None:
    text = PAGE.decode().replace("Text", "Text\N{HIRAGANA LETTER A}")
    label = "utf-16le" if codec == "utf-16" else codec.replace("16-", "16")
    body = text.encode(codec)
    chunks = [body[at : at + 7] for at in range(0, len(body), 7)]
    reply = make_site(Page(chunks, headers=[("Content-Type", f"text/html; charset={label}")])).gets()
    sent = reply.body.decode(codec)
    assert "consentgate-banner" in sent
    assert "Text\N{HIRAGANA LETTER A}" in sent
    assert not any(host in Reply(200, [], sent.encode()).loading for host in THIRD_PARTIES)


def test_a_backslash_that_is_half_a_character_escapes_nothing_H11(make_site: MakeSite) -> None:
    half = "\N{CJK UNIFIED IDEOGRAPH-8868}"
    text = f'<p title="{half}">{half}<img src="https://films.example/{half}">'
    site = make_site(
        Page(text.encode("shift_jis"), headers=[("Content-Type", "text/html; charset=shift_jis")])
    )
    assert b"\x5c" in text.encode("shift_jis")
    assert site.gets().body == (text.partition(" src")[0] + " >").encode("shift_jis")


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (b"<\x00p\x00>\x00\x00\xd8<\x00", "utf-16le"),
        (b"<p>\x1b$B\xff\xff\x1b(B", "iso-2022-jp"),
    ],
)
def test_what_does_not_say_what_it_is_closes_H11(
    make_site: MakeSite, body: bytes, label: str, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(body, headers=[("Content-Type", f"text/html; charset={label}")]))
    assert is_problem(site.gets("/x"))
    assert "closed the page '/x'" in caplog.text


def test_what_turns_out_to_be_broken_after_the_head_was_sent_breaks_off(make_site: MakeSite) -> None:
    body = b"<\x00p\x00>"
    chunks = [body[:-4], body[-4:]]
    site = make_site(Page(chunks, headers=[("Content-Type", "text/html; charset=utf-16le")]), validated=False)
    with pytest.raises(GateClosed):
        site.gets()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64])
def test_a_page_in_pieces_is_the_same_page(make_site: MakeSite, size: int) -> None:
    whole = make_site(Page(headers=[HTML_PLAIN])).gets()
    chunks = [PAGE[at : at + size] for at in range(0, len(PAGE), size)]
    assert make_site(Page(chunks, headers=[HTML_PLAIN])).gets().but_for_expiries == whole.but_for_expiries


# -- parts, and faults -----------------------------------------------------------------------------------


DECOYS = (
    b"<!-- <body> --><html><head><script>'<body></body>'</script><template><body></template>"
    b"<noscript></noscript><title></body></title></head><body class=x><p>Text</p>"
    b'<textarea></body></textarea><script>"</body>"</script><img src=//films.example/x></body></html>'
)


def test_the_banner_stands_where_the_body_begins_wherever_the_chunks_end_H12(make_site: MakeSite) -> None:
    whole = make_site(Page(DECOYS)).gets().body
    before, after = whole.split(b"<body class=x>")
    banner, rest = after.split(b"<p>Text</p>")
    assert b"consentgate-banner" in banner
    assert b"consentgate-banner" not in before + rest
    assert b"films.example" not in whole
    for at in range(len(DECOYS)):
        chunks = [DECOYS[:at], DECOYS[at:]]
        assert make_site(Page(chunks), validated=False).gets().body == whole


@pytest.mark.parametrize("body", [b"<p>one</p>", b"", b"text", b"<li>one</li><li>two</li>"])
def test_a_fragment_is_gated_and_gets_nothing_H10_H12(make_site: MakeSite, body: bytes) -> None:
    reply = make_site(Page(body + b"<img src=//films.example/x>")).gets()
    assert reply.body == body + b"<img >"


def test_a_part_of_a_page_closes_H4(make_site: MakeSite) -> None:
    page = Page(status=206, headers=[HTML, ("Content-Range", "bytes 0-99/200")])
    assert is_problem(make_site(page).gets())
    untyped = Page(status=206, headers=[("Content-Range", "bytes 0-99/200")])
    reply = make_site(untyped, validated=False).gets()
    assert (reply.body, reply.value("x-content-type-options")) == (PAGE, "nosniff")


def test_no_part_of_a_page_is_offered_H4(make_site: MakeSite) -> None:
    ranges = ("Accept-Ranges", "bytes")
    assert make_site(Page(headers=[HTML, ranges])).gets().values("accept-ranges") == []
    assert make_site(Page(headers=[JSON, ranges])).gets().values("accept-ranges") == ["bytes"]


def test_a_part_of_anything_else_passes_H4(make_site: MakeSite) -> None:
    page = Page(b"abc", 206, [("Content-Type", "video/mp4"), ("Content-Range", "bytes 0-2/9")])
    reply = make_site(page).gets("/", Range="bytes=0-2", Accept="*/*")
    assert (reply.status, reply.body) == (206, b"abc")
    assert reply.lowered == [(name.lower(), value) for name, value in page.headers]


def test_a_fault_in_the_gate_closes_and_is_logged(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Rewriter, data: bytes) -> bytes:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Rewriter, "feed", broken)
    site = make_site(Page([PAGE, b"more"], headers=[HTML, ("Set-Cookie", "_ab=1"), ("Content-Length", "9")]))
    reply = site.gets()
    assert is_problem(reply)
    assert reply.values("set-cookie") == reply.values("content-length") == []
    assert "a fault of ours" in caplog.text
    assert any(record.exc_info for record in caplog.records if record.levelno == logging.ERROR)


# -- lengths, HEAD and answers without a body ------------------------------------------------------------


def test_the_length_of_a_page_is_right_or_absent_W9(make_site: MakeSite) -> None:
    headers = [HTML, ("Content-Length", str(len(PAGE))), ("content-length", "7")]
    assert make_site(Page(headers=headers), validated=False).gets().values("content-length") == []


@pytest.mark.parametrize("body", [PAGE, [PAGE[:99], PAGE[99:]]])
def test_no_length_is_added_where_there_was_none_W9(make_site: MakeSite, body: bytes | list[bytes]) -> None:
    for headers in ([HTML], [HTML_PLAIN], [], [("Content-Type", "text/plain")]):
        assert make_site(Page(body, headers=headers), validated=False).gets().values("content-length") == []


@pytest.mark.parametrize("kind", [HTML, ("Content-Type", "image/png")])
def test_framing_is_the_servers_and_stays_as_it_is_W10(make_site: MakeSite, kind: tuple[str, str]) -> None:
    site = make_site(Page(headers=[kind]), validated=False)
    assert not {"transfer-encoding", "connection", "te", "trailer"} & {
        name for name, _ in site.gets().lowered
    }
    assert not site.gets().body.endswith(b"0\r\n\r\n")
    given = [("transfer-encoding", "chunked"), ("connection", "close")]
    site.app.page = Page(headers=[kind, *given])
    assert [header for header in site.gets().lowered if header in given] == given


@pytest.mark.parametrize("headers", [[HTML], [HTML_PLAIN], [("Content-Type", "image/svg+xml")], []])
def test_head_has_the_headers_of_get_W7(make_site: MakeSite, headers: list[tuple[str, str]]) -> None:
    extra = [("Content-Length", "28"), ("ETag", '"x"'), ("Last-Modified", "x"), ("Set-Cookie", "_ab=1")]
    body = b"<svg/>" if ("Content-Type", "image/svg+xml") in headers else PAGE
    site = make_site(Page(body, headers=[*headers, *extra]), validated=False)
    page, head = site.gets(), site.asks("/", "HEAD")
    assert head.body == b""
    # What only the body tells may be missing (RFC 9110, section 9.3.2).
    told = ("content-type", "x-content-type-options")
    if headers:
        assert [h for h in head.headers if h[0].lower() not in told] == [
            h for h in page.headers if h[0].lower() not in told
        ]
    else:
        assert head.values("content-length") == []


@pytest.mark.parametrize("status", [204, 205, 304])
def test_an_answer_without_a_body_gets_none_W8(make_site: MakeSite, status: int) -> None:
    # A body is the application's mistake, which some servers would put on the wire.
    for headers in ([], [HTML]):
        reply = make_site(Page(b"surplus", status, headers), validated=False).gets()
        assert (reply.status, reply.body) == (status, b"")
        assert reply.values("content-length") == []
    assert make_site(Page(b"", status, []), validated=False).gets().values("content-type") == []


@pytest.mark.parametrize("status", [102, 103])
def test_what_comes_before_the_answer_is_filtered_and_gets_no_body_W8(
    make_site: MakeSite, status: int
) -> None:
    headers = [("Set-Cookie", "_ab=1"), ("Link", "<https://films.example/x>; rel=preload"), ("X-Own", "1")]
    reply = make_site(Page(b"surplus", status, headers), validated=False).gets()
    assert (reply.status, reply.body) == (status, b"")
    assert {name for name, _ in reply.lowered} == {"x-own", "vary", "cache-control"}


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404, 410, 422, 429, 500, 503])
def test_pages_of_every_status_are_gated_A5(make_site: MakeSite, status: int) -> None:
    reply = make_site(Page(status=status)).gets()
    assert reply.status == status
    assert is_gated(reply)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_pages_in_answer_to_every_method_are_gated(make_site: MakeSite, method: str) -> None:
    assert is_gated(make_site().asks("/", method))


# -- redirects -------------------------------------------------------------------------------------------


def redirect(target: str, status: int = 302) -> Page:
    return Page(b"", status, [HTML, ("Location", target), ("Set-Cookie", "sid=1"), ("Set-Cookie", "_ab=1")])


@pytest.mark.parametrize(
    "target", ["https://nobody.example/", "//films.example/x", "/here", "https://example.org/"]
)
def test_a_redirect_is_the_sites_own_act_and_passes(make_site: MakeSite, target: str) -> None:
    reply = make_site(redirect(target)).gets()
    assert (reply.status, reply.value("location"), reply.set_names) == (302, target, {"sid"})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_where_the_site_says_so_redirects_are_gated(make_site: MakeSite, status: int) -> None:
    policy = POLICY.replace("[site]", "[site]\ngate_redirects = true")
    pages = {
        f"/{number}": redirect(target, status)
        for number, target in enumerate(
            ["/here", "https://shop.example.org/", "https://films.example/x", "https://nobody.example/"]
        )
    }
    site: Site = make_site(App(pages=pages), policy=policy)
    accepted = site.chooses("accept")
    assert [site.gets(path).status for path in pages] == [status, status, 403, 403]
    assert [site.gets(path, accepted).status for path in pages] == [status, status, status, 403]
    closed = site.gets("/2")
    assert is_problem(closed, 403)
    assert b"This link leads to another site" in closed.body
    assert closed.values("location") == closed.values("set-cookie") == []


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ('text/html;charset="' + "\\" * 5000, "text/html"),
        ("application/json; a=" + "b" * 5000 + ", text/html", "application/json"),
        ("x" * 5000 + ", text/html", "text/plain"),
        ("text/html, " * 500, "text/html"),
    ],
)
def test_a_content_type_longer_than_any_real_one_leaves_in_a_plain_form(
    make_site: MakeSite, field: str, sent: str
) -> None:
    reply = make_site(Page(b"x", headers=[("Content-Type", field)])).gets()
    [left] = reply.values("content-type")
    assert left.partition(";")[0] == sent
    assert len(left) < 100
