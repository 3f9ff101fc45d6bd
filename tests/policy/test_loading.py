"""A policy file that is right: what is read from it, and what is filled in."""

import datetime
import logging
import os

import pytest

from consentgate import Policy
from consentgate.catalogue import catalogue
from consentgate.policy import Category, Cookie, PolicyError, Service, ServiceCookie, Site

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'

DESIGN = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"
# hosts, languages, undeclared, updated, gate_redirects, ... have defaults

[[category]]                 # none: the four defaults; with some: `necessary` is always there
id = "performance"

[[cookie]]                   # the site's own; a name may end in *
name = "sid"
category = "necessary"
reason = "authentication"
lifetime = "14 days"         # session | N minutes/hours/days/months/years

[[service]]                  # a third party, or a tracker on the site's own host (paths without hosts)
id = "stats"
name = "Stats"
category = "performance"
hosts = ["stats.vendor.example", "*.vendor.example"]     # *.x is subdomains only
paths = ["/collect/*"]                                   # with hosts: both must match
cookies = [{ name = "_st*", lifetime = "13 months" }]
privacy_url = "https://vendor.example/privacy"

[[service]]
use = "youtube"              # from the catalogue; any key overrides
"""


def parse(text: str) -> Policy:
    return Policy.parse(SITE + text)


def service(text: str) -> Service:
    return parse(f"[[service]]\n{text}").services[0]


def test_the_example_of_the_design_loads_as_it_is_written(tmp_path, caplog):
    file = tmp_path / "consentgate.toml"
    file.write_text(DESIGN, "utf-8")
    policy = Policy.load(file)
    assert policy.site.name == "Example"
    assert [category.id for category in policy.categories] == ["necessary", "performance"]
    assert policy.cookies == (
        Cookie(name="sid", category="necessary", reason="authentication", lifetime="14 days"),
    )
    assert policy.services[0] == Service(
        id="stats",
        name="Stats",
        category="performance",
        hosts=("stats.vendor.example", "*.vendor.example"),
        paths=("/collect/*",),
        cookies=(ServiceCookie(name="_st*", lifetime="13 months"),),
        privacy_url="https://vendor.example/privacy",
    )
    # Nothing in this policy covers the catalogue's "media", and it says so.
    assert policy.services[1].id == "youtube"
    assert policy.services[1].category == "never"
    assert "youtube" in caplog.text
    assert '"media"' in caplog.text


def test_what_a_file_leaves_out_has_defaults():
    policy = parse("")
    assert policy.site == Site(
        name="Example", controller="Example Ltd", contact="privacy@example.org", undeclared="never"
    )
    assert [category.id for category in policy.categories] == [
        "necessary",
        "performance",
        "marketing",
        "third-party",
    ]
    assert (policy.site.csp, policy.site.dnt, policy.site.gate_redirects) == ("on", True, False)
    assert not policy.site.gate_forms
    assert policy.site.prefix == "/_privacy/"
    assert policy.site.languages == ("en",)


def test_a_policy_without_a_file_has_four_categories_and_opens_the_undeclared_with_third_party():
    policy = Policy()
    assert [category.id for category in policy.categories] == [
        "necessary",
        "performance",
        "marketing",
        "third-party",
    ]
    assert isinstance(policy.categories, tuple)
    assert policy.site.undeclared == "third-party"
    assert policy.cookies == policy.services == ()
    assert policy.ids == {"necessary", "performance", "marketing", "third-party"}


def test_necessary_is_always_there():
    assert [c.id for c in parse('[[category]]\nid = "ads"').categories] == ["necessary", "ads"]
    written = parse('[[category]]\nid = "ads"\n[[category]]\nid = "necessary"\nname = "Needed"')
    assert [c.id for c in written.categories] == ["ads", "necessary"]
    built = Policy(Site(name="a", controller="b", contact="c"), (Category(id="ads"),))
    assert [c.id for c in built.categories] == ["necessary", "ads"]


def test_every_key_of_the_site_is_read():
    site = Policy.parse(
        """
        [site]
        name = "Example"
        controller = "Example Ltd"
        contact = "privacy@example.org"
        hosts = ["example.org", "*.example.org"]
        languages = ["de", "pt-BR"]
        undeclared = "performance"
        updated = 2026-11-23
        gate_redirects = true
        gate_forms = true
        dnt = false
        csp = "report-only"
        prefix = "/cookies/"
        """
    ).site
    assert site.hosts == ("example.org", "*.example.org")
    assert site.languages == ("de", "pt-BR")
    assert site.undeclared == "performance"
    assert site.updated == datetime.date(2026, 11, 23)
    assert (site.gate_redirects, site.dnt, site.csp, site.prefix) == (True, False, "report-only", "/cookies/")
    assert site.gate_forms


@pytest.mark.parametrize("value", ["never", "performance", "third-party"])
def test_undeclared_is_never_or_a_category_that_is_asked_for(value):
    assert Policy.parse(f'{SITE}undeclared = "{value}"').site.undeclared == value


def test_the_day_of_the_file_stands_in_for_updated(tmp_path):
    file = tmp_path / "consentgate.toml"
    file.write_text(SITE, "utf-8")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert Policy.load(str(file)).site.updated == datetime.date(2023, 11, 14)
    file.write_text(SITE + "updated = 2020-02-02", "utf-8")
    assert Policy.load(file).site.updated == datetime.date(2020, 2, 2)


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference(tmp_path):
    file = tmp_path / "consentgate.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SITE.replace("\n", "\r\n").encode() + 'name2 = "é"'.encode()[:0])
    assert Policy.load(file).site.name == "Example"


# -- services of the catalogue -------------------------------------------------------------------------------


def test_use_takes_everything_from_the_catalogue():
    known = catalogue().service("youtube")
    used = service('use = "youtube"')
    assert (used.id, used.name, used.controller) == ("youtube", known.name, known.controller)
    assert used.category == "third-party"
    assert used.urls == tuple(map(str, known.urls))
    assert [cookie.name for cookie in used.cookies] == [cookie.name for cookie in known.cookies]
    assert used.privacy_url == known.privacy_url


def test_every_service_of_the_catalogue_can_be_used():
    tables = "".join(
        f'[[service]]\nuse = "{known.id}"\ncategory = "performance"\n' for known in catalogue().services
    )
    assert len(parse(tables).services) == len(catalogue().services)


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ('id = "film"', "id", "film"),
        ('name = "Our films"', "name", "Our films"),
        ('category = "performance"', "category", "performance"),
        ('controller = "Film Ltd"', "controller", "Film Ltd"),
        ('privacy_url = "https://film.example/"', "privacy_url", "https://film.example/"),
        ('purpose = "Films"', "purpose", "Films"),
        ("cookies = []", "cookies", ()),
        ('urls = ["film.example/embed/*"]', "urls", ("film.example/embed/*",)),
    ],
)
def test_any_key_beside_use_overrides_the_catalogue(line, key, value):
    assert getattr(service(f'use = "youtube"\n{line}'), key) == value


def test_hosts_or_paths_beside_use_replace_where_the_catalogue_finds_it():
    used = service('use = "youtube"\nhosts = ["www.youtube-nocookie.com"]')
    assert (used.hosts, used.urls, used.paths) == (("www.youtube-nocookie.com",), (), ())
    used = service('use = "matomo"\npaths = ["/stats/*"]')
    assert (used.hosts, used.urls, used.paths) == ((), (), ("/stats/*",))


def test_a_used_service_can_be_necessary_with_a_reason_only():
    text = 'use = "stripe"\ncategory = "necessary"\n'
    assert service(f'{text}reason = "payment"\npages = ["/checkout/*"]').pages == ("/checkout/*",)
    with pytest.raises(PolicyError, match="reason: missing"):
        service(text)


def test_a_category_covers_what_the_catalogue_files_elsewhere():
    used = parse('[[category]]\nid = "embeds"\ncovers = ["media", "social"]\n[[service]]\nuse = "youtube"')
    assert used.services[0].category == "embeds"


def test_a_category_covers_what_has_its_own_name():
    used = parse('[[category]]\nid = "media"\n[[service]]\nuse = "youtube"').services[0]
    assert used.category == "media"


def test_what_no_category_covers_goes_by_the_switch_and_the_log_says_so(caplog):
    text = '[[category]]\nid = "ads"\n[[service]]\nuse = "youtube"\n'
    with caplog.at_level(logging.WARNING, logger="consentgate"):
        assert parse(text).services[0].category == "never"
    assert '[[service]] 1 "youtube": the catalogue files it under "media"' in caplog.text
    switched = Policy.parse(f'{SITE}undeclared = "ads"\n{text}')
    assert switched.services[0].category == "ads"


def test_what_the_catalogue_calls_necessary_is_for_the_site_to_say(caplog):
    assert service('use = "stripe"').category == "third-party"
    assert 'category = "necessary" and a reason' in caplog.text


@pytest.mark.parametrize("line", ['"third-party"', '"necessary"\nreason = "payment"', '"never"'])
def test_nothing_is_logged_where_the_site_names_the_category(caplog, line):
    service(f'use = "stripe"\ncategory = {line}')
    assert not caplog.records


def test_a_service_is_called_by_its_id_where_it_has_no_name():
    assert service('id = "stats"\ncategory = "performance"\nhosts = ["stats.example"]').name == "stats"


# -- with_exempt, and the policy as a whole ------------------------------------------------------------------


def exempt(name: str) -> Cookie:
    return Cookie(name=name, category="necessary", reason="authentication")


def test_with_exempt_adds_what_the_policy_does_not_name():
    policy = parse("")
    more = policy.with_exempt(exempt("sessionid"), exempt("csrftoken"))
    assert [cookie.name for cookie in more.cookies] == ["sessionid", "csrftoken"]
    assert policy.cookies == ()


@pytest.mark.parametrize(
    "text",
    [
        '[[cookie]]\nname = "sessionid"\ncategory = "performance"',
        '[[cookie]]\nname = "session*"\ncategory = "never"',
        '[[service]]\nid = "a"\ncategory = "performance"\ncookies = [{ name = "sessionid" }]',
    ],
)
def test_with_exempt_leaves_what_the_policy_names_as_it_is(text):
    policy = parse(text)
    assert policy.with_exempt(exempt("sessionid")) is policy


def test_with_exempt_takes_one_of_two_with_the_same_name():
    assert len(Policy().with_exempt(exempt("sid"), exempt("sid")).cookies) == 1


def test_with_exempt_checks_like_a_file():
    with pytest.raises(PolicyError, match="reason: missing"):
        Policy().with_exempt(Cookie(name="sid", category="necessary"))


def test_parts_that_do_not_fit_together_are_refused_in_code_too():
    with pytest.raises(PolicyError) as caught:
        Policy(services=(Service(id="a", name="A", category="ads", hosts=("a b",)),))
    assert [(m.file, m.table, m.key) for m in caught.value.mistakes] == [
        ("policy", '[[service]] 1 "a"', "category"),
        ("policy", '[[service]] 1 "a"', "hosts"),
    ]


def test_only_what_something_belongs_to_is_asked_for():
    policy = parse('[[cookie]]\nname = "_ab"\ncategory = "performance"')
    assert [category.id for category in policy.askable] == ["performance"]
    assert [category.id for category in Policy().askable] == ["performance", "marketing", "third-party"]
    assert parse("").askable == ()


def test_ids_are_what_consent_can_be_given_to():
    policy = parse(
        '[[service]]\nid = "a"\ncategory = "performance"\nhosts = ["a.example"]\n'
        '[[service]]\nid = "b"\ncategory = "never"\nhosts = ["b.example"]\n'
        '[[service]]\nid = "c"\ncategory = "necessary"\nreason = "payment"\nhosts = ["c.example"]\n'
    )
    assert policy.ids == {"necessary", "performance", "marketing", "third-party", "a"}
    assert [s.id for s in policy.services_of("performance")] == ["a"]
