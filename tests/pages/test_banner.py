from urllib.parse import parse_qs, urlsplit

import pytest

from consentgate.pages import Pages
from consentgate.policy import Category, Policy, Service, Site

from .support import NOTHING_ASKED, PAGES, POLICY, addresses, buttons, fragment, words

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


def test_the_banner_is_one_element_that_says_its_language():
    root = fragment(PAGES.banner("/"))
    assert [child.tag for child in root] == ["div"]
    assert not (root.text or "").strip()
    assert root[0].attrib == {"class": "consentgate", "lang": "en", "dir": "ltr"}


def test_the_banner_is_a_labelled_region_and_no_dialog():
    banner = fragment(PAGES.banner("/")).find(".//section")
    label = banner.find(f".//*[@id='{banner.attrib['aria-labelledby']}']")
    assert label.tag == "h2"
    assert words(label) == "Your privacy choices"
    assert "aria-modal" not in banner.attrib


def test_refusing_is_the_same_control_as_accepting():
    found = buttons(fragment(PAGES.banner("/")))
    assert list(found) == ["accept", "refuse"]
    accept, refuse = found.values()
    assert accept.attrib | {"value": ""} == refuse.attrib | {"value": ""}
    assert (words(accept), words(refuse)) == ("Accept", "Refuse")


def test_the_banner_is_a_form_that_works_without_a_script():
    form = fragment(PAGES.banner("/a?b=1")).find(".//form")
    assert (form.attrib["method"], form.attrib["action"]) == ("post", "/_privacy/choices")
    fields = [(field.attrib["name"], field.attrib["value"]) for field in form.iter("input")]
    assert fields == [("next", "/a?b=1")]
    controls = [child for child in form if child.tag in ("button", "a")]
    assert [words(control) for control in controls] == ["Accept", "Refuse", "Choose"]


def test_every_purpose_and_the_controller_come_before_the_buttons():
    html = PAGES.banner("/").decode()
    before = html[: html.index("<button")]
    for text in (
        "Example Ltd",
        "Performance",
        "Measures how",
        "Third-party content",
        "They receive data",
        "<a href",
    ):
        assert text in before


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
    items = [words(item) for item in fragment(Pages(policy).banner("/")).iter("li")]
    assert items == ["Statistics Counts.", "x"]


def test_where_nothing_is_asked_there_is_only_the_way_to_the_choices():
    root = fragment(Pages(NOTHING_ASKED).banner("/here"))
    assert [child.tag for child in root[0]] == ["a"]
    assert root[0][0].attrib["href"] == "/_privacy/choices?next=/here"
    assert words(root) == "Privacy settings"


def test_the_way_to_the_choices_is_always_there():
    link = fragment(PAGES.banner("/here?a=b&c=%20d"))[0].find("./a")
    assert words(link) == "Privacy settings"
    parts = urlsplit(link.attrib["href"])
    assert (parts.path, parse_qs(parts.query)) == ("/_privacy/choices", {"next": ["/here?a=b&c=%20d"]})


def test_the_same_page_gives_the_same_bytes():
    assert PAGES.banner("/a") == PAGES.banner("/a") == Pages(POLICY).banner("/a")
    assert PAGES.head() == Pages(POLICY).head()


@pytest.mark.parametrize("policy", [POLICY, NOTHING_ASKED, Policy(), hostile_policy()])
def test_the_banner_leads_nowhere_but_to_the_site_itself(policy):
    pages = Pages(policy)
    for html in (pages.head(), pages.banner("//evil.example/"), pages.banner(HOSTILE)):
        for address in addresses(fragment(html)):
            assert address.startswith("/_privacy/")


@pytest.mark.parametrize("next", ["/" + HOSTILE, HOSTILE, "/?\"'><b>", "/\udcff", "/é"])
def test_nothing_breaks_out_of_the_banner(next):
    html = Pages(hostile_policy()).banner(next)
    root = fragment(html)
    assert [child.tag for child in root] == ["div"]
    assert not list(root.iter("script"))
    assert not list(root.iter("b"))
    assert HOSTILE.split()[0] in words(root)
    assert "{{ 7*7 }}" in words(root)


def test_the_banner_is_ascii_so_that_it_reads_the_same_in_a_page_of_any_charset():
    html = Pages(hostile_policy()).banner("/é")
    assert html.isascii()
    assert "\N{SNOWMAN}" in words(fragment(html))


def test_the_banners_ids_have_a_prefix():
    ids = [element.attrib["id"] for element in fragment(PAGES.banner("/")).iter() if "id" in element.attrib]
    assert ids
    assert all(name.startswith("consentgate-") for name in ids)
    assert len(ids) == len(set(ids))


def test_a_foreign_base_is_answered_with_an_origin():
    for address in addresses(fragment(PAGES.head("//h.example:8000"))):
        assert address.startswith("//h.example:8000/_privacy/")
    for address in addresses(fragment(PAGES.banner("/", "//h.example:8000"))):
        assert address.startswith("//h.example:8000/_privacy/")
    assert b"<script" not in PAGES.banner("/", '"><script>')


def test_links_begin_where_the_application_is_mounted():
    pages = Pages(Policy(site=Site(name="S", controller="C", contact="c", prefix="/data/privacy/")), "/app/")
    assert b'href="/app/data/privacy/banner.css"' in pages.head()
    assert b'action="/app/_privacy/choices"' in Pages(POLICY, "/app").banner("/app/")
    assert all(
        a.startswith("/evil.example/_privacy/")
        for a in addresses(fragment(Pages(POLICY, "//evil.example").banner("/")))
    )


def test_the_head_is_short():
    assert len(PAGES.head()) < 250
    assert len(PAGES.head("//www.a-rather-long-name.example.org:8443")) < 250


def test_the_head_loads_the_styles_and_a_deferred_script():
    link, script = fragment(PAGES.head())
    assert link.attrib == {"rel": "stylesheet", "href": "/_privacy/banner.css"}
    assert script.attrib == {"src": f"/_privacy/{PAGES.snippet_name}", "defer": ""}


def test_the_head_of_an_open_page_says_what_it_was_made_for():
    assert fragment(PAGES.head(state="open-0a"))[1].attrib["data-state"] == "open-0a"
    assert b"<b>" not in PAGES.head(state='"><b>')


def test_the_banners_links_leave_a_frame_and_its_form_does_not():
    html = PAGES.banner("/") + PAGES.placeholder(POLICY.claims.of_service("films"), False, "/")
    root = fragment(html)
    links = list(root.iter("a"))
    assert len(links) == 4
    assert {link.attrib["target"] for link in links} == {"_top"}
    # A form that did would make a click in a frame the window's decision, and a base may name a target.
    assert root.find(".//form").attrib["target"] == "_self"
