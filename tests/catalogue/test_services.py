"""The data as shipped, and whom it says URLs, cookies and widgets belong to."""

import re
from urllib.parse import urlsplit

import pytest

from consentgate import Gate, Policy
from consentgate.catalogue import Catalogue, KnownCookie, KnownService, UrlPattern, catalogue

SERVICES = catalogue().services
each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.id)


@each_service
def test_every_service_is_well_formed(service: KnownService) -> None:
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", service.id)
    assert service.name
    categories = {"all", "functional", "marketing", "media", "necessary", "performance", "social"}
    assert service.category in categories
    assert service.urls or service.paths or service.scripts or service.cookies
    assert all(str(UrlPattern.parse(str(pattern))) == str(pattern) for pattern in service.urls)
    paths = (*service.paths, *(signature.path for signature in service.scripts if signature.path))
    # What is said of paths has to be quick to rule out: by their last segment.
    assert all(re.fullmatch(r"\*/.*?[^/*]{2}[^/]*", path) for path in paths)
    if service.privacy_url:
        url = urlsplit(service.privacy_url)
        assert url.scheme == "https"
        assert url.hostname and url.path


@each_service
def test_every_cookie_has_a_name_and_a_lifetime_a_policy_can_hold(service: KnownService) -> None:
    for cookie in service.cookies:
        # A prefix of one or two characters would claim other people's cookies.
        assert re.fullmatch(r"[A-Za-z0-9_/-]{3,}\*?", cookie.name), cookie
        assert re.fullmatch(r"session|[1-9][0-9]* (?:minute|hour|day|month|year)s?", cookie.lifetime), cookie


@each_service
def test_what_a_service_needs_of_another_is_written_as_that_one_has_it(service: KnownService) -> None:
    """Of two patterns that are not the same the narrower one would close the other's door."""
    for pattern in service.needs:
        others = [other for other in SERVICES if other is not service and pattern in other.urls]
        assert others, pattern
        assert pattern not in service.urls


def test_consent_to_a_service_opens_what_it_needs_and_the_other_stays_its_own() -> None:
    policy = '[site]\nname = "E"\ncontroller = "E"\ncontact = "e@example.org"\n'
    for use in ("google-ads", "google-adsense"):
        policy += f'[[service]]\nuse = "{use}"\n'
    gate = Gate(Policy.parse(policy), secret_key="a secret of the tests")
    tag = b'<script src="https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js"></script>'
    other = b'<script src="https://tpc.googlesyndication.com/sodar/sodar2.js"></script>'
    for grants, opened in ([], b""), (["google-ads"], tag), (["google-adsense"], tag + other):
        assert gate.rewrite(tag + other, url="https://www.example.org/", grants=grants).html == opened


# What several of its names are for is more than one thing, or not known.
WITHOUT_PURPOSE = {"_hj*", "_ym_isad", "ln_or", "__atuvc", "__atuvs"}


def test_what_each_cookie_is_for_is_known() -> None:
    unknown = {cookie.name for service in SERVICES for cookie in service.cookies if not cookie.purpose}
    assert unknown == WITHOUT_PURPOSE


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("_ga", "visitor"),
        ("_gat", "limit"),
        ("_fbc", "campaign"),
        ("_clsk", "session"),
        ("ABTasty", "test"),
        ("OptanonConsent", "choice"),
        ("__stripe_mid", "security"),
    ],
)
def test_a_cookie_is_for_one_thing(name: str, purpose: str) -> None:
    service = catalogue().by_cookie(name)
    assert service is not None
    assert [cookie.purpose for cookie in service.cookies if cookie.name == name] == [purpose]


def test_no_name_is_for_two_services() -> None:
    names = [name for service in SERVICES for name in (service.id, *service.aliases)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize(
    ("name", "id"),
    [("ga4", "google-analytics"), ("gtm", "google-tag-manager"), ("twitter", "x"), ("youtube", "youtube")],
)
def test_services_are_found_by_their_other_names(name: str, id: str) -> None:
    found = catalogue().named(name)
    assert found is not None and found.id == id


# Whose URLs a service may load as well: loaders that several share, and hosts that are one by nature.
SHARES = {
    "google-tag-manager": {"google-tag"},
    "google-analytics": {"google-tag"},
    "google-ads": {"google-tag"},
    "google-ad-manager": {"google-ads", "google-adsense", "google-analytics"},
    "google-platform": {"google-plus"},
    "google-sign-in": {"google-platform"},
    "youtube-subscribe": {"google-platform"},
    "vk-pixel": {"vk"},
    "google-hosted-libraries": {"google-fonts"},
}


def sample(pattern: UrlPattern) -> tuple[str, str]:
    host = f"sub.{pattern.host}" if pattern.subdomains else pattern.host
    return host, pattern.path.replace("*", "x")


@each_service
def test_every_service_is_found_by_each_of_its_urls(service: KnownService) -> None:
    for pattern in service.urls:
        found = catalogue().by_url(*sample(pattern))
        assert found is not None
        assert found is service or found.id in SHARES[service.id], f"{pattern} is labelled {found.id}"


@each_service
def test_no_service_takes_in_the_urls_of_another(service: KnownService) -> None:
    alone = Catalogue([service])
    for other in SERVICES:
        if other is not service and other.id not in SHARES.get(service.id, set()):
            for pattern in other.urls:
                if catalogue().by_url(*sample(pattern)) is other:
                    assert alone.by_url(*sample(pattern)) is None, f"{pattern} of {other.id}"


@each_service
def test_every_service_is_found_by_each_of_its_cookies(service: KnownService) -> None:
    for cookie in service.cookies:
        found = catalogue().by_cookie(cookie.name.replace("*", "123"))
        assert found is not None
        assert cookie in found.cookies


def test_ids_are_unique() -> None:
    ids = [service.id for service in SERVICES]
    assert len(set(ids)) == len(ids)
    with pytest.raises(ValueError, match="same id"):
        Catalogue([SERVICES[0], SERVICES[0]])


def test_a_service_is_looked_up_by_its_id() -> None:
    youtube = catalogue().service("youtube")
    assert youtube is not None
    assert youtube.name == "YouTube"
    assert youtube.controller == "Google Ireland Limited"
    assert catalogue().service("no-such-service") is None


def test_the_catalogue_is_read_once() -> None:
    assert catalogue() is catalogue()
    assert Catalogue.load().services == SERVICES


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("connect.facebook.net/en_US/sdk.js", "facebook"),
        ("connect.facebook.net/de_DE/sdk/xfbml.customerchat.js", "facebook"),
        ("connect.facebook.net/en_US/all.js", "facebook"),
        ("connect.facebook.net/en_US/fbevents.js", "meta-pixel"),
        ("connect.facebook.net/signals/config/1", "meta-pixel"),
        ("connect.facebook.net/sdk.js", "facebook"),
        ("connect.facebook.net/en_US/sdk/debug.js", "facebook"),
        ("connect.facebook.net/en_US/other.js", None),
        ("www.facebook.com/tr", "meta-pixel"),
        ("www.facebook.com/tr/", "meta-pixel"),
        ("facebook.com/tr", "meta-pixel"),
        ("www.facebook.com/plugins/like.php", "facebook"),
        ("www.facebook.com/v2.3/plugins/page.php", "facebook"),
        ("www.facebook.com/trees", None),
        ("www.facebook.com/sharer/sharer.php", None),
        ("platform.twitter.com/widgets.js", "x"),
        ("twitter.com/intent/tweet", None),
        ("t.co/i/adsct", "x-pixel"),
        ("t.co/abc", None),
        ("www.linkedin.com/embed/feed/update/1", "linkedin"),
        ("www.linkedin.com/sharing/share-offsite/", None),
        ("px.ads.linkedin.com/collect/", "linkedin-insight"),
        ("s.pinimg.com/ct/core.js", "pinterest-tag"),
        ("i.pinimg.com/x.jpg", "pinterest"),
        ("www.pinterest.com/pin/create/link/", None),
        ("www.youtube.com/embed/abc", "youtube"),
        ("www.youtube-nocookie.com/embed/abc", "youtube"),
        ("i.ytimg.com/vi/abc/0.jpg", "youtube"),
        ("i9.ytimg.com/vi/abc/0.jpg", "youtube"),
        ("www.youtube.com/watch", None),
        ("www.youtube.com/subscribe_embed", "youtube-subscribe"),
        ("www.google.com/maps/embed", "google-maps"),
        ("maps.google.de/maps", "google-maps"),
        ("www.google.com/recaptcha/api.js", "recaptcha"),
        ("www.google.de/ads/ga-audiences", "google-ads"),
        ("www.google.com/search", None),
        ("www.google.com/mapsomething", None),
        ("www.gstatic.com/recaptcha/releases/1/recaptcha.js", "recaptcha"),
        ("www.gstatic.com/firebasejs/9/firebase.js", "firebase"),
        ("www.googletagmanager.com/gtm.js", "google-tag-manager"),
        ("www.googletagmanager.com/ns.html", "google-tag-manager"),
        ("www.googletagmanager.com/gtag/js", "google-tag"),
        ("www.google-analytics.com/analytics.js", "google-analytics"),
        ("google-analytics.com/ga.js", "google-analytics"),
        ("region1.google-analytics.com/g/collect", "google-analytics"),
        ("stats.g.doubleclick.net/dc.js", "google-analytics"),
        ("securepubads.g.doubleclick.net/tag/js/gpt.js", "google-ad-manager"),
        ("googleads.g.doubleclick.net/pagead/ads", "google-adsense"),
        ("pagead2.googlesyndication.com/pagead/js/adsbygoogle.js", "google-adsense"),
        ("apis.google.com/js/plusone.js", "google-plus"),
        ("apis.google.com/js/platform.js", "google-platform"),
        ("ajax.googleapis.com/ajax/libs/webfont/1/webfont.js", "google-fonts"),
        ("ajax.googleapis.com/ajax/libs/jquery/3/jquery.min.js", "google-hosted-libraries"),
        ("t.paypal.com/ts", "paypal-tracking"),
        ("www.paypal.com/sdk/js", "paypal"),
        ("short.disqus.com/embed.js", "disqus"),
        ("vk.com/js/api/openapi.js", "vk"),
        ("vk.com/rtrg", "vk-pixel"),
        ("bandcamp.com/EmbeddedPlayer/album=1", "bandcamp"),
        ("0.gravatar.com/avatar/1", "gravatar"),
        ("acme.matomo.cloud/matomo.js", "matomo"),
        ("eu-assets.i.posthog.com/static/array.js", "posthog"),
        ("cloud.umami.is/script.js", "umami"),
        ("scripts.simpleanalyticscdn.com/latest.js", "simple-analytics"),
        ("acme.example/cdn-cgi/zaraz/i.js", "cloudflare-zaraz"),
        ("stats.acme.example/matomo.js", "matomo"),
        ("acme.example/analytics/piwik.php", "matomo"),
        ("www.youtube.com/matomo.php", "matomo"),
        ("acme.example/automatomo.js", None),
        ("acme.example/", None),
    ],
)
def test_a_url_belongs_to_the_service_with_the_most_specific_pattern(url: str, id: str | None) -> None:
    host, slash, path = url.partition("/")
    found = catalogue().by_url(host, slash + path)
    assert (found and found.id) == id


@pytest.mark.parametrize(
    "host",
    [
        "notyoutube.com",
        "www.youtube.com.evil.example",
        "youtube.com.evil.example",
        "www-youtube.com",
        "google-analytics.com.example",
        "mygoogle-analytics.com",
        "fonts.googleapis.com.example",
        "connect-facebook.net",
        "ytimg.com.example",
    ],
)
@pytest.mark.parametrize("path", ["/", "/embed/abc", "/iframe_api", "/tr", "/en_US/sdk.js", "/css"])
def test_hosts_that_look_alike_belong_to_nobody(host: str, path: str) -> None:
    assert catalogue().by_url(host, path) is None
    assert catalogue().entity(host) is None


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("_ga", "google-analytics"),
        ("_ga_ABC123", "google-analytics"),
        ("_gat_UA-1", "google-analytics"),
        ("_gac_UA-1", "google-ads"),
        ("_gcl_au", "google-ads"),
        ("_gcl_aw", "google-ads"),
        ("_fbp", "meta-pixel"),
        ("_hjSession_1", "hotjar"),
        ("_hjFirstSeen", "hotjar"),
        ("_pk_id.1.abcd", "matomo"),
        ("crisp-client/session/1", "crisp"),
        ("__hssrc", "hubspot"),
        ("_gab", None),
        ("_GA", None),
        ("sessionid", None),
        ("csrftoken", None),
        ("PHPSESSID", None),
        ("connect.sid", None),
        ("XSRF-TOKEN", None),
        ("locale", None),
        ("", None),
        ("*", None),
        ("x" * 1_000_000, None),
    ],
)
def test_a_cookie_name_is_labelled_with_its_service(name: str, id: str | None) -> None:
    found = catalogue().by_cookie(name)
    assert (found and found.id) == id


def test_the_longest_prefix_of_a_cookie_wins() -> None:
    wide = KnownService("wide", "Wide", "media", cookies=(KnownCookie("_x*", "session"),))
    narrow = KnownService("narrow", "Narrow", "media", cookies=(KnownCookie("_xy*", "session"),))
    exact = KnownService("exact", "Exact", "media", cookies=(KnownCookie("_xyz", "session"),))
    found = [Catalogue([wide, narrow, exact]).by_cookie(name) for name in ("_xyz", "_xyzz", "_xz", "_")]
    assert found == [exact, narrow, wide, None]


def test_a_host_is_labelled_by_its_entity() -> None:
    for host in ("01net.com", "www.01net.com"):
        entity = catalogue().entity(host)
        assert entity is not None
        assert (entity.name, entity.category) == ("Smart AdServer", "ad")
    assert catalogue().entity("unheard-of.example") is None


@pytest.mark.parametrize(
    ("tag", "attributes", "id", "keep"),
    [
        ("div", {"class": "fb-like"}, "facebook", False),
        ("div", {"class": "box\tfb-page\n wide"}, "facebook", False),
        ("span", {"class": "fb-comments-count"}, "facebook", True),
        ("fb:like", {}, "facebook", False),
        ("a", {"class": "fb-share-button", "href": "https://www.facebook.com/sharer.php"}, "facebook", True),
        ("a", {"class": "twitter-share-button"}, "x", True),
        ("a", {"class": "twitter-timeline"}, "x", True),
        ("blockquote", {"class": "twitter-tweet"}, "x", True),
        ("blockquote", {"class": "instagram-media"}, "instagram", True),
        ("blockquote", {"data-instgrm-permalink": "https://x.example/"}, "instagram", True),
        ("blockquote", {"class": "tiktok-embed"}, "tiktok", True),
        ("blockquote", {"class": "reddit-embed-bq"}, "reddit", True),
        ("blockquote", {"class": "bluesky-embed"}, "bluesky", True),
        ("a", {"data-pin-do": "buttonPin"}, "pinterest", True),
        ("script", {"type": "IN/Share"}, "linkedin", False),
        ("script", {"type": "in/followcompany"}, "linkedin", False),
        ("div", {"type": "IN/Share"}, None, False),
        ("script", {"type": "text/javascript", "class": "fb-like"}, None, False),
        ("div", {"class": "g-recaptcha"}, "recaptcha", False),
        ("button", {"class": "btn g-recaptcha"}, "recaptcha", True),
        ("div", {"class": "h-captcha"}, "hcaptcha", False),
        ("ins", {"class": "adsbygoogle"}, "google-adsense", True),
        ("div", {"class": "g-page"}, "google-plus", True),
        ("lite-youtube", {"videoid": "1"}, "youtube", False),
        ("span", {"class": "st_facebook_large"}, "sharethis", False),
        ("div", {"class": "st_header"}, None, False),
        ("div", {"class": "my-fb-like"}, None, False),
        ("div", {"class": "fb-likes"}, None, False),
        ("div", {"class": "FB-LIKE"}, None, False),
        ("div", {"class": "x\u00a0fb-like"}, None, False),
        ("div", {"class": ""}, None, False),
        ("div", {"id": "fb-root"}, "facebook", True),
        ("div", {"id": "div-gpt-ad-1419232697187-7"}, "google-ad-manager", True),
        ("div", {"id": "disqus_thread"}, "disqus", False),
        ("div", {"id": "my_disqus_thread"}, None, False),
        ("div", {"id": ""}, None, False),
        ("script", {"data-cf-beacon": "{}"}, None, False),
        ("fb:", {}, None, False),
        ("p", {}, None, False),
    ],
)
def test_a_widget_is_recognised(tag: str, attributes: dict[str, str], id: str | None, keep: bool) -> None:
    widget = catalogue().by_markup(tag, attributes)
    assert (widget and widget.service.id) == id
    assert widget is None or widget.keep is keep


def test_a_scanner_can_compile_the_widget_patterns_into_its_own() -> None:
    for pattern, yes, no in [
        (catalogue().widget_class_pattern(), "fb-like", "fb-likes"),
        (catalogue().widget_tag_pattern(), "fb:like", "p"),
        (catalogue().widget_id_pattern(), "disqus_thread", "disqus"),
        (catalogue().widget_attribute_pattern(), "data-tf-live", "data-tf"),
        # What stays whoever it belongs to need not be looked at.
        (catalogue().widget_class_pattern(), "fb-like", "adsbygoogle"),
        (catalogue().widget_attribute_pattern(), "data-tf-live", "data-pin-do"),
    ]:
        compiled = re.compile(f"x{pattern}y")
        assert compiled.groups == 0
        assert compiled.fullmatch(f"x{yes}y")
        assert not compiled.fullmatch(f"x{no}y")
        assert re.compile(f"x{pattern}y".encode()).fullmatch(f"x{yes}y".encode())


def test_hostile_markup_is_judged_in_linear_time() -> None:
    assert catalogue().by_markup("div", {"class": "fb-lik " * 200_000}) is None
    assert catalogue().by_markup("div", {"class": "addthis_" + "-" * 1_000_000}) is None
    assert catalogue().by_markup("fb:" + "-" * 1_000_000 + "!", {}) is None
