import datetime
import html as escaping
import time
from dataclasses import replace

import msgspec
import pytest

from consentgate.consent import Choice, Consent, decide
from consentgate.consent.coverage import everything
from consentgate.pages import Pages
from consentgate.policy import Policy, Service, ServiceCookie

from .support import NOTHING_ASKED, PAGES, POLICY, addresses, boxes, buttons, document, words
from .test_banner import HOSTILE, hostile_policy


def granted(*ids, policy=POLICY, signals=frozenset()):
    return Consent.of_choice(policy, decide(policy, "save", ids), signals)


def page(consent, next="/back"):
    return document(Pages(consent.policy).choices(consent, next))


def section(root, name):
    return words(root.find(f".//section[@aria-labelledby='consentgate-{name}']"))


def test_nothing_is_ticked_before_the_visitor_ticks_it():
    for consent in (Consent(POLICY), Consent(POLICY, decide(POLICY, "refuse"))):
        found = boxes(page(consent))
        assert len(found) == 6
        assert not any(found.values())


def test_each_purpose_and_each_service_has_a_box_of_its_own():
    assert list(boxes(page(Consent(POLICY)))) == [
        ("category", "performance"),
        ("service", "stats"),
        ("service", "counter"),
        ("service", "performance/own"),
        ("category", "third-party"),
        ("service", "films"),
    ]


def test_what_the_policy_does_not_name_has_a_box_of_its_own_in_each_category():
    assert list(boxes(page(Consent(Policy())))) == [
        ("category", "performance"),
        ("service", "performance/undeclared"),
        ("category", "marketing"),
        ("service", "marketing/undeclared"),
        ("category", "third-party"),
        ("service", "third-party/undeclared"),
    ]


def test_no_box_can_be_hidden_by_closing_what_it_stands_in():
    for consent in (Consent(POLICY), granted("stats"), granted("performance", "third-party")):
        root = page(consent)
        assert list(root.iter("details"))
        assert not [box for details in root.iter("details") for box in details.iter("input")]


def opened(consent):
    """The categories whose list is open from the start."""
    sections = page(consent).iterfind(".//section[@class='consentgate-category']")
    return [
        section.find("h3//input").attrib["value"]
        for section in sections
        if "open" in section.find("details").attrib
    ]


def test_only_a_category_that_is_allowed_in_part_is_open():
    assert opened(Consent(POLICY)) == opened(granted("performance", "third-party")) == []
    assert opened(granted("stats", "third-party")) == ["performance"]


def test_the_site_s_own_use_of_a_category_is_allowed_by_its_own_box():
    consent = granted("performance/own")
    assert consent.allows("performance") and not consent.allows("stats")
    assert [name for name, ticked in boxes(page(consent)).items() if ticked] == [
        ("service", "performance/own")
    ]


def test_the_site_s_own_use_without_cookies_has_a_box_where_it_alone_is_allowed_beside_services():
    choice = decide(POLICY, "save", ["third-party"])
    new = Service(id="new", name="New", category="third-party", hosts=("new.example",))
    policy = Policy(POLICY.site, POLICY.categories, POLICY.cookies, (*POLICY.services, new))
    consent = Consent.of_choice(policy, choice, frozenset())
    assert boxes(page(consent))["service", "third-party/own"]
    assert saved_without(consent).granted == consent.granted


def test_what_is_allowed_is_ticked():
    assert [name for name, ticked in boxes(page(granted("performance"))).items() if ticked] == [
        ("category", "performance"),
    ]
    assert [name for name, ticked in boxes(page(granted("films"))).items() if ticked] == [
        ("service", "films")
    ]


def saved_without(consent, *unticked):
    """What comes of it when a visitor unticks these boxes of the page, and saves it."""
    ticked = [box for box, on in boxes(page(consent)).items() if on and box not in unticked]
    return granted(*(value for _, value in ticked), policy=consent.policy)


def test_who_unticks_a_category_and_saves_has_taken_back_all_of_it():
    consent = granted("performance", "third-party")
    assert not saved_without(
        consent, ("category", "performance"), ("category", "third-party")
    ).choice.is_grant
    left = saved_without(consent, ("category", "performance"))
    assert not left.allows("stats") and not left.allows("counter") and left.allows("films")


def test_who_saves_what_is_shown_keeps_what_is_allowed():
    for ids in (
        {"performance"},
        {"films"},
        {"third-party", "stats"},
        {"stats", "counter"},
        {"performance", "films"},
        {"performance/own", "films"},
    ):
        consent = granted(*ids)
        assert saved_without(consent).granted == consent.granted


def test_the_browser_ticks_nothing_from_its_memory():
    root = page(granted("performance"))
    forms = [form for form in root.iter("form") if boxes(form)]
    assert [form.get("autocomplete") for form in forms] == ["off"]
    assert boxes(forms[0]) == boxes(root)


def test_a_service_added_since_the_grant_is_not_ticked_and_neither_is_its_category():
    choice = decide(POLICY, "accept")
    new = Service(id="new", name="New", category="performance", hosts=("new.example",))
    policy = Policy(POLICY.site, POLICY.categories, POLICY.cookies, (*POLICY.services, new))
    root = page(Consent.of_choice(policy, choice, frozenset()))
    found = boxes(root)
    assert found["service", "stats"]
    assert not found["service", "new"]
    assert not found["category", "performance"]
    assert found["category", "third-party"]
    assert "Something has been added since" in section(root, "state")


def test_the_buttons_are_alike_and_come_after_what_they_decide():
    html = PAGES.choices(Consent(POLICY), "/")
    found = buttons(document(html))
    assert list(found) == ["save", "accept", "refuse"]
    assert len({tuple(sorted((b.attrib | {"value": ""}).items())) for b in found.values()}) == 1
    assert html.rindex(b'type="checkbox"') < html.index(b"<button")


def test_pressing_enter_saves_what_is_ticked_and_does_not_accept():
    assert next(iter(buttons(page(Consent(POLICY))))) == "save"


def test_the_buttons_that_decide_are_of_the_form_with_the_boxes():
    root = page(granted("performance"))
    [form] = (form for form in root.iter("form") if boxes(form))
    found = buttons(root)
    assert {found[name].get("form") for name in ("save", "accept", "refuse")} == {form.attrib["id"]}


def test_withdrawing_stands_beside_what_the_page_says_of_the_state():
    root = page(granted("films"))
    state = root.find(".//section[@aria-labelledby='consentgate-state']")
    assert list(buttons(state)) == ["withdraw"]
    assert not boxes(state)


def test_a_grant_can_be_withdrawn_here():
    assert "withdraw" in buttons(page(granted("films")))
    assert "withdraw" not in buttons(page(Consent(POLICY, decide(POLICY, "refuse"))))


def test_a_grant_that_a_signal_suspends_can_be_withdrawn_too():
    root = page(granted("films", signals=frozenset({"gpc"})))
    assert "withdraw" in buttons(root)
    assert "none of it is in effect now" in section(root, "state")
    assert not any(boxes(root).values())


def test_a_grant_for_what_is_gone_can_still_be_withdrawn():
    root = page(Consent.of_choice(NOTHING_ASKED, decide(POLICY, "accept"), frozenset()))
    assert list(buttons(root)) == ["withdraw"]


def test_the_page_says_where_the_visitor_stands(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_795_500_000.0)  # 24 November 2026, 04:00 UTC
    assert "You have not decided yet" in section(page(Consent(POLICY)), "state")
    refused = section(page(Consent(POLICY, decide(POLICY, "refuse"))), "state")
    assert "You refused on 24 November 2026" in refused
    assert "not be asked again before 27 May 2027" in refused
    allowed = section(page(granted("films")), "state")
    assert "You gave your consent on 24 November 2026" in allowed
    assert "valid until 26 May 2027" in allowed
    assert "There is nothing to decide" in section(page(Consent(NOTHING_ASKED)), "state")


def test_the_page_names_who_is_behind_everything():
    root = page(Consent(POLICY))
    text = words(root)
    for part in (
        "Example Gazette", "Example Ltd", "privacy@example.org",
        "Allow Stats", "Who receives dataVendor Inc.", "stats.vendor.example", "_st*: 13 months",
        "Who receives dataFilms",
        "Allow Counter", "/count/*",
        "_ab: until you close the browser. Compares two versions of a page.",
    ):  # fmt: skip
        assert part in text
    assert "mailto:privacy@example.org" in set(addresses(root))
    assert "https://vendor.example/privacy" in set(addresses(root))


def test_what_needs_no_consent_is_listed_with_its_reason_and_without_a_box():
    root = page(Consent(POLICY))
    text = section(root, "exempt")
    assert "__Host-consent: 6 months. Remembers what you decide here" in text
    assert "sid: 14 days. Keeps you signed in." in text
    assert "csrftoken: at most 13 months. Protects you" in text
    assert "PayRight Is needed for a payment that you make." in text
    assert "/checkout/*" in text
    assert not boxes(root.find(".//section[@aria-labelledby='consentgate-exempt']"))


def test_the_page_says_how_long_choices_are_kept_by_this_policy():
    site = msgspec.structs.replace(POLICY.site, keep_grants="8 months", keep_refusals="12 months")
    policy = replace(POLICY, site=site)
    start = int(datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC).timestamp())
    refused = Consent.of_choice(policy, Choice(start), frozenset())
    granted = Consent.of_choice(policy, Choice(start, b"i" * 16, everything(policy)), frozenset())
    assert "__Host-consent: 12 months. " in words(document(Pages(policy).choices(refused, "/")))
    assert "before 2 March 2027" in words(document(Pages(policy).choices(refused, "/")))
    assert "until 30 October 2026" in words(document(Pages(policy).choices(granted, "/")))


def test_the_consent_cookie_may_have_another_name():
    html = Pages(POLICY, cookie="consent").choices(Consent(POLICY), "/")
    assert b'<code dir="ltr">consent</code>' in html


def test_the_page_explains_what_is_not_listed():
    assert "blocked, whatever you choose" in section(page(Consent(POLICY)), "undeclared")
    root = page(Consent(Policy()))
    assert "until you allow it under “Third-party content”" in section(root, "undeclared")


def test_in_a_large_policy_only_whole_categories_can_be_ticked():
    many = tuple(
        Service(id=f"s{n}", name=f"Service {n}", category="performance", hosts=(f"s{n}.example",))
        for n in range(100)
    )
    policy = Policy(POLICY.site, services=many)
    root = page(granted("performance", policy=policy))
    assert boxes(root) == {("category", "performance"): True}
    assert "Service 99" in words(root)
    assert "all of this can only be allowed together" in words(root)


@pytest.mark.parametrize(
    "next", ["//evil.example", "javascript:alert(1)", "https://evil.example/", "", "\\evil", "/\\e"]
)
def test_the_page_leads_back_to_the_site_only(next):
    root = page(Consent(POLICY), next)
    assert {link.attrib["href"] for link in root.iter("a") if words(link) == "Back to the site"} == {"/"}
    assert root.find(".//input[@name='next']").attrib["value"] == "/"


def test_the_page_leads_back_to_where_the_visitor_was():
    root = page(Consent(POLICY), "/a?b=c&d=e")
    assert {link.attrib["href"] for link in root.iter("a") if words(link) == "Back to the site"} == {
        "/a?b=c&d=e"
    }


def test_a_policy_s_texts_are_only_text():
    policy = hostile_policy()
    root = page(Consent(policy), "/" + HOSTILE)
    assert not list(root.iter("script"))
    assert not any(address.startswith(("javascript:", "//")) for address in addresses(root))
    assert escaping.unescape("Allow " + HOSTILE) in words(root) or " ".join(HOSTILE.split()) in words(root)


def test_the_page_s_title_names_the_page_first():
    assert page(Consent(POLICY)).find(".//title").text.startswith("Privacy settings ")


def test_purposes_and_receivers_come_before_hosts():
    service = Service(
        id="new", name="New", category="performance", hosts=("new.example",), controller="New Ltd",
        purpose="Finds what is slow.", cookies=(ServiceCookie(name="_n", lifetime="2 days"),),
    )  # fmt: skip
    text = words(page(Consent(Policy(POLICY.site, services=(service,)))))
    places = [text.index(part) for part in ("Finds what is slow.", "New Ltd", "_n: 2 days", "new.example")]
    assert places == sorted(places)


def test_the_page_says_its_language_and_loads_only_our_styles():
    html = PAGES.choices(Consent(POLICY), "/")
    root = document(html)
    assert root.attrib["lang"] == "en"
    assert [link.attrib["href"] for link in root.iter("link")] == [
        f"/_privacy/{PAGES.stylesheets.own_pages.name}"
    ]
    assert not list(root.iter("script"))
    assert not list(root.iter("style"))
    assert not [element for element in root.iter() if "style" in element.attrib]


def test_ids_are_used_once_and_labels_point_to_them():
    root = page(Consent(POLICY))
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name in ("aria-labelledby", "aria-describedby"):
            assert element.attrib.get(name, ids[0]) in ids
