"""The review of a policy that loads: what is wrong or incomplete, where, and what to do."""

import datetime
import re
from pathlib import Path

import pytest
from documentation.pages import blocks

from consentgate import Policy
from consentgate.policy.advice.declaration_gaps import missing_in
from consentgate.policy.findings import PolicyFinding
from consentgate.policy.loading import read
from consentgate.policy.review import review

from .measurements import AUDIENCE

TODAY = datetime.date(2026, 11, 30)
SITE = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"
updated = 2026-11-23
"""
TOLD = 'controller = "Vendor Inc."\nprivacy_url = "https://vendor.example/privacy"\npurpose = "For us."\n'
COOKIE = '[[cookie]]\nname = "{}"\ncategory = "{}"\nlifetime = "14 days"\npurpose = "For us."\n'
EXEMPT = '[[cookie]]\nname = "{}"\ncategory = "necessary"\nreason = "{}"\nlifetime = "14 days"\n'


def found(text: str, site: str = "") -> list[PolicyFinding]:
    return review(*_read(SITE + site + text))


def _read(text: str):
    parts, filed = read(text, "consentgate.toml")
    return parts, TODAY, filed


def service(id: str, category: str, *lines: str) -> str:
    return "\n".join((f'[[service]]\nid = "{id}"\ncategory = "{category}"\n{TOLD}', *lines)) + "\n"


def use(id: str, *lines: str) -> str:
    return "\n".join((f'[[service]]\nuse = "{id}"\n{TOLD}', *lines)) + "\n"


@pytest.mark.parametrize(
    ("site", "level", "key", "what"),
    [
        ("updated = 2026-12-01", "error", "updated", "visitors are told that the policy is from 2026-12-01"),
        ("undeclared = 'third-party'", "warning", "undeclared", 'consent to "third-party" opens what'),
        ("report_only = true", "warning", "report_only", "nothing is blocked"),
        ("csp = 'off'", "warning", "csp", "what the scripts of your pages load from others is not stopped"),
        (
            "csp = 'report-only'",
            "warning",
            "csp",
            "what the scripts of your pages load from others is only rep",
        ),
        ("guard = false", "warning", "guard", "the scripts of your pages can store"),
        ("contact = 'us'", "warning", "contact", 'visitors cannot write to "us"'),
        ("languages = ['en', 'eng']", "warning", "languages", 'there are no texts in "eng" yet'),
        ("languages = ['ga']", "warning", "languages", 'what ships for "ga" is a draft'),
    ],
)
def test_the_site(site, level, key, what):
    text = SITE.replace(f"{key} = ", "# ") + site
    (only,) = review(*_read(text))
    assert (only.level, only.table, only.key) == (level, "[site]", key)
    assert only.what.startswith(what)
    assert only.to_do


@pytest.mark.parametrize(
    "contact",
    [
        "a@b.example",
        "https://example.org/contact",
        "example.org",
        "/contact",
        "+33 1 23 45 67 89",
        "Us, us@b.eu",
    ],
)
def test_whatever_one_can_write_to_or_call_is_a_contact(contact):
    assert review(*_read(SITE.replace("privacy@example.org", contact))) == []


def test_a_cookie_that_stands_twice_is_told_of():
    twice = COOKIE.format("_ab", "performance")
    (only,) = found(twice + twice)
    assert (only.level, only.table, only.key) == ("warning", '[[cookie]] 2 "_ab"', "name")
    (only,) = found(twice + twice.replace("14 days", "15 days"))
    assert only.what.endswith("and the shorter of the two lifetimes counts")


NECESSARY = '[[service]]\nid = "pay"\ncategory = "necessary"\nreason = "payment"\npurpose = "For us."\n'


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        (f'{NECESSARY}{TOLD}cookies = [{{ name = "a" }}]', {"lifetime": "warning"}),
        (f"{NECESSARY}hosts = ['pay.example']", {"controller": "error", "privacy_url": "error"}),
        (f"{NECESSARY}paths = ['/pay/*']", {"controller": "warning", "privacy_url": "warning"}),
    ],
)
def test_what_is_missing_of_a_necessary_service_counts_the_same_everywhere(text, levels):
    """What closes a host that has to be complete is an error of `check`, and nothing else is."""
    text = text.replace('purpose = "For us."\n', "", 1) if TOLD in text else text
    policy = Policy.parse(SITE + text)
    kept_back = {key for place, key, _ in missing_in(policy) if place.startswith("[[service]]")}
    assert {one.key: one.level for one in found(text)} == levels
    assert kept_back == {key for key, level in levels.items() if level == "error"}


def test_a_policy_without_a_date_is_told_of():
    (only,) = review(*_read(SITE.replace("updated = 2026-11-23", "")))
    assert (only.level, only.key) == ("warning", "updated")
    assert only.to_do.endswith("like updated = 2026-11-30")


def test_the_nearest_language_is_named():
    (only,) = found("languages = ['deu']")
    assert only.to_do.endswith('; did you mean "de"?')


@pytest.mark.parametrize(
    ("text", "level", "key", "what"),
    [
        # logins
        (COOKIE.format("sessionid", "performance"), "error", "category", "frameworks use this name"),
        (EXEMPT.format("sid", "ui-preference"), "warning", "reason", "frameworks use this name for logins"),
        (EXEMPT.format("csrftoken", "basket"), "warning", "reason", "frameworks use this name for the prot"),
        # exempt cookies
        (EXEMPT.format("_gcl_au", "security"), "error", "category", "Google Ads sets a cookie of this name"),
        (
            EXEMPT.format("lb", "load-balancing").replace("lifetime", "# "),
            "warning",
            "lifetime",
            "without it",
        ),
        # what visitors are told
        (
            COOKIE.format("_ab", "performance").replace("lifetime", "# "),
            "error",
            "lifetime",
            "visitors have to",
        ),
        (
            COOKIE.format("_ab", "performance").replace("purpose", "# "),
            "warning",
            "purpose",
            "visitors do not",
        ),
        (use("youtube", 'cookies = [{ name = "a" }]'), "error", "lifetime", "visitors have to be told"),
        (
            use("hotjar", 'cookies = [{ name = "_hj*", lifetime = "1 day" }]'),
            "warning",
            "lifetime",
            'visitors read "1 day", and the vendor\'s own setting is "365 days"',
        ),
        (
            service("a", "third-party", 'hosts = ["a.example"]').replace("controller", "# "),
            "error",
            "controller",
            "visitors do not read who answers for a",
        ),
        (
            service("a", "third-party", 'hosts = ["a.example"]').replace("privacy_url", "# "),
            "error",
            "privacy_url",
            "visitors cannot read what a does",
        ),
        (
            service("a", "third-party", 'hosts = ["a.example"]').replace("purpose", "# "),
            "warning",
            "purpose",
            "visitors read nothing of what a is for",
        ),
        (
            '[[service]]\nuse = "mixpanel"\nprivacy_url = "https://a.example/"',
            "error",
            "controller",
            "visitors do not read who answers for Mixpanel, which the catalogue does not know",
        ),
        # services
        (use("digg"), "error", "use", "Digg has closed"),
        (
            use("hotjar", 'category = "necessary"', 'reason = "security"'),
            "error",
            "category",
            'the catalogue knows Hotjar for "performance"',
        ),
        (
            service("a", "necessary", 'reason = "security"', 'hosts = ["static.hotjar.com"]'),
            "error",
            "category",
            'the catalogue knows Hotjar for "performance"',
        ),
        (
            service(
                "a", "necessary", 'reason = "security"', 'cookies = [{ name = "_fbp", lifetime = "1 day" }]'
            ),
            "error",
            "category",
            'the catalogue knows Meta Pixel for "marketing"',
        ),
        (use("google-adsense"), "warning", "use", "in the EEA, the United Kingdom and Switzerland, Google"),
        (
            use("google-ad-manager"),
            "warning",
            "use",
            "in the EEA, the United Kingdom and Switzerland, Google",
        ),
        ('hosts = ["connect.facebook.net"]', "error", "hosts", '"connect.facebook.net" belongs to'),
        (use("google-tag") + use("google-analytics"), "warning", "use", '"google-analytics" loads the same'),
        (
            use("google-tag-manager", 'category = "performance"') + use("google-ads"),
            "warning",
            "category",
            'who allows "performance" alone allows the container too',
        ),
    ],
)
def test_cookies_and_services(text, level, key, what):
    (only,) = found(text)
    assert (only.level, only.key) == (level, key)
    assert only.what.startswith(what)
    assert only.to_do


@pytest.mark.parametrize(
    "text",
    [
        EXEMPT.format("sid", "authentication"),
        EXEMPT.format("session", "basket"),
        EXEMPT.format("_pk_id.*", "audience") + AUDIENCE,
        COOKIE.format("sessionid", "never"),
        COOKIE.format("_ab", "never").replace("lifetime", "# ").replace("purpose", "# "),
        service("a", "necessary", 'reason = "payment"', 'hosts = ["js.stripe.com"]'),
        use("matomo", 'category = "necessary"', 'reason = "audience"', 'paths = ["/matomo/*"]', AUDIENCE),
        use("google-analytics") + use("google-ads"),
        use("google-tag-manager") + use("google-ads") + use("google-analytics"),
        '[[service]]\nuse = "youtube"',
        '[[service]]\nid = "a"\ncategory = "never"\nhosts = ["a.example"]',
        use("google-adsense", 'category = "never"'),
    ],
)
def test_what_is_right_is_not_found_fault_with(text):
    assert found(text) == []


def test_a_category_with_nothing_in_it():
    category = '[[category]]\nid = "{}"\n'
    text = category.format("performance") + category.format("stats") + COOKIE.format("_ab", "performance")
    (only,) = found(text)
    assert (only.level, only.table) == ("warning", '[[category]] 2 "stats"')


def test_a_host_of_the_sites_own_that_is_called_a_third_partys():
    site = 'hosts = ["example.org", "*.example.org"]\n'
    assert found(service("a", "third-party", 'hosts = ["metrics.example.org"]'), site) == []
    assert found(service("a", "third-party", 'hosts = ["example.org"]', 'paths = ["/collect"]'), site) == []
    assert found(service("a", "necessary", 'reason = "payment"', 'hosts = ["example.org"]'), site) == []
    for host in ("example.org", "*.example.org"):
        (only,) = found(service("a", "third-party", f'hosts = ["{host}"]'), site)
        assert (only.level, only.key) == ("error", "hosts")
        assert only.what.endswith("is blocked until visitors allow a")


@pytest.mark.parametrize(
    ("category", "effect"),
    [("performance", "consent to either opens it"), ("necessary", "it passes without consent")],
)
def test_two_services_with_one_host(category, effect):
    reason = 'reason = "payment"' if category == "necessary" else ""
    host = 'hosts = ["a.example", "b.example"]'
    (only,) = found(service("a", "third-party", host) + service("b", category, host, reason))
    assert (only.level, only.table, only.key) == ("warning", '[[service]] 2 "b"', "hosts")
    assert only.what == f'"a.example" and more is declared by "a" too, so that {effect}'


def test_findings_come_in_the_order_of_the_file():
    text = use("digg") + COOKIE.format("sessionid", "performance") + "[[category]]\nid = 'performance'\n"
    text += "[[category]]\nid = 'third-party'\n" + "[[category]]\nid = 'stats'\n"
    tables = [finding.table for finding in found(text, "csp = 'off'\n")]
    assert tables == ["[site]", '[[category]] 3 "stats"', '[[cookie]] 1 "sessionid"', '[[service]] 1 "digg"']


def test_what_the_log_says_at_the_start_is_found_in_the_same_words(caplog):
    text = f"""
        {SITE}
        languages = ["ga", "tlh"]
        [[category]]
        id = "performance"
        covers = ["performance", "marketing"]
        [[category]]
        id = "third-party"
        {COOKIE.format("sessionid", "performance")}
        [[service]]
        use = "google-tag"
        [[service]]
        use = "stripe"
        [[service]]
        use = "google-adsense"
    """
    Policy.parse(text, "consentgate.toml")
    logged = [re.sub("^consentgate.toml:[0-9]+: ", "", message) for message in caplog.messages]
    assert len(logged) == 7
    assert set(logged) <= {str(finding) for finding in review(*_read(text))}


def test_the_whole_file_in_the_documentation_is_complete():
    whole = blocks("docs/policy.md", "toml")[1]
    assert "youtube" in whole
    assert review(*_read(whole)) == []


def test_the_files_of_the_examples_have_no_errors():
    for file in sorted((Path(__file__).resolve().parents[2] / "examples").glob("*/consentgate.toml")):
        levels = {finding.level for finding in review(*_read(file.read_text("utf-8")))}
        assert "error" not in levels, file
