"""The gate's own pages and files."""

from __future__ import annotations

import asyncio
import io
import json
import re
from pathlib import Path

import pytest
from documentation.pages import ROOT

from consentgate import Policy, asgi, wsgi
from consentgate.pages.assets import SNIPPET, StaticFile, stylesheets
from consentgate.policy import Theme
from gate.conftest import MakeSite
from gate.driver import POLICY, App, Page, Site, call_asgi, call_wsgi, environ_of, make_gate, scope_of

CHOICES = "/_privacy/choices"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
SAME = ("Sec-Fetch-Site", "same-origin")
PLAIN = stylesheets(Theme())


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site()


def test_the_choices_page_is_shown_and_the_application_not_asked(site: Site) -> None:
    reply = site.gets(CHOICES)
    assert reply.status == 200
    assert b"Example Ltd" in reply.body
    assert int(reply.value("content-length")) == len(reply.body)
    assert site.app.seen == []


def test_every_own_answer_carries_strict_headers(site: Site) -> None:
    snippet = SNIPPET.name
    replies = [
        *(
            site.gets(path)
            for path in (
                CHOICES,
                "/_privacy/visitor.css",
                "/_privacy/state",
                f"/_privacy/{snippet}",
                "/_privacy/no",
            )
        ),
        *(site.gets("/.well-known/gpc.json"), site.decides("accept"), site.asks(CHOICES, "DELETE")),
        *(site.decides("junk"), site.decides("accept", headers=[])),
    ]
    for reply in replies:
        assert "default-src 'none'" in reply.value("content-security-policy")
        assert reply.value("x-content-type-options") == "nosniff"
    # Our script shows the choices in a dialog.
    choices, *others = replies
    assert choices.value("x-frame-options") == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in choices.value("content-security-policy")
    assert {reply.value("x-frame-options") for reply in others} == {"DENY"}
    assert all("frame-ancestors 'none'" in reply.value("content-security-policy") for reply in others)


def test_the_own_pages_styles_may_be_kept_for_good(site: Site) -> None:
    (href,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', site.gets(CHOICES).body.decode())
    reply = site.gets(href)
    assert reply.status == 200
    assert reply.value("content-type") == "text/css; charset=utf-8"
    assert reply.value("cache-control") == "public, max-age=31536000, immutable"
    assert site.gets("/_privacy/page-0000000000.css").status == 404


@pytest.mark.parametrize(
    "path", [CHOICES, "/_privacy/visitor.css", "/_privacy/nothing", "/.well-known/gpc.json"]
)
def test_head_has_the_headers_of_get_and_no_body_W7(site: Site, path: str) -> None:
    page, head = site.gets(path), site.asks(path, "HEAD")
    assert (head.status, head.body) == (page.status, b"")
    assert head.headers == page.headers


def test_the_endpoints_that_the_documentation_lists_are_there(site: Site) -> None:
    text = (ROOT / "docs/http.md").read_text("utf-8")
    rows = re.findall(r"^\| `GET /_privacy/.*?\|", text, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(?:GET /_privacy/)?([a-z.]+)`", row)]
    pages = ["choices", "record", "declaration", "declaration.md", "declaration.json"]
    assert names == [*pages, "visitor.css", "state", "refused"]
    assert {site.gets(f"/_privacy/{name}").status for name in names} == {200}


@pytest.mark.parametrize(
    "path", ["/_privacy/", "/_privacy/nothing", "/_privacy/choices/", "/_privacy/snippet-0000000000.js"]
)
def test_unknown_names_are_404(site: Site, path: str) -> None:
    assert site.gets(path).status == 404
    assert site.app.seen == []


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/_privacy/../_privacy/choices",
            "/%5Fprivacy/choices",
            "/_privacy/./choices",
            "/x/../_privacy/choices",
        ),
        *("/_privacy/x/../choices", "/%5fprivac%79/choices", "/_privacy/%63hoices", "/_privacy/%2e/choices"),
    ],
)
def test_the_spelling_of_a_path_makes_no_difference(site: Site, path: str) -> None:
    assert b"Example Ltd" in site.gets(path).body
    assert site.app.seen == []


@pytest.mark.parametrize(
    "path", ["/_privacy", "/_privacychoices", "/x/_privacy/choices", "/_Privacy/choices"]
)
def test_other_paths_are_the_applications(site: Site, path: str) -> None:
    site.gets(path)
    assert [seen.path for seen in site.app.seen] == [path]


def test_the_prefix_can_be_another(make_site: MakeSite) -> None:
    site = make_site(policy=POLICY.replace("[site]", '[site]\nprefix = "/p/q/"'))
    assert b"Example Ltd" in site.gets("/p/q/choices").body
    assert b'action="/p/q/choices"' in site.gets("/").body
    site.gets(CHOICES)
    assert [seen.path for seen in site.app.seen] == ["/", CHOICES]


def test_under_a_mount_point_everything_is_below_it(make_site: MakeSite) -> None:
    site = make_site(root="/app")
    page = site.gets("/news")
    assert b'action="/app/_privacy/choices"' in page.body
    assert b'href="/app/_privacy/style-' in page.body
    assert b'value="/app/news"' in page.body
    assert site.gets(CHOICES).status == 200
    assert site.decides("accept", next="/app/news").value("location") == "/app/news#consentgate-saved"
    assert site.gets("/app/_privacy/choices").status == 200
    assert site.app.seen[-1].path == "/app/_privacy/choices"


@pytest.mark.parametrize(
    ("next", "location"),
    [
        ("/news?a=b&c=d", "/news?a=b&c=d"),
        ("/caf%C3%A9", "/caf%C3%A9"),
        *(
            (evil, "/")
            for evil in ("//evil.example/", "/\\evil.example", "\\\\evil.example", "https://evil.example")
        ),
        *(
            (evil, "/")
            for evil in ("javascript:alert(1)", "evil.example", "/\t/evil.example", "/\n/evil.example")
        ),
        *(
            (evil, "/")
            for evil in ("\t//evil.example", " //evil.example", "", "///evil.example", "data:text/html,x")
        ),
        *((evil, "/") for evil in ("/\r\nSet-Cookie: a=b", "/\x00", "?x", "#x")),
    ],
)
def test_a_decision_leads_back_to_the_site_itself_only(site: Site, next: str, location: str) -> None:
    assert site.decides("refuse", next=next).value("location") == f"{location}#consentgate-saved"


def test_a_decision_without_next_leads_home(site: Site) -> None:
    assert site.decides("refuse").value("location") == "/#consentgate-saved"
    assert site.decides("refuse", next=["/a", "/b"]).value("location") == "/a#consentgate-saved"


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"junk", b"decision", b"decision=", b"decision=yes", b"decision=Accept", b"=accept"),
        *(b"decision=accept&decision=refuse", b"decision=accept&decision=accept", b"&&&", b"\xff\xfe"),
        *(b'{"decision": "accept"}', b"decision=accept\xff", b"x=1&" * 1200 + b"decision=accept"),
    ],
)
def test_junk_is_400(site: Site, body: bytes) -> None:
    reply = site.asks(CHOICES, "POST", [SAME, FORM], body)
    assert reply.status == 400
    assert reply.values("set-cookie") == []


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
def test_another_kind_of_form_is_400(site: Site, kind: str) -> None:
    reply = site.asks(CHOICES, "POST", [SAME, ("Content-Type", kind)], b"decision=accept")
    assert reply.status == 400


def test_a_charset_does_not_make_it_another_kind(site: Site) -> None:
    kind = ("Content-Type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8")
    assert site.asks(CHOICES, "POST", [SAME, kind], b"decision=accept").status == 303


def test_a_form_of_16_kib_is_read_and_a_longer_one_is_413(site: Site) -> None:
    body = b"decision=accept&next=/"
    full = body + b"x" * (16384 - len(body))
    assert site.asks(CHOICES, "POST", [SAME, FORM], full).status == 303
    reply = site.asks(CHOICES, "POST", [SAME, FORM], full + b"x")
    assert reply.status == 413
    assert reply.values("set-cookie") == []


class Endless(io.RawIOBase):
    """A body that never ends, and counts what was read of it."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0
        self.taken += min(size, 1000)
        return b"x" * min(size, 1000)


@pytest.mark.parametrize(
    "length", ["16385", "999999999999", "9" * 5000, "-1", "junk", "", "\N{SUPERSCRIPT TWO}", "1e9"]
)
def test_no_more_of_a_body_is_read_than_counts_whatever_length_it_claims(length: str) -> None:
    site = Site("wsgi", App(), make_gate())
    environ = environ_of(site, "POST", CHOICES, [("Host", site.host), SAME, FORM], b"")
    stream = Endless()
    environ |= {"wsgi.input": stream, "CONTENT_LENGTH": length}
    reply = call_wsgi(wsgi.ConsentMiddleware(site.app.wsgi, site.gate), environ)
    assert reply.status in (400, 413)
    assert stream.taken <= 16385


@pytest.mark.parametrize(("size", "status"), [(16384, 303), (16385, 413), (10**6, 413)])
def test_a_chunked_form_counts_just_the_same(size: int, status: int) -> None:
    body = b"decision=accept&next=/"
    body += b"x" * (size - len(body))
    site = Site("wsgi", App(), make_gate())
    environ = environ_of(site, "POST", CHOICES, [("Host", site.host), SAME, FORM], b"")
    environ |= {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    assert call_wsgi(wsgi.ConsentMiddleware(site.app.wsgi, site.gate), environ).status == status
    application = asgi.ConsentMiddleware(site.app.asgi, site.gate)
    scope = scope_of(site, "POST", CHOICES, [("Host", site.host), SAME, FORM])
    parts = [body[at : at + 1000] for at in range(0, size, 1000)]
    assert asyncio.run(call_asgi(application, scope, parts)).status == status


def test_a_visitor_who_leaves_while_sending_decides_nothing() -> None:
    site = Site("asgi", App(), make_gate())
    scope = scope_of(site, "POST", CHOICES, [("Host", site.host), SAME, FORM])
    messages = [
        {"type": "http.request", "body": b"decision=accept", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent = []

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(asgi.ConsentMiddleware(site.app.asgi, site.gate)(scope, receive, send))
    assert sent == []


def test_gpc_json_says_that_the_signal_is_honoured_S3(site: Site) -> None:
    reply = site.gets("/.well-known/gpc.json")
    assert reply.value("content-type") == "application/json"
    said = json.loads(reply.body)
    assert said["gpc"] is True
    assert len(said["lastUpdate"]) == 10


def test_the_stylesheet_hides_the_banner_of_who_has_decided_and_is_not_shared(site: Site) -> None:
    hidden = b".consentgate-banner{display:none"
    accepted, refused = site.chooses("accept"), site.chooses("refuse")
    for cookie, decided in (("", False), (accepted, True), (refused, True), ("__Host-consent=x", False)):
        reply = site.gets("/_privacy/visitor.css", cookie)
        assert (hidden in reply.body) is decided
        assert reply.value("cache-control") == "private, no-cache"
        assert reply.value("vary") == "Cookie, Sec-GPC"
        assert reply.value("content-type").startswith("text/css")


def test_an_open_page_says_the_state_that_the_gate_tells_while_it_is_in_effect(site: Site) -> None:
    states = {}
    for decision in ({"decision": "accept"}, {"decision": "save", "service": "stats"}):
        cookie = site.chooses(**decision)
        reply = site.gets("/_privacy/state", cookie)
        assert reply.value("cache-control") == "no-store"
        assert b' data-state="%s"' % reply.body in site.gets("/", cookie).body
        states[cookie] = reply.body
        assert site.gets("/_privacy/state", cookie, Sec_GPC="1").body not in states.values()
    assert len(set(states.values())) == 2
    closed = ["", site.chooses("refuse"), site.chooses("withdraw", cookie)]
    told = [site.gets("/_privacy/state", state).body for state in closed]
    assert {state.removesuffix(b"?") for state in told} == {told[1]}
    # The question mark says that the visitor is to be asked.
    assert [state.endswith(b"?") for state in told] == [True, False, False]
    assert not any(b"data-state" in site.gets("/", state).body for state in closed)


def test_the_snippet_is_kept_for_good_under_a_name_of_its_content(site: Site) -> None:
    page = site.gets("/").body
    name = SNIPPET.name
    assert f"/_privacy/{name}".encode() in page
    reply = site.gets(f"/_privacy/{name}")
    assert reply.status == 200
    assert "immutable" in reply.value("cache-control")
    assert reply.value("content-type").startswith("text/javascript")


@pytest.mark.parametrize("file", [PLAIN.in_pages, PLAIN.placeholders])
def test_a_page_from_an_older_version_finds_its_styles(site: Site, file: StaticFile) -> None:
    stem, _, ending = file.name.partition("-")
    reply = site.gets(f"/_privacy/{stem}-0123456789.{ending.partition('.')[2]}")
    assert (reply.status, reply.body) == (200, file.content)
    assert reply.value("cache-control") == "private, no-cache"
    assert site.gets(f"/_privacy/{file.name}").value("cache-control").endswith("immutable")
    assert site.gets(f"/_privacy/{stem}-x.css").status == 404


def test_a_theme_has_a_stylesheet_of_its_own_and_its_pages_an_etag(make_site: MakeSite) -> None:
    page = Page(headers=[("Content-Type", "text/html"), ("ETag", '"x"')])
    plain, themed = make_site(page), make_site(page, policy=f'{POLICY}[theme]\nradius = "0px"')
    replies = [one.gets("/") for one in (plain, themed)]
    names = [re.findall(rb"/_privacy/(style-\w+\.css)", reply.body)[0].decode() for reply in replies]
    assert names[0] != names[1]
    assert replies[0].value("etag") != replies[1].value("etag")
    assert b"--consentgate-radius:0px" in themed.gets(f"/_privacy/{names[1]}").body
    # A page that was kept from before the theme has the styles of today.
    old = themed.gets(f"/_privacy/{names[0]}")
    assert b"--consentgate-radius:0px" in old.body
    assert old.value("cache-control") == "private, no-cache"


def test_a_page_has_another_etag_when_a_template_of_the_site_s_changes(
    make_site: MakeSite, tmp_path: Path
) -> None:
    page = Page(headers=[("Content-Type", "text/html"), ("ETag", '"x"')])
    tags = set()
    for words in ("Hello", "Welcome"):
        folder = tmp_path / words
        folder.mkdir()
        (folder / "hello.html").write_text(words)
        (folder / "banner.html").write_text(
            '{% include "hello.html" %}{% include "consentgate/banner.html" %}'
        )
        policy = Policy.parse(f"{POLICY}[theme]\ntemplates = {json.dumps(str(folder))}")
        reply = make_site(page, policy=policy).gets("/")
        assert words.encode() in reply.body
        tags.add(reply.value("etag"))
    assert len(tags) == 2


def test_pages_that_show_a_decision_are_not_stored(site: Site) -> None:
    for reply in (site.gets(CHOICES), site.decides("accept"), site.decides("junk")):
        assert reply.value("cache-control") == "no-store"


def test_a_decision_is_answered_with_303(site: Site) -> None:
    for decision in ("accept", "refuse", "save", "withdraw"):
        reply = site.decides(decision)
        assert (reply.status, reply.body) == (303, b"")
