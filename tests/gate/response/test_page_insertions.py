"""A page that would have led its visitor to another site leaves a link there, and leads nowhere by itself."""

from __future__ import annotations

import pytest

from gate.conftest import MakeSite
from gate.driver import HTML, Page

PAY = "https://films.example/pay?order=1&sum=2"
LINK = b'<a href="https://films.example/pay?order=1&amp;sum=2">'
META = b'<meta http-equiv="refresh" content="5; url=https://films.example/pay?order=1&amp;sum=2">'


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>t</title>" + META + b"<p>one",
        b"<!doctype html><html><head>" + META + b"</head><body><p>one</body></html>",
        b"<!doctype html><body><p>one" + META,
        META,
    ],
)
def test_a_meta_that_was_blocked_leaves_a_link(make_site: MakeSite, body: bytes) -> None:
    site = make_site(Page(body))
    for _ in range(3):  # met before, too
        sent = site.gets().body
        assert b"http-equiv" not in sent
        assert sent.count(LINK) == 1
        assert sent.index(LINK) > sent.find(b"<body>")


def test_a_header_that_was_blocked_leaves_a_link(make_site: MakeSite) -> None:
    page = Page(b"<!doctype html><p>one", headers=[HTML, ("Refresh", f"0;url={PAY}")])
    reply = make_site(page).gets()
    assert reply.values("refresh") == []
    assert reply.body.count(LINK) == 1
    assert reply.body.endswith(b"<p>one")


@pytest.mark.parametrize(
    "content",
    [
        "5",
        "0;url=/own",
        "0;url='https://www.example.org'@films.example/'",
        "0;url=intent://films.example",
        "0;url=data:text/html,<p>",
        "0;url=https:films.example/",
        "0;url=//a@films.example/",
    ],
)
def test_there_is_none_to_what_is_no_plain_address_of_another(make_site: MakeSite, content: str) -> None:
    body = f'<!doctype html><meta http-equiv=refresh content="{content}"><p>one'.encode()
    for page in (Page(body), Page(b"<!doctype html><p>one", headers=[HTML, ("Refresh", content)])):
        assert b"automatically" not in make_site(page, validated=False).gets().body


def test_with_consent_the_page_leads_on_by_itself(make_site: MakeSite) -> None:
    site = make_site(Page(b"<!doctype html>" + META + b"<p>one", headers=[HTML, ("Refresh", f"0;url={PAY}")]))
    reply = site.gets(cookie=site.chooses("accept"))
    assert META in reply.body
    assert LINK not in reply.body
    assert reply.values("refresh") == [f"0;url={PAY}"]
