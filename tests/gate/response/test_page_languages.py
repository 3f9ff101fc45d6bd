"""A page is spoken to in its own language, where that is one of the policy's."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest

from consentgate.texts import texts
from gate.conftest import MakeSite
from gate.driver import HTML, POLICY, Page, Site

BILINGUAL = POLICY.replace("[site]", '[site]\nlanguages = ["en", "fr"]')
FORM = [
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Origin", "https://www.example.org"),
]
CHOICES = "/_privacy/choices"
PAGE = (
    '<!doctype html>{}<head><title>t</title></head><body><iframe src="https://films.example/1"></iframe>'
    "<div class=fb-like></div>"
)
REFRESH = ("Refresh", "0;url=https://films.example/pay")


def ascii_of(text: str) -> bytes:
    return text.encode("ascii", "xmlcharrefreplace")


SETTINGS = {tag: ascii_of(texts(tag).banner.settings) for tag in ("en", "fr")}
TITLES = {tag: ascii_of(texts(tag).placeholder.title.format(service="Films")) for tag in ("en", "fr")}
# The placeholder is a document within an attribute.
BLOCKED = {tag: title.replace(b"&", b"&amp;") for tag, title in TITLES.items()}
ONWARDS = {tag: ascii_of(texts(tag).placeholder.onwards) for tag in ("en", "fr")}
SHARED = {tag: ascii_of(texts(tag).share.share.format(network="Facebook")) for tag in ("en", "fr")}


def page(tag: str) -> Page:
    return Page(PAGE.format(tag).encode(), headers=[HTML, REFRESH])


def languages_of(body: bytes) -> tuple[str, ...]:
    """The languages that banner, placeholder, links and share links are in."""
    return tuple(
        next(tag for tag, text in by_tag.items() if text in body)
        for by_tag in (SETTINGS, BLOCKED, ONWARDS, SHARED)
    )


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(policy=BILINGUAL)


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang=fr>", "fr"),
        ('<HTML class="a" LANG="fr-CA">', "fr"),
        ("<html lang='&#102;r'>", "fr"),
        ("<!-- <html lang=en> --><html lang=FR>", "fr"),
        ("<html lang=fr><html lang=en>", "fr"),
        ("<html class=a><html lang=fr>", "fr"),
        ("<html lang=en>", "en"),
        ("<html lang=de>", "en"),
        ("<html lang=''>", "en"),
        ("<html lang>", "en"),
        ("<html xml:lang=fr>", "en"),
        ("<html data-lang=fr>", "en"),
        ("<html>", "en"),
        ("", "en"),
        ("<head lang=fr>", "en"),
        ("<html lang=fr><base href='https://other.example/'>", "fr"),
    ],
)
def test_the_html_tag_says_which(make_site: MakeSite, html: str, language: str) -> None:
    body = make_site(page(html), policy=BILINGUAL, validated=False).gets().body
    assert languages_of(body) == (language,) * 4
    assert (b"&amp;lang=fr" in body) is (language == "fr")
    assert b"lang=en" not in body.replace(html.encode(), b"").replace(b'lang="en"', b"")


def test_it_is_known_wherever_the_page_is_cut(make_site: MakeSite) -> None:
    whole = PAGE.format("<html lang=fr>").encode()
    for cut in range(1, 40):
        cut_page = Page([whole[:cut], whole[cut:]], headers=[HTML, REFRESH])
        assert languages_of(make_site(cut_page, policy=BILINGUAL).gets().body) == ("fr",) * 4


def test_nothing_else_says_it(make_site: MakeSite) -> None:
    site = make_site(page("<html>"), policy=BILINGUAL)
    plain = site.gets()
    assert languages_of(plain.body) == ("en",) * 4
    for headers in ({"Accept_Language": "fr"}, {"cookie": "lang=fr"}):
        assert site.gets(**headers).body == plain.body
    assert "accept-language" not in " ".join(plain.values("vary")).lower()


def test_a_policy_with_one_language_keeps_to_it(make_site: MakeSite) -> None:
    site = make_site(page("<html lang=fr>"), validated=False)
    assert languages_of(site.gets().body) == ("en",) * 4


def test_each_page_is_in_its_own(make_site: MakeSite) -> None:
    site = make_site(page("<html lang=fr>"), policy=BILINGUAL)
    site.app.pages["/en"] = page("<html lang=en>")
    for _ in range(2):
        assert languages_of(site.gets().body) == ("fr",) * 4
        assert languages_of(site.gets("/en").body) == ("en",) * 4


def test_what_a_placeholder_leads_to_is_in_its_language(make_site: MakeSite) -> None:
    site = make_site(page("<html lang=fr>"), policy=BILINGUAL)
    found = re.search(r'srcdoc="([^"]*)"', site.gets("/page").body.decode())
    assert found is not None
    document = html.unescape(found[1])
    assert "action='/_privacy/embed?lang=fr'" in document
    assert "formaction='/_privacy/choices?lang=fr'" in document
    assert "href='/_privacy/choices?next=/page&amp;lang=fr'" in document
    embed = re.search("name='embed' value='([^']+)'", document)
    assert embed is not None
    form = urlencode({"next": "/page", "embed": embed[1]}).encode()
    opened = site.asks("/_privacy/embed?lang=fr", "POST", FORM, form)
    assert texts("fr").placeholder.close.format(service="Films").encode() in opened.body
    way_back = re.search(r'<a href="([^"]+)"', opened.body.decode())
    assert way_back is not None
    assert TITLES["fr"] in site.gets(html.unescape(way_back[1])).body


# -- the gate's own pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "language"),
    [("", "en"), ("?lang=fr", "fr"), ("?lang=fr-CA&next=/a", "fr"), ("?lang=de", "en"), ("?lang=", "en")],
)
def test_the_choices_are_in_the_language_that_the_link_names(site: Site, query: str, language: str) -> None:
    body = site.gets(CHOICES + query).body
    assert f'<html lang="{language}"'.encode() in body


def test_the_choices_offer_the_other_languages_by_their_own_names(site: Site) -> None:
    english = site.gets(f"{CHOICES}?next=/a%26b").body.decode()
    link = f'href="{CHOICES}?next=/a%26b&amp;lang=fr" rel="nofollow" lang="fr" hreflang="fr" dir="ltr"'
    assert f"<a {link}>Français</a>" in english
    french = site.gets(f"{CHOICES}?next=/a%26b&lang=fr").body.decode()
    link = f'href="{CHOICES}?next=/a%26b" rel="nofollow" lang="en" hreflang="en" dir="ltr"'
    assert f"<a {link}>English</a>" in french
    assert f'action="{CHOICES}?lang=fr"' in french


def test_one_language_offers_no_other(make_site: MakeSite) -> None:
    assert b"hreflang" not in make_site().gets(CHOICES).body


def test_what_is_wrong_with_a_decision_is_said_in_the_language_of_its_form(site: Site) -> None:
    reply = site.decides("junk", path=f"{CHOICES}?lang=fr")
    assert reply.status == 400
    assert texts("fr").problems.status_400.text in reply.body.decode()
    assert f'href="{CHOICES}?lang=fr"' in reply.body.decode()


def test_a_decision_may_come_in_any_language(site: Site) -> None:
    assert (
        site.decides("accept", path=f"{CHOICES}?lang=fr", next="/a").value("location")
        == "/a#consentgate-saved"
    )


def test_a_hostile_language_is_none(site: Site) -> None:
    for lang in ("../en", "%00", "%22%3E%3Cscript%3E", "x" * 9000):
        reply = site.gets(f"{CHOICES}?lang={lang}")
        assert b'<html lang="en"' in reply.body
        assert b"<script>" not in reply.body


def test_texts_are_part_of_what_an_etag_stands_for(make_site: MakeSite) -> None:
    tagged = Page(headers=[HTML, ("ETag", '"1"')])
    policies = (POLICY, POLICY + "\n[texts.banner]\nsettings = 'Cookies'\n")
    first, second = (make_site(tagged, policy=policy).gets() for policy in policies)
    assert b">Cookies</a>" in second.body
    assert first.value("etag") != second.value("etag")
