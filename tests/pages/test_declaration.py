"""The declaration: all that a policy declares, and nothing else, in each of its forms."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from policy.measurements import measurement_for

from consentgate import Gate
from consentgate.consent import Consent, decide
from consentgate.pages import Pages
from consentgate.policy import (
    REASONS,
    Category,
    Cookie,
    Declaration,
    EarlierVersion,
    Policy,
    Service,
    ServiceCookie,
    Site,
)

from .support import NOTHING_ASKED, POLICY, addresses, buttons, document, fragment, words
from .test_banner import HOSTILE, hostile_policy

OWN_USE = "This site\N{RIGHT SINGLE QUOTATION MARK}s own use"
ANSWERED = replace(
    POLICY,
    site=msgspec.structs.replace(
        POLICY.site, privacy_url="/privacy", imprint_url="https://example.org/imprint"
    ),
    declaration=Declaration(
        address="1 Quay Street",
        dpo="dpo@example.org",
        authority="Authority",
        authority_url="https://authority.example/",
        transfers="To the USA.",
        version="3",
        earlier=(
            EarlierVersion(version="2", date=datetime.date(2025, 6, 1), url="/cookies-2"),
            EarlierVersion(version="1", date=datetime.date(2024, 1, 15)),
        ),
    ),
)


def granted(*ids: str, policy: Policy = POLICY, signals: frozenset[str] = frozenset()) -> Consent:
    return Consent.of_choice(policy, decide(policy, "save", ids), signals)


def page(consent: Consent, *signals: str, next: str = "/back", language: str = "") -> Element:
    return document(Pages(consent.policy, language=language).declaration(consent, signals, next))


def part(policy: Policy, **options: Any) -> Element:
    return fragment(Pages(policy).declaration_part("/here", **options))


def read_json(policy: Policy) -> Any:
    return json.loads(Pages(policy).declaration_json())


def rendered_markdown(policy: Policy) -> Element:
    return fragment(MarkdownIt().render(Pages(policy).declaration_markdown()))


def sections(root: Element) -> dict[str, Element]:
    """The sections by their headings."""
    found = {}
    for section in root.iter("section"):
        heading = next(child for child in section if re.fullmatch("h[1-6]", child.tag))
        found[words(heading)] = section
    return found


def facts(section: Element) -> dict[str, str]:
    return {words(pair[0]): words(pair[1]) for pair in section.iterfind(".//dl/div")}


def rows(section: Element) -> list[tuple[str, ...]]:
    return [tuple(map(words, row)) for row in section.iterfind("./table/tbody/tr")]


# -- what it says --------------------------------------------------------------------------------------------


def test_it_says_who_answers_for_the_site_and_since_when_it_holds() -> None:
    root = page(Consent(ANSWERED))
    found = facts(root)
    assert found["Responsible"] == "Example Ltd"
    assert found["Address"] == "1 Quay Street"
    assert found["Contact"] == "privacy@example.org"
    assert found["Data protection officer"] == "dpo@example.org"
    assert found["Version"] == "3"
    assert found["As of"] == "4 May 2026"
    assert {
        "mailto:privacy@example.org",
        "mailto:dpo@example.org",
        "/privacy",
        "https://example.org/imprint",
    } <= {*addresses(root)}


def test_each_service_says_who_receives_what_without_a_click_and_where_it_reads_on_B7() -> None:
    stats = sections(page(Consent(POLICY)))["Stats"]
    found = facts(stats)
    assert found["Who receives data"] == "Vendor Inc."
    assert found["Receives without a click"].startswith("Your IP address")
    assert found["Contacts"] == "stats.vendor.example"
    assert found["Set by"] == "Stats"
    assert rows(stats) == [("_st*", "Performance", "13 months")]
    (link,) = stats.iter("a")
    assert link.attrib == {"href": "https://vendor.example/privacy", "rel": "noopener noreferrer"}


def test_a_service_on_the_sites_own_host_is_the_sites_own() -> None:
    assert facts(sections(page(Consent(POLICY)))["Counter"]) == {
        "Who receives data": "Example Ltd",
        "On this site": "/count/*",
    }


def test_what_is_necessary_says_why_and_where() -> None:
    found = sections(page(Consent(POLICY)))
    assert "used in any case" in words(found["Necessary"])
    assert "Is needed for a payment that you make." in words(found["PayRight"])
    assert facts(found["PayRight"])["Only on"] == "/checkout/*"
    own = found["Necessary"].find("./section")
    assert own is not None
    assert rows(own)[1:] == [
        ("sid", "Keeps you signed in.", "14 days"),
        ("csrftoken", "Protects you and the site against misuse.", "at most 13 months"),
    ]


def test_it_declares_our_own_cookie_S11() -> None:
    own = sections(page(Consent(POLICY)))["Necessary"].find("./section")
    assert own is not None
    name, purpose, kept = rows(own)[0]
    assert (name, kept) == ("__Host-consent", "6 months")
    assert "Remembers what you decide" in purpose and "random number as proof" in purpose
    html = Pages(POLICY, cookie="consent").declaration(Consent(POLICY), (), "/")
    assert b'<code dir="ltr">consent</code>' in html


def test_it_says_that_embeds_tell_of_the_visit_where_there_are_any_A15() -> None:
    said = "even if you never click on them"
    assert said in words(page(Consent(POLICY)))
    own_only = replace(POLICY, services=POLICY.services[1:2])
    assert said not in words(page(Consent(own_only)))


def test_a_category_in_which_nothing_is_declared_is_left_out() -> None:
    assert "Marketing" not in sections(page(Consent(POLICY)))
    assert "Third-party content" in sections(page(Consent(POLICY)))


KNOWN = """
    [site]
    name = "Example Gazette"
    controller = "Example Ltd"
    contact = "privacy@example.org"
    languages = ["en", "fr"]

    [[service]]
    use = "ga4"
    category = "performance"
    purpose = "Counts which pages are read."
    cookies = [{ name = "_ga" }, { name = "_gid", purpose = "Counts readers." }, { name = "_own" }]
    """
"""A policy with a service of the catalogue and three cookies: one that is known there, one that is known
and has a purpose in the policy, and one that is not known."""


def purposes_in(declared: Any) -> dict[str, str]:
    """What the cookies of services are for, by name, in a declaration as JSON."""
    services = [one for category in declared["categories"] for one in category["services"]]
    return {cookie["name"]: cookie["purpose"] for one in services for cookie in one["cookies"]}


def test_cookies_of_a_known_service_say_what_each_is_for() -> None:
    policy = Policy.parse(KNOWN)
    expected = {
        "_ga": "Tells your browser from others, also on later visits.",
        "_gid": "Counts readers.",
        "_own": "Counts which pages are read.",
    }
    assert purposes_in(read_json(policy)) == expected
    for root in (page(Consent(policy)), part(policy)):
        found = rows(sections(root)["Google Analytics"])
        assert {name: purpose for name, purpose, _ in found} == expected
    said = words(rendered_markdown(policy))
    assert all(f"{name}: {purpose} (" in said for name, purpose in expected.items())


def test_what_a_known_cookie_is_for_is_said_in_the_visitor_s_language_and_the_site_s_words() -> None:
    french = rows(sections(page(Consent(Policy.parse(KNOWN)), language="fr"))["Google Analytics"])
    assert french[0][1].startswith("Distingue votre navigateur des autres")
    policy = Policy.parse(f'{KNOWN}\n[texts.cookie-purposes]\nvisitor = "Counts you once."')
    assert purposes_in(read_json(policy))["_ga"] == "Counts you once."


def test_only_a_known_service_lends_its_cookies_a_purpose() -> None:
    """The name of a cookie proves nothing."""
    stats = 'id = "stats"\nname = "Stats"\nhosts = ["stats.example"]'
    policy = Policy.parse(KNOWN.replace('use = "ga4"', stats))
    assert purposes_in(read_json(policy))["_ga"] == "Counts which pages are read."


def test_what_is_never_opened_is_listed_as_blocked() -> None:
    policy = replace(
        POLICY,
        cookies=(*POLICY.cookies, Cookie(name="_never", category="never")),
        services=(
            *POLICY.services,
            Service(
                id="spy",
                name="Spy",
                category="never",
                hosts=("spy.example",),
                cookies=(ServiceCookie(name="_spy"),),
            ),
        ),
    )
    blocked = sections(page(Consent(policy)))["What is always blocked"]
    assert [words(item) for item in blocked.iter("li")] == ["_never", "Spy: spy.example, _spy"]
    assert "What is always blocked" not in sections(page(Consent(POLICY)))


def test_it_says_what_becomes_of_the_rest() -> None:
    assert "blocked, whatever you choose" in words(sections(page(Consent(POLICY)))["What is not listed"])
    asked = sections(page(Consent(Policy())))["What is not listed"]
    assert "until you allow it under “Third-party content”" in words(asked)


def test_rights_are_listed_with_the_authority() -> None:
    rights = sections(page(Consent(ANSWERED)))["Your rights"]
    for right in ("access", "rectification", "erasure", "restriction", "object", "portability", "complaint"):
        assert right in words(rights)
    assert facts(rights) == {
        "Supervisory authority": "Authority",
        "Transfers outside the European Economic Area": "To the USA.",
    }
    assert "https://authority.example/" in {*addresses(rights)}
    assert facts(sections(page(Consent(POLICY)))["Your rights"]) == {}


def test_none_is_an_answer() -> None:
    policy = replace(POLICY, declaration=Declaration(dpo="none", transfers="none"))
    root = page(Consent(policy))
    assert "Data protection officer" not in facts(root)
    assert facts(root)["Transfers outside the European Economic Area"] == "None."


def test_earlier_versions_are_listed_with_their_days() -> None:
    earlier = sections(page(Consent(ANSWERED)))["Earlier versions"]
    assert [words(item) for item in earlier.iter("li")] == [
        "Version 2: 1 June 2025",
        "Version 1: 15 January 2024",
    ]
    assert [*addresses(earlier)] == ["/cookies-2"]
    assert "Earlier versions" not in sections(page(Consent(POLICY)))


@pytest.mark.parametrize("sent", [(), ("gpc",), ("dnt",), ("gpc", "dnt")])
def test_signals_are_honoured_and_said_to_be_while_they_are_sent_S4(sent: tuple[str, ...]) -> None:
    gpc, dnt = sections(page(Consent(POLICY), *sent))["Signals from your browser"].iter("p")
    for signal, name, text in (
        ("gpc", "Global Privacy Control", words(gpc)),
        ("dnt", "Do Not Track", words(dnt)),
    ):
        assert text.startswith(f"{name}: this signal is honoured.")
        assert ("is sending this signal now, and it is honoured" in text) is (signal in sent)


def test_a_signal_that_the_policy_ignores_is_said_to_be_ignored_S6() -> None:
    policy = replace(POLICY, site=msgspec.structs.replace(POLICY.site, dnt=False))
    gpc, dnt = sections(page(Consent(policy)))["Signals from your browser"].iter("p")
    assert "honoured" in words(gpc)
    assert words(dnt) == "Do Not Track: this site does not act on this signal."


# -- where the visitor stands --------------------------------------------------------------------------------


def test_it_says_where_the_visitor_stands_and_how_to_change_it_B9() -> None:
    undecided = sections(page(Consent(POLICY)))["Where you stand"]
    assert "You have not decided yet" in words(undecided)
    assert "/_privacy/choices?next=/back" in {*addresses(undecided)}
    assert not buttons(undecided)
    refused = sections(page(Consent(POLICY, decide(POLICY, "refuse"))))["Where you stand"]
    assert "You refused on" in words(refused)
    allowed = sections(page(granted("films")))["Where you stand"]
    assert "what it allows is marked below" in words(allowed)
    assert list(buttons(allowed)) == ["withdraw"]
    (form,) = allowed.iter("form")
    assert form.attrib["action"] == "/_privacy/choices"


def allowed_in(root: Element) -> set[str]:
    return {
        name
        for name, section in sections(root).items()
        if any(words(child) == "You have allowed this." for child in section.iterfind("./p"))
    }


def test_what_is_allowed_is_marked() -> None:
    assert allowed_in(page(granted("films"))) == {"Films"}
    assert allowed_in(page(granted("performance"))) == {"Stats", "Counter", OWN_USE}
    assert allowed_in(page(Consent(POLICY))) == set()
    assert allowed_in(page(granted("films", signals=frozenset({"gpc"})))) == set()


def test_a_service_added_since_the_grant_is_not_marked() -> None:
    choice = decide(POLICY, "accept")
    new = Service(id="new", name="New", category="performance", hosts=("new.example",))
    policy = replace(POLICY, services=(*POLICY.services, new))
    root = page(Consent.of_choice(policy, choice, frozenset()))
    assert "New" in sections(root) and "New" not in allowed_in(root)
    assert "Something has been added since" in words(root)


def test_a_site_that_asks_nothing_says_so() -> None:
    assert "There is nothing to decide" in words(page(Consent(NOTHING_ASKED)))


@pytest.mark.parametrize("next", ["//evil.example", "javascript:alert(1)", "https://evil.example/", ""])
def test_it_leads_back_to_the_site_only(next: str) -> None:
    root = page(Consent(POLICY), next=next)
    assert {link.attrib["href"] for link in root.iter("a") if words(link) == "Back to the site"} == {"/"}


def test_the_choices_page_links_to_it() -> None:
    root = document(Pages(POLICY).choices(Consent(POLICY), "/back"))
    links = {words(link): link.attrib["href"] for link in root.iter("a")}
    assert links["Cookie declaration"] == "/_privacy/declaration?next=/back"


def test_while_nothing_is_enforced_it_claims_nothing() -> None:
    policy = replace(ANSWERED, site=msgspec.structs.replace(POLICY.site, report_only=True))
    for root in (page(Consent(policy)), part(policy), rendered_markdown(policy)):
        text = words(root)
        assert "are being prepared" in text and "Example Ltd" in text
        assert "honoured" not in text and "always blocked" not in text and "Stats" not in text
    assert read_json(policy)["enforced"] is False


# -- its form ------------------------------------------------------------------------------------------------


def test_headings_form_an_outline_without_a_gap() -> None:
    levels = [int(one.tag[1]) for one in page(Consent(ANSWERED)).iter() if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("level", [1, 2, 3, 5, 6])
def test_a_part_of_a_page_begins_at_the_level_it_is_given(level: int) -> None:
    levels = [int(one.tag[1]) for one in part(POLICY, level=level).iter() if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == level and max(levels) == min(level + 2, 6)


def test_a_part_of_a_page_has_nothing_that_could_clash_with_the_page() -> None:
    root = part(ANSWERED)
    (ours,) = root
    assert ours.attrib == {"class": "consentgate-declaration", "lang": "en", "dir": "ltr"}
    for element in root.iter():
        assert element.tag not in ("html", "head", "body", "main", "style", "script", "link", "form", "h1")
        assert not {"id", "style"} & {*element.attrib}
        for name in element.attrib.get("class", "").split():
            assert name.startswith("consentgate-")
    assert "Where you stand" in sections(root) and "You have not decided" not in words(root)
    assert "/_privacy/choices?next=/here" in {*addresses(root)}


def test_a_part_of_a_page_passes_the_gate_unchanged() -> None:
    gate = Gate(ANSWERED, secret_key="a key for the tests")
    html = f"<!doctype html><title>Cookies</title>{Pages(ANSWERED).declaration_part('/')}".encode()
    result = gate.rewrite(html, url="https://example.org/cookies")
    assert (result.html, result.blocked) == (html, [])


def test_nothing_of_others_loads() -> None:
    root = page(Consent(ANSWERED))
    assert {one.tag for one in root.iter()} & {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "source",
    } == set()
    for link in root.iter("a"):
        if link.attrib["href"].startswith("http") and "imprint" not in link.attrib["href"]:
            assert link.attrib["rel"] == "noopener noreferrer"


def test_a_policy_s_texts_are_only_text() -> None:
    policy = replace(
        hostile_policy(),
        declaration=Declaration(
            address=HOSTILE, dpo=HOSTILE, authority=HOSTILE, transfers=HOSTILE, version=HOSTILE,
            earlier=(EarlierVersion(version=HOSTILE, date=datetime.date(2025, 1, 1)),),
        ),
    )  # fmt: skip
    plain = " ".join(HOSTILE.split())
    for root in (page(Consent(policy)), part(policy), rendered_markdown(policy)):
        assert not [*root.iter("script")]
        assert not any(address.startswith(("javascript:", "//")) for address in addresses(root))
        assert words(root).count(plain) >= 8
    assert read_json(policy)["site"]["name"] == HOSTILE


def test_it_speaks_every_language_of_the_site() -> None:
    site = msgspec.structs.replace(POLICY.site, languages=("en", "ar", "fr"))
    policy = replace(POLICY, site=site)
    root = page(Consent(policy), language="ar")
    assert (root.attrib["lang"], root.attrib["dir"]) == ("ar", "rtl")
    others = root.find(".//ul[@class='consentgate-languages']")
    assert others is not None
    assert [*addresses(others)] == [
        "/_privacy/declaration?next=/back",
        "/_privacy/declaration?next=/back&lang=fr",
    ]
    assert json.loads(Pages(policy, language="fr").declaration_json())["language"] == "fr"


@pytest.mark.parametrize(
    "text",
    [
        *("# a", "- a", "+ a", "1. a", "23) a", "> a", "=== a", "a\n===", "    a", "---"),
        *(
            "*a*",
            "_a_",
            "`a`",
            "[a](b)",
            "![a](b)",
            "<b>a</b>",
            "<https://a.example>",
            "&lt;",
            "a\\*",
            "~~a~~",
        ),
    ],
)
def test_markdown_in_a_policy_s_texts_is_only_text(text: str) -> None:
    policy = replace(
        POLICY, services=(Service(id="x", name=text, category="performance", hosts=("x.example",)),)
    )
    root = rendered_markdown(policy)
    (heading,) = (one for one in root.iter("h4") if words(one) != OWN_USE)
    assert words(heading) == " ".join(text.split())
    assert len(heading) == 0


def test_cookies_are_a_list_of_their_own_in_markdown() -> None:
    lists = rendered_markdown(POLICY).findall("ul")
    (at,) = (at for at, one in enumerate(lists) if "Vendor Inc." in words(one))
    assert [words(item) for item in lists[at + 1]] == ["_st*: Performance (Kept for: 13 months)"]


def test_the_json_is_as_the_documentation_says() -> None:
    declared = read_json(ANSWERED)
    assert declared["format"] == 1
    assert declared["updated"] == "2026-05-04"
    assert declared["earlier"][0] == {"version": "2", "date": "2025-06-01", "url": "/cookies-2"}
    assert declared["kept"] == {"grants": "6 months", "refusals": "6 months"}
    assert declared["signals"] == {"gpc": True, "dnt": True}
    assert declared["choices"] == "/_privacy/choices"
    performance = declared["categories"][1]
    assert performance["cookies"] == [
        {"name": "_ab", "purpose": "Compares two versions of a page.", "lifetime": "session", "reason": None}
    ]
    assert performance["services"][0] == {
        "id": "stats",
        "name": "Stats",
        "receiver": "Vendor Inc.",
        "purpose": "",
        "reason": None,
        "privacy_url": "https://vendor.example/privacy",
        "hosts": ["stats.vendor.example"],
        "paths": [],
        "pages": [],
        "cookies": [{"name": "_st*", "purpose": "Performance", "lifetime": "13 months", "reason": None}],
    }


# -- it cannot drift -----------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[a-z][a-z0-9_]{2,8}\*?", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=3, max_size=12)
LIFETIMES = st.sampled_from([None, "session", "1 day", "14 days", "13 months"])
ASKED = ("statistics", "media")


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Policies with some of everything, in which every name stands once."""
    names = iter(draw(st.lists(NAMES, min_size=24, max_size=24, unique_by=lambda name: name.rstrip("*"))))
    numbers = iter(range(100))

    def reason(category: str) -> Any:
        return draw(st.sampled_from(REASONS)) if category == "necessary" else None

    def cookie() -> Cookie:
        category = draw(st.sampled_from(("necessary", "never", *ASKED)))
        why = reason(category)
        return Cookie(
            name=next(names), category=category, reason=why, lifetime=draw(LIFETIMES),
            purpose=draw(st.one_of(st.just(""), TEXTS)), measurement=measurement_for(why),
        )  # fmt: skip

    def service() -> Service:
        category, number = draw(st.sampled_from(("necessary", "never", *ASKED))), next(numbers)
        foreign = draw(st.booleans())
        cookies = draw(st.integers(0, 3))
        why = reason(category)
        return Service(
            id=f"service-{number}",
            name=f"Service {number} {draw(TEXTS)}",
            category=category,
            reason=why,
            measurement=measurement_for(why),
            hosts=(f"host{number}.example",) if foreign else (),
            urls=(f"url{number}.example/x/*",) if foreign and draw(st.booleans()) else (),
            paths=() if foreign else (f"/path{number}/*",),
            pages=(f"/page{number}/*",) if category == "necessary" and draw(st.booleans()) else (),
            cookies=tuple(ServiceCookie(name=next(names), lifetime=draw(LIFETIMES)) for _ in range(cookies)),
            controller=draw(st.sampled_from(("", f"Company {number}"))),
            privacy_url=f"https://host{number}.example/privacy" if foreign else "",
            purpose=draw(st.sampled_from(("", f"Purpose {number}"))),
        )

    return Policy(
        site=Site(
            name="Site",
            controller="Site Ltd",
            contact="c",
            regime="uk",
            undeclared=draw(st.sampled_from(("never", "media"))),
        ),
        categories=(Category(id="necessary"), *(Category(id=id, name=id.title()) for id in ASKED)),
        cookies=tuple(cookie() for _ in range(draw(st.integers(0, 4)))),
        services=tuple(service() for _ in range(draw(st.integers(0, 5)))),
    )


def declared_in(policy: Policy) -> tuple[set[str], set[str]]:
    """The names for machines that a policy declares, and the words for people."""
    codes = {"__Host-consent", *(cookie.name for cookie in policy.cookies)}
    said = set()
    for service in policy.services:
        codes |= {*service.hosts, *(url.partition("/")[0] for url in service.urls), *service.paths}
        codes |= {cookie.name for cookie in service.cookies}
        said.add(service.name)
        if service.category != "never":
            codes |= {*service.pages}
            said |= {service.purpose, service.controller} - {""}
    return codes, said | {cookie.purpose for cookie in policy.cookies if cookie.category != "never"} - {""}


def codes_in(root: Element) -> set[str]:
    return {words(code) for code in root.iter("code")}


@settings(max_examples=15, deadline=None)
@given(policies())
def test_all_that_a_policy_declares_is_on_the_page_and_nothing_else(policy: Policy) -> None:
    codes, said = declared_in(policy)
    privacy = {service.privacy_url for service in policy.services if service.category != "never"} - {""}
    for root in (page(Consent(policy)), part(policy), rendered_markdown(policy)):
        assert codes_in(root) == codes
        assert {address for address in addresses(root) if address.startswith("https:")} == privacy
        text = words(root)
        assert {one for one in said if one not in text} == set()
    declared = read_json(policy)
    groups = [*declared["categories"], declared.get("objectable", {"cookies": [], "services": []})]
    services = [one for group in groups for one in group["services"]]
    services += declared["blocked"]["services"]
    cookies = [one for group in groups for one in group["cookies"]]
    cookies += [one for service in services for one in service["cookies"]]
    places = [one for service in services for one in (*service["hosts"], *service["paths"])]
    pages = [page for group in groups for one in group["services"] for page in one["pages"]]
    names = {*(cookie["name"] for cookie in cookies), *declared["blocked"]["cookies"]}
    assert names | {*places, *pages} == codes
    assert {one["id"] for one in services} == {service.id for service in policy.services}
    lifetimes = {cookie.name: cookie.lifetime for cookie in policy.cookies}
    lifetimes |= {cookie.name: cookie.lifetime for service in policy.services for cookie in service.cookies}
    assert all(cookie["lifetime"] == lifetimes[cookie["name"]] for cookie in cookies[1:])
    used = [one for group in groups for one in (group, *group["services"])]
    assert all(cookie["purpose"] for one in used for cookie in one["cookies"])


def test_what_a_category_opens_beyond_what_is_listed_is_said_in_every_form() -> None:
    pages = Pages(Policy())
    sentence = pages.texts.choices.unlisted_category
    assert sentence in pages.declaration_markdown()
    assert sentence in pages.declaration_part("/")
    categories = json.loads(pages.declaration_json())["categories"]
    assert {one["id"]: one["unlisted"] for one in categories} == {
        "necessary": False,
        "performance": True,
        "marketing": True,
        "third-party": True,
    }


def test_the_consent_cookie_of_a_domain_is_named_whoever_asks() -> None:
    text = (
        '[site]\nname = "E"\ncontroller = "E"\ncontact = "e@example.org"\nconsent_domain = "city.example"\n'
    )
    gate = Gate(Policy.parse(text), secret_key="k" * 32)
    for host in ("", "Shop.city.example:8000", "city.example"):
        assert "__Secure-consent" in gate.declaration(format="json", host=host)


def test_a_service_without_a_privacy_link_has_no_words_for_one() -> None:
    policy = Policy().with_service(id="stats", name="Stats", category="performance", hosts=["stats.example"])
    assert "Privacy information" not in Pages(policy).declaration_markdown()
