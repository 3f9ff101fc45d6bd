from dataclasses import replace

from consentgate.pages import Pages

from .support import PAGES, POLICY, fragment, words
from .test_banner import HOSTILE

PHRASING = {"span", "a"}
FILMS = POLICY.claims.of_service("films")
PAY = POLICY.claims.of_service("pay")
SHUT = replace(FILMS, category=None, unit=None)


def test_a_placeholder_says_what_is_blocked_and_leads_to_the_choices():
    root = fragment(PAGES.placeholder(FILMS, False, "/page"))
    assert words(root) == "Films is blocked until you allow it. Privacy settings"
    assert [link.attrib["href"] for link in root.iter("a")] == ["/_privacy/choices?next=/page"]


def test_a_placeholder_is_one_phrasing_element_that_says_its_language():
    root = fragment(PAGES.placeholder(FILMS, False, "/page"))
    assert [child.attrib for child in root] == [
        {"class": "consentgate-placeholder", "lang": "en", "dir": "ltr"}
    ]
    assert {element.tag for element in root[0].iter()} <= PHRASING


def test_a_placeholder_inside_a_link_has_no_link():
    root = fragment(b"<a href=/x>" + PAGES.placeholder(FILMS, True, "/page") + b"</a>")
    assert len(list(root.iter("a"))) == 1
    assert words(root) == "Films is blocked until you allow it."


def test_a_services_name_is_only_text():
    html = Pages(POLICY).placeholder(replace(FILMS, name=HOSTILE), False, HOSTILE)
    root = fragment(html)
    assert html.isascii()
    assert {element.tag for element in root[0].iter()} <= PHRASING
    assert " ".join(HOSTILE.split()) in words(root)


def test_a_placeholder_promises_nothing_where_no_consent_would_help():
    for claim, said in (
        (SHUT, "Films is blocked on this site."),
        (PAY, "PayRight is not used on this page."),
    ):
        for in_link in (False, True):
            root = fragment(PAGES.placeholder(claim, in_link, "/"))
            assert words(root) == said
            assert not list(root.iter("a"))
