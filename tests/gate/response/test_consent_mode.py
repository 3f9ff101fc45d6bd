"""Vendors' tags are told what the visitor has consented to, before any of them runs, and nobody else is."""

from __future__ import annotations

import json

import pytest
from policy.measurements import AUDIENCE
from selectolax.lexbor import LexborHTMLParser

from consentgate.pages.assets import INTERACTION, SNIPPET, SNIPPET_WITH_TAGS
from gate.conftest import MakeSite
from gate.driver import Page, Reply

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'


def uses(*ids: str, more: str = "") -> str:
    return SITE + "".join(f'[[service]]\nuse = "{id}"\n' for id in ids) + more


GOOGLE = uses("google-tag-manager", "google-analytics", "google-ads")
TAG = (
    b'<!doctype html><title>t</title><script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>'
    b"<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}"
    b"gtag('js',new Date());gtag('config','G-1')</script><p>one"
)
OTHER_TYPES = ("functionality_storage", "personalization_storage", "security_storage")
ADS_TYPES = ("ad_storage", "ad_user_data", "ad_personalization")


def told(reply: Reply) -> dict[str, dict[str, str]]:
    """Read from a page what its script tells each vendor."""
    script = LexborHTMLParser(reply.body).css_first('script[src*="/_privacy/"]')
    said = script.attributes.get("data-consent-mode")
    file = SNIPPET_WITH_TAGS if said or script.attributes.get("data-stubs") else SNIPPET
    assert script.attributes["src"].endswith(f"/_privacy/{file.name}")
    # What tells has to run at once.
    assert "defer" not in script.attributes
    return json.loads(said) if said else {}


def granted(answers: dict[str, str]) -> set[str]:
    assert set(answers.values()) <= {"granted", "denied"}
    return {type for type, answer in answers.items() if answer == "granted"}


def test_google_is_told_of_seven_types_before_its_tag_S7(make_site: MakeSite) -> None:
    site = make_site(Page(TAG), policy=GOOGLE)
    reply = site.gets(cookie=site.chooses("accept"))
    answers = told(reply)["google"]
    assert set(answers) == {*ADS_TYPES, "analytics_storage", *OTHER_TYPES}
    assert granted(answers) == {*ADS_TYPES, "analytics_storage"}
    assert 0 < reply.body.index(b"data-consent-mode") < reply.body.index(b"<title>")


@pytest.mark.parametrize(
    ("services", "types"),
    [
        (("google-analytics",), {"analytics_storage"}),
        (("google-ads",), set(ADS_TYPES)),
        (("google-tag-manager",), set()),
        (("google-tag-manager", "google-analytics"), {"analytics_storage"}),
    ],
)
def test_a_type_is_granted_with_the_services_that_it_is_about(
    make_site: MakeSite, services: tuple[str, ...], types: set[str]
) -> None:
    site = make_site(Page(TAG), policy=GOOGLE)
    cookie = site.chooses("save", service=[*services])
    assert granted(told(site.gets(cookie=cookie))["google"]) == types


@pytest.mark.parametrize("decision", ["", "refuse"])
def test_nobody_is_told_anything_without_consent_S8(make_site: MakeSite, decision: str) -> None:
    site = make_site(Page(TAG), policy=GOOGLE)
    assert told(site.gets(cookie=site.chooses(decision) if decision else "")) == {}


def test_nobody_is_told_of_services_that_the_site_does_not_use(make_site: MakeSite) -> None:
    for policy in (uses("youtube"), uses("matomo", "youtube")):
        site = make_site(Page(TAG), policy=policy)
        assert told(site.gets(cookie=site.chooses("accept"))) == {}


def test_every_vendor_is_told_once_anything_may_load(make_site: MakeSite) -> None:
    """A container may load a tag that nobody named, which would take everything as granted."""
    site = make_site(policy=uses("google-analytics", "microsoft-uet", "clarity", "youtube"))
    answers = told(site.gets(cookie=site.chooses("save", service=["youtube"])))
    assert answers.keys() == {"google", "uet", "clarity"}
    assert [granted(each) for each in answers.values()] == [set()] * 3


def test_a_vendor_without_a_service_in_the_policy_is_told_nothing(make_site: MakeSite) -> None:
    site = make_site(policy=uses("microsoft-uet"))
    assert told(site.gets(cookie=site.chooses("accept"))) == {"uet": {"ad_storage": "granted"}}


def test_a_type_that_is_about_two_services_takes_both(make_site: MakeSite) -> None:
    """Tags in a container all read the same answer, those of the service that was refused too."""
    site = make_site(policy=uses("google-tag-manager", "google-ads", "google-adsense"))
    for services, types in (
        (["google-tag-manager", "google-adsense"], set()),
        (["google-ads", "google-adsense"], set(ADS_TYPES)),
    ):
        assert granted(told(site.gets(cookie=site.chooses("save", service=services)))["google"]) == types


def test_microsoft_is_told_in_its_own_spelling(make_site: MakeSite) -> None:
    site = make_site(policy=uses("microsoft-uet", "clarity"))
    answers = told(site.gets(cookie=site.chooses("save", service=["clarity"])))
    assert answers["clarity"] == {"ad_Storage": "denied", "analytics_Storage": "granted"}
    assert answers["uet"] == {"ad_storage": "denied"}
    answers = told(site.gets(cookie=site.chooses("accept")))
    assert answers["uet"] == {"ad_storage": "granted"}
    assert answers["clarity"] == {"ad_Storage": "granted", "analytics_Storage": "granted"}


def test_a_service_of_another_name_counts(make_site: MakeSite) -> None:
    policy = SITE + '[[service]]\nuse = "google-analytics"\nid = "numbers"\ncategory = "performance"\n'
    site = make_site(policy=policy)
    answers = told(site.gets(cookie=site.chooses("accept")))["google"]
    assert granted(answers) == {"analytics_storage"}


def test_a_loader_that_services_share_grants_none_of_the_others(make_site: MakeSite) -> None:
    # Google Ads loads from www.googletagmanager.com/gtag/, which is Google Analytics' own here.
    site = make_site(Page(TAG), policy=uses("google-analytics"))
    answers = told(site.gets(cookie=site.chooses("accept")))["google"]
    assert granted(answers) == {"analytics_storage"}


def test_the_policy_says_which_id_grants_a_type(make_site: MakeSite) -> None:
    more = (
        '[consent_mode.google]\nad_storage = "marketing"\nsecurity_storage = "necessary"\n'
        'personalization_storage = "never"\n'
    )
    site = make_site(policy=uses("google-tag-manager", "google-analytics", more=more))
    answers = told(site.gets(cookie=site.chooses("accept")))["google"]
    assert granted(answers) == {"ad_storage", "analytics_storage", "security_storage"}
    cookie = site.chooses("save", service=["google-analytics"])
    assert granted(told(site.gets(cookie=cookie))["google"]) == {"analytics_storage", "security_storage"}
    # What is necessary is no reason to tell anybody.
    assert told(site.gets()) == {}


def test_a_category_grants_where_all_of_its_services_are_allowed(make_site: MakeSite) -> None:
    more = '[consent_mode.google]\nanalytics_storage = "performance"\n'
    site = make_site(policy=uses("google-analytics", "matomo", more=more))
    for services, types in (
        (["google-analytics"], set()),
        (["performance/own"], set()),
        (["google-analytics", "matomo"], {"analytics_storage"}),
    ):
        answers = told(site.gets(cookie=site.chooses("save", service=services)))
        assert granted(answers["google"]) == types
    # A service that came later still waits for consent.
    cookie = site.chooses("accept")
    later = make_site(policy=uses("google-analytics", "matomo", "hotjar", more=more))
    assert granted(told(later.gets(cookie=cookie))["google"]) == set()


def test_a_signal_of_the_browser_suspends_the_grant(make_site: MakeSite) -> None:
    site = make_site(policy=GOOGLE)
    cookie = site.chooses("accept")
    assert told(site.gets(cookie=cookie))
    assert told(site.gets(cookie=cookie, Sec_GPC="1")) == {}


def test_a_container_of_the_site_s_own_is_told(make_site: MakeSite) -> None:
    policy = (
        SITE + '[[service]]\nid = "container"\nname = "Tags"\ncategory = "marketing"\npaths = ["/tags/*"]\n'
        '[consent_mode.google]\nanalytics_storage = "container"\n'
    )
    site = make_site(policy=policy)
    assert told(site.gets()) == {}
    answers = told(site.gets(cookie=site.chooses("accept")))
    assert answers.keys() == {"google"}
    assert granted(answers["google"]) == {"analytics_storage"}


def test_a_site_can_tell_the_tags_itself(make_site: MakeSite) -> None:
    site = make_site(policy=uses("google-analytics", "clarity", more="[consent_mode]\ngoogle = false\n"))
    assert told(site.gets(cookie=site.chooses("accept"))).keys() == {"clarity"}


def test_a_necessary_service_is_told_where_it_is_necessary(make_site: MakeSite) -> None:
    policy = (
        SITE
        + '[[service]]\nuse = "google-analytics"\ncategory = "necessary"\nreason = "audience"\n'
        + AUDIENCE.replace(" }", ', processor = "Google" }')
        + 'pages = ["/measured/*"]\n[[service]]\nuse = "google-ads"\n'
    )
    site = make_site(policy=policy)
    assert told(site.gets("/")) == {}
    assert granted(told(site.gets("/measured/1"))["google"]) == {"analytics_storage"}
    mounted = make_site(policy=policy.replace("/measured", "/app/measured"), root="/app")
    assert told(mounted.gets("/")) == {}
    assert granted(told(mounted.gets("/measured/1"))["google"]) == {"analytics_storage"}


def test_the_pages_of_another_consent_mode_have_other_names(make_site: MakeSite) -> None:
    page = Page(headers=[("Content-Type", "text/html"), ("ETag", '"1"')])
    tags = set()
    for more in ("", "[consent_mode]\ngoogle = false\n"):
        site = make_site(page, policy=uses("google-analytics", more=more))
        tags.add(site.gets(cookie=site.chooses("accept")).value("etag"))
    assert len(tags) == 2


def test_the_script_that_tells_bears_the_page_s_nonce(make_site: MakeSite) -> None:
    policy = "script-src 'nonce-abc' 'strict-dynamic'"
    page = Page(TAG, headers=[("Content-Type", "text/html"), ("Content-Security-Policy", policy)])
    site = make_site(page, policy=GOOGLE)
    reply = site.gets(cookie=site.chooses("accept"))
    script = LexborHTMLParser(reply.body).css_first("script[data-consent-mode]")
    assert script.attributes["nonce"] == "abc"


def test_a_policy_that_keeps_the_script_out_is_logged(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    policy = "script-src 'sha256-abc' 'unsafe-inline'"
    page = Page(TAG, headers=[("Content-Type", "text/html"), ("Content-Security-Policy", policy)])
    site = make_site(page, policy=GOOGLE)
    cookie = site.chooses("accept")
    for _ in range(2):
        site.gets(cookie=cookie)
    assert caplog.text.count("take everything as granted") == 1


def test_the_scripts_are_served(make_site: MakeSite) -> None:
    site = make_site()
    for script in (SNIPPET, SNIPPET_WITH_TAGS, INTERACTION):
        reply = site.gets(f"/_privacy/{script.name}")
        assert reply.body == script.content
        assert reply.value("cache-control") == "public, max-age=31536000, immutable"
