"""What people call services: an alias, a right guess, or none; never another service."""

from __future__ import annotations

import pytest

from consentgate.catalogue import catalogue
from consentgate.catalogue.naming import names_meant
from consentgate.policy import Policy
from consentgate.policy.errors import PolicyError


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("ad-manager", "google-ad-manager"),
        ("bing-ads", "microsoft-uet"),
        ("cloudflare-turnstile", "turnstile"),
        ("facebook-sdk", "facebook"),
        ("fb", "facebook"),
        ("ga", "google-analytics"),
        ("google-maps-embed", "google-maps"),
        ("google-recaptcha", "recaptcha"),
        ("hubspot-forms", "hubspot-chat-forms"),
        ("insta", "instagram"),
        ("linkedin-pixel", "linkedin-insight"),
        ("meta-ads", "meta-pixel"),
        ("reddit-ads", "reddit-pixel"),
        ("sendinblue", "brevo"),
        ("yt", "youtube"),
    ],
)
def test_what_people_say_is_an_alias(name: str, id: str) -> None:
    found = catalogue().named(name)
    assert found is not None
    assert found.id == id


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        # The same, but for how it is written.
        ("tik-tok", ["tiktok"]),
        ("you-tube", ["youtube"]),
        ("googletagmanager", ["google-tag-manager"]),
        ("google_analytics", ["google-analytics"]),
        ("Google-Analytics", ["google-analytics"]),
        ("mix-panel", ["mixpanel"]),
        # Misspelt.
        ("twiter", ["x"]),
        ("yuotube", ["youtube"]),
        ("youtub", ["youtube"]),
        ("twich", ["twitch"]),
        ("matamo", ["matomo"]),
        ("gravatars", ["gravatar"]),
        ("google-font", ["google-fonts"]),
        ("linkedin-insights", ["linkedin-insight"]),
        ("facebook-pixle", ["meta-pixel"]),
        # A part of a name.
        ("meta", ["meta-pixel"]),
        ("snap", ["snap-pixel"]),
        ("amazon", ["amazon-ads"]),
        ("jquery", ["jquery-cdn"]),
        ("yandex", ["yandex-metrica", "yandex-ads"]),
        ("microsoft", ["clarity", "microsoft-uet", "microsoft-ajax-cdn"]),
        # A name and more.
        ("mailchimp-popup", ["mailchimp"]),
        ("twitter-embed", ["x"]),
        ("vimeo-player", ["vimeo"]),
        ("plausible-analytics", ["plausible"]),
        ("hotjar-tracking", ["hotjar"]),
        ("crisp-chat", ["crisp"]),
        ("stripe-js", ["stripe"]),
        ("paypal-checkout", ["paypal"]),
        ("recaptcha-v3", ["recaptcha"]),
        ("linkedin-share", ["linkedin"]),
        ("facebook-comments", ["facebook"]),
        ("tawk-to", ["tawk"]),
        ("mapbox-gl", ["mapbox"]),
        ("reddit-embed", ["reddit"]),
        ("hubspot-form", ["hubspot-chat-forms"]),
        # Initials.
        ("gam", ["google-ad-manager"]),
        ("ga3", ["google-analytics", "google-ads", "google-adsense"]),
    ],
)
def test_a_guess_is_the_right_one(name: str, ids: list[str]) -> None:
    assert catalogue().named(name) is None
    found = [catalogue().named(meant) for meant in names_meant(name, catalogue().services)]
    assert [service and service.id for service in found] == ids


@pytest.mark.parametrize(
    "name",
    [
        # What they are for, which many are.
        *(
            "analytics",
            "captcha",
            "chat",
            "fonts",
            "map",
            "maps",
            "metrics",
            "newsletter",
            "payment",
            "pixel",
        ),
        *("search", "shop", "stats", "tracking", "video", "web-analytics"),
        # Whose they are, which says as little.
        *("google", "google-drive", "google-pay"),
        # What is none of them, however much it looks like one: docsearch, adobe-fonts, awin, teads, matomo.
        *("addsearch", "adobe-launch", "airbnb", "amazon-pay", "apple-pay", "baidu", "leaflet", "mastodon"),
        *("threads", "whatsapp", "woopra", "x-ray", "zzz", "", "-", "é", "9", "x" * 100_000),
    ],
)
def test_where_nothing_is_plain_nothing_is_guessed(name: str) -> None:
    assert names_meant(name, catalogue().services) == []


def test_twitter_is_x_and_never_twitch() -> None:
    found = catalogue().named("twitter")
    assert found is not None
    assert found.id == "x"
    for near in ("twiter", "twittr", "twitter-embed", "twitter-widget"):
        assert names_meant(near, catalogue().services) == ["twitter"]


@pytest.mark.parametrize("use", ["mailchimp-popup", "video", "x" * 100_000])
def test_the_message_of_a_policy_guesses_alike(use: str) -> None:
    text = f'[site]\nname = "E"\ncontroller = "E"\ncontact = "e@example.org"\n[[service]]\nuse = "{use}"\n'
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text)
    guesses = 'did you mean "mailchimp"?' in str(caught.value)
    assert guesses is (use == "mailchimp-popup")
