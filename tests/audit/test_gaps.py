"""A policy gets what it lacks of what was seen, once, and keeps all that stood there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.audit.gaps import Update, updated
from consentgate.audit.observations import SeenCookie, SeenItem, SeenRequest, SeenService, State, Visit
from consentgate.drafting.additions import Sighting
from consentgate.policy import Policy, PolicyError

SITE = '[site]\nname = "Shop"  # mine\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n'
HOST = "www.shop.example"
PAGE = f"https://{HOST}/"
FILE = "consentgate.toml"


def request(url: str, by: str = "", page: str = PAGE, kind: str = "script") -> SeenRequest:
    return SeenRequest(url, kind, page, by)


def cookie(name: str, by: str = "", lifetime: int | None = None, domain: str = HOST) -> SeenCookie:
    return SeenCookie(name, domain, "/", lifetime, False, PAGE, by)


def visit(*seen: SeenRequest | SeenCookie | SeenItem | SeenService) -> Visit:
    return Visit(
        PAGE,
        State.UNDECIDED,
        200,
        tuple(one for one in seen if isinstance(one, SeenRequest)),
        tuple(one for one in seen if isinstance(one, SeenCookie)),
        tuple(one for one in seen if isinstance(one, SeenItem)),
        services=tuple(one for one in seen if isinstance(one, SeenService)),
    )


def update(text: str, *seen: SeenRequest | SeenCookie | SeenItem | SeenService, more=()) -> Update:
    found = updated(text, FILE, [visit(*seen)], HOST, more)
    again = updated(found.text, FILE, [visit(*seen)], HOST, more)
    assert again.text == found.text
    assert (again.services, again.cookies, again.questions, again.completed) == ([], [], [], {})
    return found


def test_known_services_are_declared_and_unknown_hosts_asked_about():
    found = update(
        SITE,
        request("https://www.youtube.com/embed/x", kind="iframe"),
        request("https://cdn.nobody.example/x.js"),
        SeenService("facebook", "widget", PAGE),
    )
    assert found.text.startswith(SITE)
    assert found.services == ["facebook", "youtube"]
    assert found.questions == ["cdn.nobody.example"]
    assert [service.id for service in Policy.parse(found.text).services] == ["facebook", "youtube"]
    assert "# On /. Whose is it, and what for?" in found.text


def test_nothing_becomes_necessary_but_what_everybody_knows():
    found = update(SITE, cookie("sessionid", PAGE, 1_209_600), cookie("basket", PAGE), cookie("_ga", PAGE))
    policy = Policy.parse(found.text)
    assert [(one.name, one.category, one.reason) for one in policy.cookies] == [
        ("sessionid", "necessary", "authentication")
    ]
    assert found.questions == ["_ga", "basket"]
    # A login may live longer than what a stranger gets: the lifetime is for people to read.
    assert policy.cookies[0].lifetime is None
    assert '# It was set with lifetime = "14 days".' in found.text
    assert (
        '# name = "basket"\n# category = "?"  # "necessary", with reason = "basket"?\n# lifetime = "session"'
        in (found.text)
    )


def test_cookies_of_a_service_come_with_it():
    loader = "https://www.google-analytics.com/analytics.js"
    found = update(SITE, request(loader), cookie("_ga", loader, 60), cookie("_new", loader, 86_400))
    assert found.questions == []
    assert found.completed == {"google-analytics": ["_new"]}
    policy = Policy.parse(found.text)
    assert {cookie.name for cookie in policy.services[0].cookies} >= {"_ga", "_new"}


def test_a_name_that_no_policy_can_have_is_left_out():
    tag = "https://static.hotjar.com/x.js"
    found = update(
        f'{SITE}\n[[service]]\nuse = "hotjar"\n', cookie('q"', tag), cookie("a*", tag), cookie("fine", tag)
    )
    assert found.completed == {"hotjar": ["fine"]}


def test_a_name_alone_puts_no_cookie_into_a_service():
    text = f'{SITE}\n[[service]]\nuse = "google-analytics"\ncookies = [{{ name = "_ga" }}]\n'
    found = update(text, cookie("_gid"))
    assert found.completed == {}
    assert found.questions == ["_gid"]


def test_a_table_that_cannot_be_edited_is_asked_about_instead():
    inline = 'service = [{ use = "hotjar" }]\n' + SITE
    found = update(inline, cookie("_odd", "https://static.hotjar.com/x.js"))
    assert found.questions == ["_odd"]
    assert found.text.startswith(inline)


def test_what_is_kept_on_other_hosts_is_their_services():
    found = update(
        SITE,
        request("https://www.youtube.com/embed/x"),
        cookie("VISITOR", "https://www.youtube.com/embed/x", domain=".youtube.com"),
        SeenItem("local storage", "https://www.youtube.com", "yt-key", PAGE),
    )
    assert found.services == ["youtube"]
    assert (found.cookies, found.questions) == ([], [])


def test_entries_of_the_site_are_asked_about():
    found = update(SITE, SeenItem("local storage", f"https://{HOST}", "theme", PAGE, f"{PAGE}app.js"))
    assert found.questions == ["theme"]
    assert "# In the local storage: on /, by https://www.shop.example/app.js." in found.text


def test_what_the_policy_knows_is_not_proposed():
    text = (
        f'{SITE}hosts = ["{HOST}", "cdn.shop-files.example"]\n\n'
        '[[cookie]]\nname = "seen*"\ncategory = "performance"\n\n'
        '[[service]]\nid = "maps"\nname = "Maps"\ncategory = "third-party"\nhosts = ["*.maps.example"]\n\n'
        '[[service]]\nuse = "youtube"\n'
    )
    found = update(
        text,
        request("https://tiles.maps.example/1"),
        request("https://cdn.shop-files.example/x.js"),
        request("https://i.ytimg.com/x.jpg"),
        cookie("seen-before", PAGE),
        cookie("__Host-consent", PAGE),
        request("https://elsewhere.example/", kind="redirect"),
    )
    assert found.text == text


def test_a_question_that_was_taken_away_with_an_answer_does_not_come_back():
    found = update(SITE, request("https://cdn.nobody.example/x.js"))
    answered = found.text.replace("# [[service]]", "[[service]]").replace("\n# id", "\nid")
    for key in ("name", "category", "hosts"):
        answered = answered.replace(f"\n# {key}", f"\n{key}")
    answered = answered.replace('"third-party"', '"never"')
    assert update(answered, request("https://cdn.nobody.example/x.js")).text == answered


def test_findings_of_the_running_site_are_merged():
    found = update(
        SITE,
        request("https://www.youtube.com/embed/x"),
        more=[Sighting("host", "player.vimeo.com", "vimeo"), Sighting("cookie sent", "odd", "")],
    )
    assert sorted(found.services) == ["vimeo", "youtube"]
    assert found.questions == ["odd"]


def test_line_ends_stay():
    text = SITE.replace("\n", "\r\n")
    found = update(text, request("https://www.youtube.com/embed/x"), cookie("odd", PAGE))
    assert found.text.startswith(text)
    assert found.text.count("\n") == found.text.count("\r\n")


def test_what_is_no_policy_is_refused():
    with pytest.raises(PolicyError):
        updated("[site]\nname = 5\n", FILE, [visit()], HOST)


NAMES = st.sampled_from(
    ["sessionid", "_ga", "basket", "a", "a b", "x.y", "é", 'q"', "AWSALB", "__Host-consent", "odd*"]
)
LOADERS = st.sampled_from(
    [
        *("", PAGE, "https://static.hotjar.com/c/h.js", "https://www.googletagmanager.com/gtag/js?id=G-1"),
        *("https://a-b.example/x", "https://a.b.example/x", "https://cdn.shop.example/m/matomo.js"),
        *("https://d111.cloudfront.net/x.js", "https://www.youtube.com/embed/x", "https://plus.google.com/x"),
        *("https://shop-cdn.example/x", "data:,x", "https://xn--bcher-kva.example/", "http://1.2.3.4/x"),
    ]
)
SEEN = st.lists(
    st.builds(
        request, LOADERS, LOADERS, st.sampled_from([PAGE, f"{PAGE}b"]), st.sampled_from(["img", "redirect"])
    )
    | st.builds(
        cookie,
        NAMES,
        LOADERS,
        st.none() | st.integers(1, 10**9),
        st.sampled_from([HOST, ".shop.example", ".x.example"]),
    )
    | st.builds(
        SeenItem,
        st.just("local storage"),
        st.sampled_from([f"https://{HOST}", "https://x.example"]),
        NAMES,
        st.just(PAGE),
        LOADERS,
    )
    | st.builds(
        SeenService,
        st.sampled_from(["matomo", "facebook", "google-plus", "none"]),
        st.just("widget"),
        st.just(PAGE),
    ),
    max_size=8,
)
POLICIES = st.sampled_from(
    [
        SITE,
        SITE.replace("\n", "\r\n"),
        SITE[:-1],
        f'{SITE}undeclared = "stats"\n\n[[category]]\nid = "stats"\n\n'
        '[[service]]\nuse = "hotjar"\n# mine\n\n# end',
        f'{SITE}\n[[service]]\nuse = "hotjar"\ncookies = [\n  {{ name = "a" }}, # c\n]\n\n'
        '[[cookie]]\nname = "b"\ncategory = "never"\n\n'
        '[[service]]\nuse = "youtube"\n',
    ]
)


@given(
    POLICIES,
    SEEN,
    st.lists(
        st.builds(Sighting, st.sampled_from(["cookie", "cookie sent", "host"]), NAMES, st.just("")),
        max_size=2,
    ),
)
def test_a_second_run_changes_nothing_and_no_line_is_lost(text, seen, more):
    found = update(text, *seen, more=more)
    lines = iter(found.text.splitlines())
    for line in text.splitlines():
        assert any(line == other or (line.endswith("]") and other.startswith(line[:-1])) for other in lines)
    # Whatever was added, the policy loads, and nothing became necessary that only the site could know.
    before, policy = Policy.parse(text), Policy.parse(found.text)
    new = policy.cookies[len(before.cookies) :]
    assert {one.name for one in new if one.category == "necessary"} <= {"sessionid", "AWSALB"}
    assert not [one for one in policy.services[len(before.services) :] if one.category == "necessary"]
