"""What a response is, decided from its request, status and headers alone."""

from __future__ import annotations

import pytest

from consentgate.gate import Request
from consentgate.gate.cookies.sent import SentCookies
from consentgate.gate.request.visit import Visit
from consentgate.gate.response.content_type import Kind
from consentgate.gate.response.treatment import Action, Refusal, Treatment, treatment
from gate.conftest import MakeSite
from gate.driver import HTML, JSON, Page, make_gate

Headers = list[tuple[str, str]]

XML = ("Content-Type", "application/xml")
SVG = ("Content-Type", "image/svg+xml")
PLAYLIST = ("Content-Type", "application/vnd.apple.mpegurl")
VIDEO = ("Content-Type", "video/mp4")
PDF = ("Content-Type", "application/pdf")
PARTS = ("Content-Type", "multipart/x-mixed-replace; boundary=x")
TEXT = ("Content-Type", "text/plain")
DOWNLOAD = ("Content-Disposition", "attachment")
AWAY = ("Location", "https://elsewhere.example/")
PAGE = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}
PICTURE = {"sec-fetch-dest": "image", "sec-fetch-mode": "no-cors"}
FETCH = {"sec-fetch-dest": "empty", "sec-fetch-mode": "cors"}
SHEET = {"sec-fetch-dest": "xslt", "sec-fetch-mode": "same-origin"}
WORKER = {"sec-fetch-dest": "worker", "sec-fetch-mode": "same-origin"}


def visit(asked: dict[str, str], method: str = "GET") -> Visit:
    headers = {"host": ["example.org"], **{name: [value] for name, value in asked.items()}}
    enforcement = make_gate().enforcement_for("www.example.org")
    return enforcement.visit(Request(method, "/", "", headers), SentCookies(()))


def treated(status: int, headers: Headers, asked: dict[str, str], method: str = "GET") -> Treatment:
    return treatment(status, headers, visit(asked, method))


@pytest.mark.parametrize(
    ("status", "headers", "asked", "action", "kind"),
    [
        (200, [HTML], PAGE, Action.READ, Kind.HTML),
        (200, [HTML], FETCH, Action.READ, Kind.HTML),
        (500, [HTML], PAGE, Action.READ, Kind.HTML),
        (200, [], PAGE, Action.READ, Kind.UNKNOWN),
        (200, [XML], PAGE, Action.READ, Kind.XML),
        (200, [SVG], PICTURE, Action.FORWARD, Kind.OTHER),
        (200, [SVG, DOWNLOAD], PAGE, Action.FORWARD, Kind.OTHER),
        (200, [PARTS, DOWNLOAD], PAGE, Action.FORWARD, Kind.OTHER),
        (200, [PLAYLIST], PAGE, Action.FORWARD, Kind.PLAYLIST),
        (200, [VIDEO], PAGE, Action.FORWARD, Kind.MEDIA),
        (200, [VIDEO], FETCH, Action.FORWARD, Kind.OTHER),
        (200, [JSON], PAGE, Action.FORWARD, Kind.OTHER),
        (200, [JSON], WORKER, Action.FORWARD, Kind.DOCUMENT),
        (200, [PDF], PAGE, Action.FORWARD, Kind.OTHER),
        (206, [PDF], PAGE, Action.FORWARD, Kind.OTHER),
        (206, [], PAGE, Action.FORWARD, Kind.UNKNOWN),
        (101, [HTML], PAGE, Action.NO_BODY, Kind.HTML),
        (204, [HTML], PAGE, Action.NO_BODY, Kind.HTML),
        (205, [], PAGE, Action.NO_BODY, Kind.OTHER),
        (304, [HTML], PAGE, Action.NOT_MODIFIED, Kind.HTML),
        (304, [], PAGE, Action.NOT_MODIFIED, Kind.OTHER),
        (302, [TEXT, AWAY], PAGE, Action.FORWARD, Kind.OTHER),
        (200, [("X-Sendfile", "/x.pdf"), PDF], PAGE, Action.FORWARD, Kind.OTHER),
        (200, [("X-Sendfile", "/x")], PAGE, Action.FORWARD, Kind.UNKNOWN),
    ],
)
def test_a_response_that_is_not_refused(
    status: int, headers: Headers, asked: dict[str, str], action: Action, kind: Kind
) -> None:
    found = treated(status, headers, asked)
    assert (found.action, found.kind) == (action, kind)


REFUSED = [
    (302, [AWAY], FETCH, 403, "redirect"),
    (200, [("X-Sendfile", "/x.html")], PAGE, 502, "X-Sendfile"),
    (200, [("X-Accel-Redirect", "/x"), XML], PAGE, 502, "X-Accel-Redirect"),
    (200, [TEXT], SHEET, 502, "XSLT"),
    (200, [PARTS], PAGE, 502, "multipart"),
    (206, [HTML], PAGE, 502, "206"),
    (206, [SVG], PAGE, 502, "206"),
    (200, [HTML, ("Content-Encoding", "unheard-of")], PAGE, 502, "unheard-of"),
    (200, [XML, ("Content-Encoding", "gzip, gzip, gzip, gzip, gzip")], PAGE, 502, "5 content codings"),
]


@pytest.mark.parametrize(("status", "headers", "asked", "answer", "reason"), REFUSED)
def test_a_response_that_is_refused(
    status: int, headers: Headers, asked: dict[str, str], answer: int, reason: str
) -> None:
    refusal = treated(status, headers, asked).action
    assert isinstance(refusal, Refusal)
    assert refusal.status == answer
    assert reason in refusal.reason


def test_head_is_answered_with_the_head_of_what_would_be_read() -> None:
    for headers, kind in (([HTML], Kind.HTML), ([XML], Kind.XML), ([], Kind.UNKNOWN)):
        found = treated(200, headers, PAGE, "HEAD")
        assert (found.action, found.kind) == (Action.HEAD, kind)
    assert treated(200, [JSON], PAGE, "HEAD").action is Action.FORWARD


def test_a_charset_counts_only_where_the_browser_is_told_it() -> None:
    for header, plain, label in (
        ("text/html; charset=koi8-r", None, "koi8-r"),
        (f"text/html; charset=koi8-r{' ' * 2000}", "text/html", None),
        (f"text/html; charset=koi8-r; x={'a' * 2000}", "text/html", None),
        (f"text/html; charset=koi8-r, x={'a' * 2000}", "text/html; charset=koi8-r", "koi8-r"),
        (f"text/html; x={'a' * 2000}; charset=koi8-r", "text/html", None),
        ("text/html; charset=koi8-r, text/plain", "text/html; charset=koi8-r", "koi8-r"),
        ('text/html; charset="koi 8", text/plain', "text/html", None),
    ):
        found = treated(200, [("Content-Type", header)], PAGE)
        assert (found.kind, found.plain_type, found.label) == (Kind.HTML, plain, label)


def test_caches_are_told_what_a_treatment_depends_on() -> None:
    assert treated(200, [HTML], PAGE).varies == ()
    assert treated(200, [SVG], PICTURE).varies == ("Sec-Fetch-Dest", "Sec-Fetch-Mode")
    redirect = treated(302, [AWAY], PAGE)
    assert redirect.is_personal
    assert redirect.varies == ("Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Purpose")


@pytest.mark.parametrize(("status", "headers", "asked", "answer", "reason"), REFUSED[1:])
def test_report_only_says_what_would_be_refused(
    make_site: MakeSite,
    caplog: pytest.LogCaptureFixture,
    status: int,
    headers: Headers,
    asked: dict[str, str],
    answer: int,
    reason: str,
) -> None:
    policy = '[site]\nname = "A"\ncontroller = "B"\ncontact = "c@example.org"\nreport_only = true\n'
    typed = any(name == "Content-Type" for name, _ in headers)
    site = make_site(Page(b"<p>x", status, headers), policy=policy, validated=typed)
    reply = site.asks(headers=[*asked.items()])
    assert (reply.status, reply.body) == (status, b"<p>x")
    [line] = [r.getMessage() for r in caplog.records if "would be refused" in r.getMessage()]
    assert reason in line
