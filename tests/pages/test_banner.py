from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import msgspec
import pytest

from consentgate.pages import Pages, Shows
from consentgate.pages.assets import SNIPPET
from consentgate.policy import Banner, Category, Policy, Service, Site

from .support import NOTHING_ASKED, PAGES, POLICY, addresses, boxes, buttons, fragment, words

HOSTILE = '"><script src=//evil.example></script><!-- \N{SNOWMAN} &lt; {x} {{ 7*7 }} </div></section>'


def hostile_policy() -> Policy:
    return Policy(
        site=Site(name=HOSTILE, controller=HOSTILE, contact=HOSTILE),
        categories=(Category(id="necessary"), Category(id="ads", name=HOSTILE, description=HOSTILE)),
        services=(
            Service(
                id="x", name=HOSTILE, category="ads", hosts=("x.example",), controller=HOSTILE,
                privacy_url="https://x.example/?{{7*7}}&lt;'{x}", purpose=HOSTILE,
            ),
        ),
    )  # fmt: skip


def root_of(html: bytes) -> Element:
    """What stands in the shadow root."""
    [template] = fragment(html)
    assert template.attrib == {"shadowrootmode": "open", "data-consentgate": ""}
    styles, ours, slot = template
    assert (styles.tag, ours.tag, slot.tag) == ("link", "div", "slot")
    return ours


def test_the_banner_is_a_shadow_root_that_says_its_language_and_is_no_part_of_the_page():
    html = PAGES.banner("/")
    assert html.startswith(b"<template") and html.endswith(b"</template>")
    assert root_of(html).attrib == {
        "class": "consentgate", "lang": "en", "dir": "ltr", "data-nosnippet": "",
        "role": "region", "aria-label": "Privacy settings",
    }  # fmt: skip


def test_the_banner_is_a_labelled_region_and_no_dialog():
    banner = root_of(PAGES.banner("/")).find("./section")
    label = banner.find(f".//*[@id='{banner.attrib['aria-labelledby']}']")
    assert label.tag == "h2"
    assert words(label) == "Your privacy choices"
    assert "aria-modal" not in banner.attrib


def test_refusing_is_the_same_control_as_accepting():
    found = buttons(fragment(PAGES.banner("/")))
    assert list(found) == ["accept", "refuse", "save"]
    accept, refuse, _ = found.values()
    assert accept.attrib | {"value": ""} == refuse.attrib | {"value": ""}
    assert (words(accept), words(refuse)) == ("Accept", "Refuse")


def test_the_banner_is_two_forms_that_work_without_a_script():
    forms = list(fragment(PAGES.banner("/a?b=1")).iter("form"))
    for form in forms:
        assert (form.attrib["method"], form.attrib["action"]) == ("post", "/_privacy/choices")
        fields = [field.attrib for field in form.iter("input") if field.attrib["type"] == "hidden"]
        assert [(field["name"], field["value"]) for field in fields] == [("next", "/a?b=1")]
    # Whoever presses Enter in one of the boxes saves them. Were they in the first form, it would accept.
    assert [list(buttons(form)) for form in forms] == [["accept", "refuse"], ["save"]]
    assert [list(boxes(form)) for form in forms] == [
        [],
        [("category", "performance"), ("category", "third-party")],
    ]


def test_no_box_is_ticked_beforehand():
    assert not any(boxes(fragment(PAGES.banner("/"))).values())


def test_choosing_opens_in_place():
    details = root_of(PAGES.banner("/")).find(".//details")
    assert words(details[0]) == "Choose"
    assert "open" not in details.attrib
    assert "Measures how" in words(details)


def test_who_has_granted_something_chooses_where_that_is_shown():
    root = root_of(PAGES.banner("/", shows=Shows.QUESTION_AGAIN))
    assert root.find(".//details") is None
    assert list(buttons(root)) == ["accept", "refuse"]
    assert "Choose" in [words(link) for link in root.iter("a")]


def test_who_asks_and_every_purpose_come_before_the_buttons():
    html = PAGES.banner("/").decode()
    before = html[: html.index("<button")]
    for text in ("Example Ltd", "cookies", "Performance", "Third-party content", "All details"):
        assert text in before


@pytest.mark.parametrize("url", ["/privacy?a=1#b", "https://other.example/privacy"])
def test_the_site_s_own_pages_are_linked(url):
    site = msgspec.structs.replace(POLICY.site, privacy_url=url, imprint_url="/imprint")
    root = root_of(Pages(replace(POLICY, site=site)).banner("/"))
    links = {words(link): link.attrib["href"] for link in root.iter("a")}
    assert (links["Privacy policy"], links["Imprint"]) == (url, "/imprint")
    assert "Imprint" not in words(root_of(PAGES.banner("/")))


def test_a_policy_names_its_categories_itself():
    categories = (
        Category(id="necessary"),
        Category(id="stats", name="Statistics", description="Counts."),
        Category(id="x"),
    )
    policy = Policy(
        site=POLICY.site,
        categories=categories,
        services=tuple(
            Service(id=f"s-{c.id}", name="S", category=c.id, hosts=("s.example",)) for c in categories[1:]
        ),
    )
    root = fragment(Pages(policy).banner("/"))
    assert [words(item) for item in root.iter("li")] == ["Statistics", "x"]
    assert [words(label) for label in root.iter("label")] == ["Statistics Counts.", "x"]


@pytest.mark.parametrize(
    ("pages", "shows"), [(PAGES, Shows.LINK), (Pages(NOTHING_ASKED), Shows.FOR_EVERYONE)]
)
def test_where_nothing_is_asked_there_is_only_the_way_to_the_choices(pages, shows):
    html = pages.banner("/here", shows=shows)
    assert b"<section" not in html
    links = {words(link): link.attrib["href"] for link in fragment(html).iter("a")}
    assert links == {"Close": "/here#", "Privacy settings": "/_privacy/choices?next=/here"}


def test_only_pages_for_everyone_load_the_visitor_s_own_styles():
    for shows in Shows:
        assert (b"visitor.css" in PAGES.banner("/", shows=shows)) is (shows is Shows.FOR_EVERYONE)


@pytest.mark.parametrize("shows", Shows)
def test_the_way_to_the_choices_is_always_there(shows):
    [link] = (
        link
        for link in fragment(PAGES.banner("/here?a=b&c=%20d", shows=shows)).iter("a")
        if words(link) == "Privacy settings"
    )
    parts = urlsplit(link.attrib["href"])
    assert (parts.path, parse_qs(parts.query)) == ("/_privacy/choices", {"next": ["/here?a=b&c=%20d"]})


@pytest.mark.parametrize(("settings", "shown"), [("start", True), ("end", True), ("none", False)])
def test_a_site_places_the_link_or_has_one_of_its_own(settings, shown):
    html = Pages(replace(POLICY, banner=Banner(settings=settings))).banner("/")
    assert (b"Privacy settings" in html) is shown
    assert (b"consentgate-at-" + settings.encode() in html) is shown


@pytest.mark.parametrize("position", ["bar", "box", "dialog"])
def test_a_site_places_the_banner(position):
    html = Pages(replace(POLICY, banner=Banner(position=position))).banner("/")
    assert b'class="consentgate-banner consentgate-%s"' % position.encode() in html


def test_no_search_engine_follows_or_quotes_it():
    root = fragment(PAGES.banner("/"))
    for link in root.iter("a"):
        assert ("next=" in link.attrib["href"]) is (link.attrib.get("rel") == "nofollow")


def test_the_same_page_gives_the_same_bytes():
    assert PAGES.banner("/a") == PAGES.banner("/a") == Pages(POLICY).banner("/a")
    assert PAGES.head() == Pages(POLICY).head()


@pytest.mark.parametrize("policy", [POLICY, NOTHING_ASKED, Policy(), hostile_policy()])
def test_the_banner_leads_nowhere_but_to_the_site_itself(policy):
    pages = Pages(policy)
    for html in (pages.head(), pages.banner("//evil.example/"), pages.banner(HOSTILE)):
        for address in addresses(fragment(html)):
            assert address.startswith("/_privacy/") or address.endswith("#")
            assert urlsplit(address).netloc == ""


@pytest.mark.parametrize("next", ["/" + HOSTILE, HOSTILE, "/?\"'><b>", "/\udcff", "/é"])
def test_nothing_breaks_out_of_the_banner(next):
    html = Pages(hostile_policy()).banner(next)
    root = fragment(html)
    assert [child.tag for child in root] == ["template"]
    assert not list(root.iter("script"))
    assert HOSTILE.split()[0] in words(root)
    assert "{{ 7*7 }}" in words(root)


def test_the_banner_is_ascii_so_that_it_reads_the_same_in_a_page_of_any_charset():
    html = Pages(hostile_policy()).banner("/é")
    assert html.isascii()
    assert "\N{SNOWMAN}" in words(fragment(html))


def test_ids_are_used_once():
    ids = [element.attrib["id"] for element in fragment(PAGES.banner("/")).iter() if "id" in element.attrib]
    assert ids
    assert len(ids) == len(set(ids))


def test_a_foreign_base_is_answered_with_an_origin():
    for address in addresses(fragment(PAGES.head("//h.example:8000"))):
        assert address.startswith("//h.example:8000/_privacy/")
    for address in addresses(fragment(PAGES.banner("/x", "//h.example:8000"))):
        assert address.startswith(("//h.example:8000/_privacy/", "//h.example:8000/x#"))
    assert b"<script" not in PAGES.banner("/", '"><script>')


def test_links_begin_where_the_application_is_mounted():
    pages = Pages(Policy(site=Site(name="S", controller="C", contact="c", prefix="/data/privacy/")), "/app/")
    assert b'href="/app/data/privacy/style-' in pages.head()
    assert b'action="/app/_privacy/choices"' in Pages(POLICY, "/app").banner("/app/")
    assert all(
        a.startswith("/evil.example/_privacy/") or a == "/#"
        for a in addresses(fragment(Pages(POLICY, "//evil.example").banner("/")))
    )


def test_the_head_is_short():
    assert len(PAGES.head()) < 250
    assert len(PAGES.head("//www.a-rather-long-name.example.org:8443")) < 250


def test_the_head_loads_the_styles_and_a_deferred_script():
    link, script = fragment(PAGES.head())
    assert link.attrib == {
        "id": "consentgate-saved",
        "rel": "stylesheet",
        "href": f"/_privacy/{PAGES.stylesheets.in_pages.name}",
    }
    assert script.attrib == {"src": f"/_privacy/{SNIPPET.name}", "defer": ""}


def test_a_script_that_guards_runs_before_everything_else():
    script, link = fragment(PAGES.head(guard="""[[],["<b>&amp;'\N{SNOWMAN}"]]"""))
    assert script.attrib == {
        "src": f"/_privacy/{SNIPPET.name}",
        "data-guard": """[[],["<b>&amp;'\N{SNOWMAN}"]]""",
    }
    assert link.attrib["rel"] == "stylesheet"


def test_the_head_of_an_open_page_says_what_it_was_made_for():
    assert fragment(PAGES.head(state="open-0a"))[1].attrib["data-state"] == "open-0a"
    assert b"<b>" not in PAGES.head(state='"><b>')


def test_the_banners_links_leave_a_frame_and_its_form_does_not():
    html = PAGES.banner("/") + PAGES.placeholder(POLICY.claims.of_service("films"), False, "/")
    root = fragment(html)
    links = [link for link in root.iter("a") if words(link) != "Close"]
    assert len(links) == 3
    assert {link.attrib["target"] for link in links} == {"_top"}
    # A form that did would make a click in a frame the window's decision, and a base may name a target.
    assert root.find(".//form").attrib["target"] == "_self"
