"""The link that takes the place of a social button: where it leads, whatever the button's markup says."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.catalogue import Page, ShareLink, catalogue
from consentgate.web.url import Url

ADDRESS = "https://www.example.org/dir/page?a=1"
PAGE = Page(Url("https", "www.example.org", "/dir/page"), ADDRESS, "A title & more")
TABLES = tomllib.loads((files("consentgate.catalogue") / "share_links.toml").read_text("utf-8"))
SHARES = {row["id"]: row["address"] for row in TABLES["network"] if "address" in row}


def link_for(tag: str, attributes: dict[str, str]) -> ShareLink:
    widget = catalogue().by_markup(tag, attributes)
    assert widget is not None
    assert widget.link is not None
    return widget.link


def parts(address: str) -> tuple[str, dict[str, str]]:
    return address.partition("?")[0], dict(parse_qsl(urlsplit(address).query))


def test_each_network_says_where_its_facts_are_from() -> None:
    assert all(row["source"].startswith("https://") for row in TABLES["network"])


@pytest.mark.parametrize(
    ("tag", "attributes", "network", "parameters"),
    [
        ("div", {"class": "fb-like"}, "facebook", {"u": ADDRESS}),
        (
            "div",
            {"class": "a fb-share-button", "data-href": "/x"},
            "facebook",
            {"u": "https://www.example.org/x"},
        ),
        (
            "div",
            {"class": "fb-save", "data-uri": "//e.org:81?x#y"},
            "facebook",
            {"u": "https://e.org:81/?x#y"},
        ),
        (
            "fb:like",
            {"href": " HTTP://e.org/ü b?q=\u20ac'\"<>"},
            "facebook",
            {"u": "http://e.org/%C3%BC%20b?q=%E2%82%AC%27%22%3C%3E"},
        ),
        (
            "script",
            {"type": "in/share+init", "data-url": "https://user:pass@e.org/"},
            "linkedin",
            {"url": "https://e.org/"},
        ),
        ("script", {"type": "XING/Share"}, "xing", {"url": ADDRESS}),
        ("div", {"data-type": "xing/share", "data-url": "https://e.org"}, "xing", {"url": "https://e.org/"}),
        (
            "a",
            {"data-pin-do": "buttonBookmark", "href": "https://www.pinterest.com/pin/create/button/"},
            "pinterest",
            {"url": ADDRESS, "description": PAGE.title},
        ),
        (
            "a",
            {
                "data-pin-do": "buttonPin",
                "href": "//pinterest.com/pin/create/button/?url=https://e.org&media=//e.org/i&description=D",
            },
            "pinterest",
            {"url": "https://e.org/", "media": "//e.org/i", "description": "D"},
        ),
        (
            "a",
            {"class": "tumblr-share-button", "href": "https://www.tumblr.com/share", "data-tags": "a,b"},
            "tumblr",
            {"canonicalUrl": ADDRESS, "title": PAGE.title, "tags": "a,b"},
        ),
        (
            "span",
            {"class": "st_twitter_large", "st_url": "https://e.org/", "st_title": " T\n t "},
            "x",
            {"text": "T t", "url": "https://e.org/"},
        ),
        ("span", {"class": "st_whatsapp"}, "whatsapp", {"text": f"{PAGE.title} {ADDRESS}"}),
        ("span", {"class": "st_bluesky"}, "bluesky", {"text": f"{PAGE.title} {ADDRESS}"}),
        ("span", {"class": "st_telegram"}, "telegram", {"text": PAGE.title, "url": ADDRESS}),
        ("span", {"class": "st_reddit_hcount"}, "reddit", {"title": PAGE.title, "url": ADDRESS}),
        ("span", {"class": "st_email"}, "email", {"subject": PAGE.title, "body": ADDRESS}),
    ],
)
def test_a_button_shares_what_its_markup_says_or_its_page(
    tag: str, attributes: dict[str, str], network: str, parameters: dict[str, str]
) -> None:
    assert parts(link_for(tag, attributes).address_on(PAGE)) == (SHARES[network], parameters)


@pytest.mark.parametrize(
    ("tag", "attributes", "address"),
    [
        (
            "div",
            {"class": "fb-page", "data-href": "https://www.facebook.com/x"},
            "https://www.facebook.com/x",
        ),
        ("div", {"class": "fb-like", "data-href": "http://facebook.com/x?a"}, "http://facebook.com/x?a"),
        ("fb:like-box", {"href": "//www.facebook.com/x"}, "https://www.facebook.com/x"),
        ("script", {"type": "IN/FollowCompany", "data-id": "1337"}, "https://www.linkedin.com/company/1337"),
        (
            "script",
            {"type": "IN/MemberProfile", "data-id": "https://www.linkedin.com/in/x"},
            "https://www.linkedin.com/in/x",
        ),
        (
            "div",
            {"class": "g-ytsubscribe", "data-channelid": "UC_x-1"},
            "https://www.youtube.com/channel/UC_x-1",
        ),
        ("div", {"class": "g-ytsubscribe", "data-channel": "x"}, "https://www.youtube.com/user/x"),
    ],
)
def test_what_names_a_page_of_the_network_leads_there(
    tag: str, attributes: dict[str, str], address: str
) -> None:
    link = link_for(tag, attributes)
    assert link.visits
    assert link.address_on(PAGE) == address


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("div", {"class": "fb-page", "data-href": "https://evil.test/"}),
        ("div", {"class": "fb-page", "data-href": "javascript:alert(1)//www.facebook.com/"}),
        ("div", {"class": "fb-page", "data-href": "https://www.facebook.com@evil.test/"}),
        ("div", {"class": "fb-page"}),
        ("script", {"type": "IN/FollowCompany", "data-id": "../../x?y"}),
        ("script", {"type": "IN/Login"}),
        ("div", {"class": "fb-post", "data-href": "https://www.facebook.com/x/posts/1"}),
        ("a", {"class": "fb-share-button", "href": "https://www.facebook.com/sharer.php?u=x"}),
        ("blockquote", {"class": "twitter-tweet"}),
        ("body", {"class": "fb-like"}),
        ("a", {"data-pin-do": "embedPin", "href": "https://www.pinterest.com/pin/1/"}),
        ("a", {"class": "twitter-follow-button", "href": "https://twitter.com/x"}),
    ],
)
def test_what_is_no_button_or_does_not_say_where_becomes_no_link(
    tag: str, attributes: dict[str, str]
) -> None:
    widget = catalogue().by_markup(tag, attributes)
    assert widget is not None
    assert widget.link is None


FRAMES = [
    (
        "https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fe.org%2F&width=1",
        "facebook",
        {"u": "https://e.org/"},
    ),
    (
        "//www.facebook.com/v2.3/plugins/share_button.php?href=https%3A%2F%2Fe.org",
        "facebook",
        {"u": "https://e.org/"},
    ),
    (
        "https://platform.twitter.com/widgets/tweet_button.1.en.html#url=https%3A%2F%2Fe.org&text=a+b&via=v",
        "x",
        {"text": "a b", "url": "https://e.org/", "via": "v"},
    ),
    (
        "https://www.reddit.com/static/button/button1.html?url=https%3A%2F%2Fe.org&title=T",
        "reddit",
        {"url": "https://e.org/", "title": "T"},
    ),
]


@pytest.mark.parametrize(("address", "network", "parameters"), FRAMES)
def test_a_frame_shares_what_its_address_says(address: str, network: str, parameters: dict[str, str]) -> None:
    split = urlsplit(address)
    links = [button.link({}, address) for button in catalogue().buttons_at(split.netloc, split.path)]
    link = next(filter(None, links))
    assert parts(link.address_on(PAGE)) == (SHARES[network], parameters)


@pytest.mark.parametrize(
    ("href", "completed"),
    [
        ("https://twitter.com/intent/tweet", "https://twitter.com/intent/tweet?{text}&{url}"),
        ("https://twitter.com/share?text=x#y", "https://twitter.com/share?text=x&{url}"),
        ("https://x.com/intent/post?url=https%3A%2F%2Fe.org", ""),
        ("https://x.com/intent/post?url=", "https://x.com/intent/post?url=&{text}"),
        ("", "https://x.com/intent/tweet?{text}&{url}"),
        ("#", "https://x.com/intent/tweet?{text}&{url}"),
        (" javascript:void(0)", "https://x.com/intent/tweet?{text}&{url}"),
        ("/share", ""),
        ("https://twitter.com/example", ""),
        ("https://evil.test/intent/tweet", ""),
    ],
)
def test_a_link_gets_the_parameters_that_it_lacks(href: str, completed: str) -> None:
    link = link_for("a", {"class": "twitter-share-button", "href": href})
    url = "url=https%3A%2F%2Fwww.example.org%2Fdir%2Fpage%3Fa%3D1"
    expected = completed.format(text="text=A%20title%20%26%20more", url=url)
    assert link.completed(href, PAGE) == expected


# -- whatever the markup says ----------------------------------------------------------------------------

_hostile = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(
            ("javascript:", "data:text/html,", "JaVa\tScript:", "//", "https:", "https://", "\\\\")
        ),
        st.sampled_from(
            ("www.facebook.com/", "alert(1)//", "e.org", "<script>", "e.org:99999/", "t.me@e.org/")
        ),
        st.text(max_size=20),
    ),
)
_buttons = st.sampled_from(
    [
        *(("div", {"class": name}) for name in ("fb-like", "fb-page", "fb-save", "g-ytsubscribe")),
        *(("script", {"type": name}) for name in ("IN/Share", "IN/FollowCompany", "XING/Share")),
        ("fb:like", {}),
        ("span", {"class": "st_pinterest"}),
        ("span", {"class": "st_email"}),
        ("a", {"data-pin-do": "buttonPin"}),
        ("a", {"class": "twitter-share-button"}),
    ]
)
_NAMES = ("href", "data-href", "data-uri", "data-url", "data-id", "data-text", "data-via", "data-channel")


@given(
    button=_buttons,
    values=st.dictionaries(st.sampled_from((*_NAMES, "st_url", "st_title", "data-channelid")), _hostile),
    page=st.builds(Page, st.just(PAGE.base), st.just(ADDRESS), st.text(max_size=40)),
)
def test_a_link_leads_to_its_network_whatever_the_markup_says(
    button: tuple[str, dict[str, str]], values: dict[str, str], page: Page
) -> None:
    tag, attributes = button
    widget = catalogue().by_markup(tag, {**attributes, **values})
    assert widget is not None
    link = widget.link
    if link is None:
        return
    addresses = [
        link.address_on(page),
        link.completed(values.get("href", ""), page) if link.completes else "",
    ]
    for address in filter(None, addresses):
        if link.completes and address.startswith(values.get("href", " ").partition("#")[0].rstrip() or " "):
            continue  # the site's own, with more behind it
        assert address.isascii()
        assert address.isprintable()
        assert not set(address) & set(" \"<>'`")
        if link.network.id == "email":
            assert address.startswith("mailto:?")
        elif link.visits:
            split = urlsplit(address)
            assert split.scheme in ("http", "https")
            assert any(pattern.matches(split.hostname or "", "/") for pattern in link.network.hosts)
        else:
            assert address.startswith(f"{SHARES[link.network.id]}?")
            shared = parts(address)[1].get("url") or parts(address)[1].get("u") or "https://"
            assert shared.startswith(("http://", "https://"))


def test_a_service_that_a_button_is_loaded_from_is_known_to_have_buttons() -> None:
    for address, _, _ in FRAMES:
        split = urlsplit(address)
        service = catalogue().by_url(split.netloc, split.path)
        assert service is None or catalogue().has_buttons(service.id)
    assert not catalogue().has_buttons("google-analytics")
