"""The categories: which one a service of the catalogue lands in, and what the log says of it."""

from __future__ import annotations

import pytest
from documentation.pages import blocks

from consentgate import Policy
from consentgate.catalogue import KnownService, catalogue
from consentgate.policy import Category
from consentgate.policy.categories import DEFAULT_CATEGORIES, category_for, default_category, is_described
from consentgate.texts import texts

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
THREE = '[[category]]\nid = "performance"\n[[category]]\nid = "third-party"\n'
PIXEL = '[[service]]\nuse = "meta-pixel"\n'

each_service = pytest.mark.parametrize("service", catalogue().services, ids=lambda service: service.id)


def filed(text: str, switch: str = "") -> str:
    """The category of the last service in the policy `text`."""
    return Policy.parse(f"{SITE}{switch}\n{text}", "consentgate.toml").services[-1].category


# -- the default categories ----------------------------------------------------------------------------------


def test_there_are_four_by_default():
    ids = [category.id for category in DEFAULT_CATEGORIES]
    assert ids == ["necessary", "performance", "marketing", "third-party"]
    assert [category.id for category in Policy.parse(SITE).categories] == ids


@each_service
def test_every_service_of_the_catalogue_lands_in_a_default_category(service: KnownService):
    found = category_for(service.category, DEFAULT_CATEGORIES)
    assert found in {"performance", "marketing", "third-party"}
    assert found == default_category(service.category) == filed(f'[[service]]\nuse = "{service.id}"')
    # It is one whose description is true of it.
    assert is_described(service.category, Category(id=found))


@pytest.mark.parametrize(
    ("category", "ids"),
    [
        (
            "performance",
            "google-analytics matomo plausible hotjar clarity fullstory optimizely vwo sentry bugsnag",
        ),
        (
            "marketing",
            "meta-pixel google-ads google-adsense criteo linkedin-insight x-pixel vk-pixel amazon-ads "
            "mailchimp klaviyo onesignal google-tag-manager google-tag",
        ),
        (
            "third-party",
            "youtube google-maps google-fonts intercom disqus recaptcha hcaptcha turnstile stripe paypal "
            "facebook x instagram calendly jsdelivr firebase",
        ),
    ],
)
def test_services_are_asked_for_by_what_they_are_for(category: str, ids: str):
    assert {id: filed(f'[[service]]\nuse = "{id}"') for id in ids.split()} == dict.fromkeys(
        ids.split(), category
    )


def test_what_a_pixel_or_a_tag_manager_is_for_is_never_videos_and_maps():
    words = texts("en").categories
    policy = Policy()
    for id in ("meta-pixel", "google-tag-manager", "google-tag"):
        service = catalogue().service(id)
        assert service is not None
        claim = policy.claims.by_known(service)[0]
        assert claim.category == "marketing"
    assert "dvertis" in words["marketing"].description
    assert "dvertis" not in words["third-party"].description + words["performance"].description
    assert "videos, maps" in words["third-party"].description


def test_the_documentation_shows_the_warning_as_it_is(caplog):
    filed(f'{PIXEL}category = "third-party"\n')
    assert f"{caplog.messages[0]}\n" in blocks("docs/policy.md", "text")


# -- policies with categories of their own -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("categories", "use", "category"),
    [
        # A default category without `covers` covers what it covers by default.
        ('[[category]]\nid = "marketing"', "meta-pixel", "marketing"),
        ('[[category]]\nid = "marketing"', "google-tag-manager", "marketing"),
        ('[[category]]\nid = "third-party"', "youtube", "third-party"),
        ('[[category]]\nid = "third-party"', "facebook", "third-party"),
        ('[[category]]\nid = "performance"', "google-analytics", "performance"),
        # With `covers` it covers that.
        ('[[category]]\nid = "third-party"\ncovers = ["media"]', "facebook", "never"),
        ('[[category]]\nid = "third-party"\ncovers = ["media"]', "youtube", "third-party"),
        # What another one says it covers, or is called, comes first.
        (
            '[[category]]\nid = "third-party"\n[[category]]\nid = "films"\ncovers = ["media"]',
            "youtube",
            "films",
        ),
        ('[[category]]\nid = "third-party"\n[[category]]\nid = "social"', "facebook", "social"),
        ('[[category]]\nid = "third-party"\n[[category]]\nid = "social"', "youtube", "third-party"),
        # Nothing lands in `necessary` by itself.
        ('[[category]]\nid = "necessary"', "stripe", "never"),
        (THREE, "stripe", "third-party"),
        (THREE, "meta-pixel", "never"),
    ],
)
def test_a_service_lands_in_the_category_that_covers_its_own(categories: str, use: str, category: str):
    assert filed(f'{categories}\n[[service]]\nuse = "{use}"') == category


# -- what the log says, and that following it is enough ------------------------------------------------------


def test_a_file_that_files_a_pixel_with_videos_loads_as_before_and_is_told_the_line(caplog):
    text = '[[service]]\nuse = "youtube"\n[[service]]\nuse = "meta-pixel"\ncategory = "third-party"\n'
    assert filed(text) == "third-party"
    assert caplog.messages == [
        'consentgate.toml:10: [[service]] 2 "meta-pixel", category: the catalogue files it under '
        '"marketing", of which visitors read nothing in our description of "third-party". Write category = '
        '"marketing", or describe "third-party" in your own words'
    ]
    caplog.clear()
    assert filed(text.replace('"third-party"', '"marketing"')) == "marketing"
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("use", "category", "warned"),
    [
        ("meta-pixel", "performance", True),
        ("google-analytics", "third-party", True),
        ("google-tag-manager", "third-party", True),
        ("youtube", "performance", True),
        # A tag manager may hold statistics alone, and anything may be used for marketing.
        ("google-tag-manager", "performance", False),
        ("segment", "marketing", False),
        ("facebook", "marketing", False),
        ("meta-pixel", "never", False),
        ("stripe", "third-party", False),
    ],
)
def test_a_warning_is_for_what_visitors_would_not_look_for_there(caplog, use, category, warned):
    filed(f'[[service]]\nuse = "{use}"\ncategory = "{category}"')
    assert len([text for text in caplog.messages if "consent_mode" not in text]) == warned


def test_own_words_are_the_sites_own_business(caplog):
    named = f'{PIXEL}category = "third-party"'
    assert filed(f'{THREE}description = "Films and advertising."\n{named}') == "third-party"
    assert filed(f'[[category]]\nid = "partners"\n{PIXEL}category = "partners"') == "partners"
    assert caplog.messages == []
    # A title alone leaves our description as it is.
    filed(f'{THREE}name = "Partners"\n{named}')
    assert len(caplog.messages) == 1
    assert 'category = "marketing" and add a [[category]] table with id = "marketing"' in caplog.messages[0]


def test_without_a_category_for_it_a_pixel_goes_by_the_switch_and_is_told_the_lines(caplog):
    assert filed(THREE + PIXEL) == "never"
    assert filed(THREE + PIXEL, 'undeclared = "performance"') == "performance"
    start = (
        'consentgate.toml:{line}: [[service]] 1 "meta-pixel": the catalogue files it under "marketing", '
        "which no category of this policy covers. So it goes by undeclared in [site]: "
    )
    end = (
        '. Add a [[category]] table with id = "marketing", or here the line category = ..., with one of '
        '"performance", "third-party"'
    )
    assert caplog.messages == [
        f"{start.format(line=10)}nothing opens it{end}",
        f'{start.format(line=10)}visitors are asked for it under "performance"{end}',
    ]
    caplog.clear()
    assert filed(f'{THREE}[[category]]\nid = "marketing"\n{PIXEL}') == "marketing"
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("categories", "use", "line"),
    [
        (
            '[[category]]\nid = "third-party"\ncovers = ["media"]\n',
            "facebook",
            'Add the line category = "third-party"',
        ),
        ('[[category]]\nid = "necessary"\n', "youtube", 'Add a [[category]] table with id = "third-party"'),
        (
            '[[category]]\nid = "ads"\n',
            "stripe",
            'add the line category = "necessary" and a reason; else add a [[category]] table with id = '
            '"third-party", or here the line category = ..., with one of "ads"',
        ),
    ],
)
def test_the_line_to_add_fits_the_policy(caplog, categories, use, line):
    assert filed(f'{categories}[[service]]\nuse = "{use}"') == "never"
    assert len(caplog.messages) == 1
    assert caplog.messages[0].endswith(line)


@pytest.mark.parametrize(
    ("covers", "change"),
    [
        (
            '["marketing", "social", "media", "functional"]',
            'Write covers = ["social", "media", "functional"] and add a [[category]] table with id = '
            '"marketing", or',
        ),
        ('["all", "marketing"]', 'Take the line out and add a [[category]] table with id = "marketing"'),
        ('["media", "performance"]', 'Write covers = ["media"], or'),
    ],
)
def test_a_category_that_covers_what_its_description_leaves_out_is_told_the_line(caplog, covers, change):
    text = f'{THREE}covers = {covers}\n[[service]]\nuse = "youtube"\ncategory = "third-party"\n'
    filed(text)
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(
        'consentgate.toml:10: [[category]] 2 "third-party", covers: visitors read nothing'
    )
    assert change in caplog.messages[0]
    assert caplog.messages[0].endswith("or write a description of your own")
    caplog.clear()
    # It goes on working: the pixel is where it was, and is not told of twice.
    if "marketing" in covers:
        assert filed(text + PIXEL) == filed(f'{text}{PIXEL}category = "third-party"') == "third-party"
        assert len(caplog.messages) == 2
    caplog.clear()
    filed(text.replace(f"covers = {covers}", f'description = "All of it."\ncovers = {covers}'))
    assert caplog.messages == []


def test_consent_to_third_parties_is_none_to_what_moved_to_marketing():
    before = Policy.parse(f'{SITE}{PIXEL}category = "third-party"\n')
    after = Policy.parse(f"{SITE}{PIXEL}")
    assert before.claims.units != after.claims.units
    assert [unit.category for unit in after.claims.units] == ["marketing", "marketing"]
