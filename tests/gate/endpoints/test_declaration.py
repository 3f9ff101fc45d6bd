"""The declaration as the gate answers with it: a page, JSON and Markdown."""

from __future__ import annotations

import json

import pytest

from gate.conftest import MakeSite
from gate.driver import POLICY, Page, Site

PAGE = "/_privacy/declaration"
FILES = f"{PAGE}.json", f"{PAGE}.md"
TYPES = {
    PAGE: "text/html; charset=utf-8",
    f"{PAGE}.json": "application/json",
    f"{PAGE}.md": "text/markdown; charset=utf-8",
}


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site()


@pytest.mark.parametrize("path", [PAGE, *FILES])
def test_it_is_shown_in_three_forms_and_the_application_is_not_asked(site: Site, path: str) -> None:
    reply = site.gets(path)
    assert reply.status == 200
    assert b"Example Ltd" in reply.body
    assert reply.value("content-type") == TYPES[path]
    assert int(reply.value("content-length")) == len(reply.body)
    assert "default-src 'none'" in reply.value("content-security-policy")
    assert reply.value("x-content-type-options") == "nosniff"
    assert site.app.seen == []


@pytest.mark.parametrize("path", [PAGE, *FILES])
def test_it_can_be_read_and_nothing_else(site: Site, path: str) -> None:
    head = site.asks(path, "HEAD")
    assert (head.status, head.body, head.headers) == (200, b"", site.gets(path).headers)
    for method in ("POST", "PUT", "DELETE"):
        refused = site.asks(path, method)
        assert (refused.status, refused.value("allow")) == (405, "GET, HEAD")


def test_the_page_depends_on_the_visitor_and_is_kept_nowhere(site: Site) -> None:
    asked, allowed = site.gets(PAGE), site.gets(PAGE, site.chooses("accept"))
    assert b"You have not decided yet" in asked.body
    assert b"You have allowed this." in allowed.body
    for reply in (asked, allowed):
        assert reply.value("cache-control") == "no-store"
        assert reply.value("vary") == "Cookie, Sec-GPC"


def test_a_signal_is_honoured_while_it_is_sent_S4(site: Site) -> None:
    now = b"Your browser is sending this signal now, and it is honoured."
    cookie = site.chooses("accept")
    assert now not in site.gets(PAGE, cookie).body
    reply = site.gets(PAGE, cookie, Sec_GPC="1")
    assert reply.body.count(now) == 1
    assert b"none of it is in effect now" in reply.body
    assert site.gets(PAGE, cookie, Sec_GPC="1", DNT="1").body.count(now) == 2


@pytest.mark.parametrize("path", FILES)
def test_the_other_forms_have_nothing_of_the_visitor_and_are_kept_while_they_are_the_same(
    site: Site, path: str
) -> None:
    reply = site.gets(path)
    assert site.gets(path, site.chooses("accept"), Sec_GPC="1").body == reply.body
    assert reply.value("cache-control") == "public, no-cache"
    assert reply.values("vary") == [] and reply.values("set-cookie") == []
    tag = reply.value("etag")
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = site.gets(path, If_None_Match=known)
        assert (again.status, again.body, again.value("etag")) == (304, b"", tag)
    for other in ('"x"', tag.strip('"'), ""):
        assert site.gets(path, If_None_Match=other).status == 200


def test_the_tag_changes_with_what_is_declared_and_with_the_language(make_site: MakeSite) -> None:
    languages = POLICY.replace("[site]", '[site]\nlanguages = ["en", "fr"]')
    tags = {
        make_site(policy=policy).gets(path).value("etag")
        for policy in (languages, f'{languages}\n[declaration]\nversion = "2"')
        for path in (FILES[1], f"{FILES[1]}?lang=fr")
    }
    assert len(tags) == 4


def test_it_speaks_the_language_that_is_asked_for(make_site: MakeSite) -> None:
    site = make_site(policy=POLICY.replace("[site]", '[site]\nlanguages = ["en", "fr"]'))
    for path in (PAGE, *FILES):
        assert "Contact" in site.gets(path).body.decode() or path == FILES[0]
    assert b'<html lang="fr"' in site.gets(f"{PAGE}?lang=fr").body
    assert b"Vos droits" in site.gets(f"{FILES[1]}?lang=fr").body
    assert json.loads(site.gets(f"{FILES[0]}?lang=fr").body)["language"] == "fr"
    assert json.loads(site.gets(f"{FILES[0]}?lang=xx").body)["language"] == "en"


def test_it_is_below_the_prefix_and_where_the_application_is_mounted(make_site: MakeSite) -> None:
    site = make_site(policy=POLICY.replace("[site]", '[site]\nprefix = "/p/q/"'), root="/app")
    body = site.gets("/p/q/declaration").body
    assert b'href="/app/p/q/choices?next=/"' in body and b'href="/app/p/q/declaration.json"' in body
    assert json.loads(site.gets("/p/q/declaration.json").body)["choices"] == "/app/p/q/choices"


def test_the_dialog_of_the_choices_may_show_it(site: Site) -> None:
    assert site.gets(PAGE).value("x-frame-options") == "SAMEORIGIN"
    assert site.gets(FILES[0]).value("x-frame-options") == "DENY"


def test_a_page_may_have_the_declaration_in_it_so_that_its_tag_changes_too(make_site: MakeSite) -> None:
    page = Page(headers=[("Content-Type", "text/html"), ("ETag", '"x"')])
    policies = POLICY, f'{POLICY}\n[declaration]\nversion = "2"'
    tags = {make_site(page=page, policy=policy).gets("/").value("etag") for policy in policies}
    assert len(tags) == 2
