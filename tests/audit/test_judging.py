"""The verdicts on what was seen, without any browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Policy
from consentgate.audit.judging import RULES, Finding, hosts_with_aliases, judge_tour
from consentgate.audit.observations import SeenCookie, SeenItem, SeenRequest, State, StorageKind, Visit
from consentgate.audit.tour import Act, SeenScript, Stage, Tour

URL = "https://shop.example/"
OTHER = "https://shop.example/other"
CLOSED = (State.UNDECIDED, State.REFUSED, State.WITHDRAWN)
ENDINGS = {
    State.UNDECIDED: "before-consent",
    State.REFUSED: "after-refusal",
    State.WITHDRAWN: "after-withdrawal",
}
POLICY = Policy.parse("""
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"

[[cookie]]
name = "basket"
category = "necessary"
reason = "basket"

[[cookie]]
name = "visits"
category = "performance"

[[service]]
use = "google-analytics"

[[service]]
id = "maps"
name = "Maps"
category = "third-party"
hosts = ["maps.example"]

[[service]]
id = "pay"
name = "Pay"
category = "necessary"
reason = "payment"
hosts = ["pay.example"]
pages = ["/checkout/*"]

[[service]]
id = "spy"
name = "Spy"
category = "never"
hosts = ["spy.example"]
""")


def request(url: str, kind: str = "image", page: str = URL, by: str = "") -> SeenRequest:
    return SeenRequest(url, kind, page, by)


def cookie(name: str, domain: str = "shop.example", *, lifetime: int | None = None) -> SeenCookie:
    return SeenCookie(name, domain, "/", lifetime, False, URL, URL)


def item(key: str, kind: StorageKind = "local storage", origin: str = "https://shop.example") -> SeenItem:
    return SeenItem(kind, origin, key, URL)


def stage(
    state: State,
    *seen: SeenRequest | SeenCookie | SeenItem,
    clicks: int | None = 1,
    scripts: Iterable[SeenScript] = (),
    kept: Iterable[SeenCookie] = (),
    kept_items: Iterable[SeenItem] = (),
    page: str = URL,
    asks_again: bool = False,
) -> Stage:
    visit = Visit(
        page,
        state,
        200,
        tuple(one for one in seen if isinstance(one, SeenRequest)),
        tuple(one for one in seen if isinstance(one, SeenCookie)),
        tuple(one for one in seen if isinstance(one, SeenItem)),
    )
    act = None if state is State.UNDECIDED else Act(state, clicks, "a test")
    visits = () if act is not None and clicks is None else (visit,)
    return Stage(state, visits, act, tuple(kept), tuple(kept_items), tuple(scripts), (), asks_again)


def judged(*stages: Stage, policy: Policy | None = None, **aliases: tuple[str, ...]) -> dict[str, Finding]:
    found = judge_tour(
        Tour(URL, stages), policy, {f"{name}.shop.example": to for name, to in aliases.items()}
    )
    return {f"{one.rule} {one.subject}": one for one in found}


@pytest.mark.parametrize("state", CLOSED)
def test_a_third_party_without_consent_A1_A14(state: State) -> None:
    found = judged(stage(state, request("https://www.google-analytics.com/g/collect", by=URL)))
    one = found[f"third-party-{ENDINGS[state]} www.google-analytics.com"]
    assert (one.level, one.service, one.by) == ("error", "Google Analytics", (URL,))


def test_with_consent_nothing_is_a_finding_where_no_policy_says_what_it_covers() -> None:
    seen = (request("https://maps.example/"), cookie("anything"), item("anything"))
    assert judged(stage(State.UNDECIDED), stage(State.ACCEPTED, *seen)) == {}


def test_with_consent_what_the_policy_does_not_name_is_a_finding_B7() -> None:
    seen = (
        request("https://maps.example/"),
        request("https://others.example/"),
        cookie("visits"),
        cookie("more"),
    )
    found = judged(stage(State.ACCEPTED, *seen), policy=POLICY)
    assert set(found) == {"undeclared-third-party others.example", "undeclared-cookie more"}
    assert '[[service]]\nid = "others-example"' in found["undeclared-third-party others.example"].declare


def test_what_nothing_opens_is_a_finding_even_with_consent() -> None:
    found = judged(stage(State.ACCEPTED, request("https://spy.example/")), policy=POLICY)
    one = found["undeclared-third-party spy.example"]
    assert "nothing opens it" in one.to_do
    assert one.declare == ""


def test_what_is_necessary_passes_on_its_pages() -> None:
    checkout = "https://shop.example/checkout/1"
    on_page = stage(State.UNDECIDED, request("https://pay.example/x", page=checkout), page=checkout)
    elsewhere = stage(State.UNDECIDED, request("https://pay.example/x"))
    assert judged(on_page, policy=POLICY) == {}
    assert (
        "other pages only" in judged(elsewhere, policy=POLICY)["third-party-before-consent pay.example"].to_do
    )


def test_what_is_declared_and_leaks_has_to_go_through_the_gate() -> None:
    found = judged(stage(State.REFUSED, request("https://maps.example/")), policy=POLICY)
    assert "through the gate" in found["third-party-after-refusal maps.example"].to_do


def test_the_site_itself_and_its_subdomains_are_no_third_party() -> None:
    seen = (request(URL), request("https://cdn.shop.example/x.js", "script"), request("data:image/gif,x"))
    assert judged(stage(State.UNDECIDED, *seen)) == {}


def test_a_redirect_of_the_visitor_is_the_sites_own_act() -> None:
    assert judged(stage(State.UNDECIDED, request("https://others.example/", "navigation"))) == {}


@pytest.mark.parametrize("kind", ["dns-prefetch", "preconnect", "reporting", "speculation rule"])
def test_what_markup_asks_browsers_for_is_a_finding_of_its_own_A14(kind: str) -> None:
    found = judged(stage(State.UNDECIDED, request("https://others.example/", kind)))
    assert set(found) == {"hint-before-consent others.example"}


def test_one_thing_on_several_pages_is_one_finding() -> None:
    seen = (request("https://others.example/1"), request("https://others.example/2", page=OTHER))
    (found,) = judged(stage(State.UNDECIDED, *seen)).values()
    assert found.pages == (URL, OTHER)
    assert found.urls == ("https://others.example/1", "https://others.example/2")


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("_ga", "error"),
        ("_fbp", "error"),
        ("sessionid", None),
        ("csrftoken", None),
        ("AWSALB", None),
        ("basket_token", "note"),
        ("my_consent", "note"),
        ("anything", "warning"),
    ],
)
def test_without_a_policy_a_cookie_is_judged_by_its_name(name: str, level: str | None) -> None:
    found = judged(stage(State.UNDECIDED, cookie(name)))
    assert [one.level for one in found.values()] == ([level] if level else [])


def test_the_cookie_that_keeps_a_refusal_is_no_finding_after_it() -> None:
    assert judged(stage(State.REFUSED, cookie("my_consent"), cookie("__Host-consent"))) == {}
    assert judged(stage(State.REFUSED, cookie("domain-consent"))) == {}


def test_an_unknown_cookie_that_a_refusal_sets_may_be_what_keeps_it() -> None:
    refused = stage(State.REFUSED, cookie("answer"), cookie("_ga"))
    levels = {one.subject: one.level for one in judged(stage(State.UNDECIDED), refused).values()}
    assert levels == {"answer": "note", "_ga": "error"}


def test_by_a_policy_every_cookie_that_is_not_necessary_is_an_error() -> None:
    found = judged(stage(State.UNDECIDED, *map(cookie, ("basket", "visits", "sessionid"))), policy=POLICY)
    assert set(found) == {"cookie-before-consent visits", "cookie-before-consent sessionid"}
    assert {one.level for one in found.values()} == {"error"}


@pytest.mark.parametrize("state", [State.REFUSED, State.WITHDRAWN])
def test_a_cookie_that_is_kept_is_a_finding_but_not_another_domains_A4(state: State) -> None:
    found = judged(stage(state, kept=(cookie("_ga"), cookie("id", ".doubleclick.net"))))
    assert set(found) == {f"cookie-{ENDINGS[state]} _ga"}
    assert "still there" in found[f"cookie-{ENDINGS[state]} _ga"].what


def test_another_domains_cookie_that_is_set_is_a_finding() -> None:
    found = judged(stage(State.REFUSED, cookie("id", ".doubleclick.net", lifetime=400 * 86_400)))
    assert "for 400 days" in found["cookie-after-refusal id on doubleclick.net"].what


@pytest.mark.parametrize(
    ("kind", "key", "level"),
    [
        ("local storage", "_hjid", "error"),
        ("session storage", "anything", "warning"),
        ("service worker", URL, "warning"),
        ("IndexedDB", "documents", "warning"),
        ("local storage", "theme", "note"),
    ],
)
def test_storage_A12(kind: StorageKind, key: str, level: str) -> None:
    (found,) = judged(stage(State.UNDECIDED, item(key, kind))).values()
    assert (found.rule, found.subject, found.level) == ("storage-before-consent", f"{kind}: {key}", level)


def test_storage_of_others_is_judged_by_their_host() -> None:
    found = judged(stage(State.UNDECIDED, item("x", origin="https://www.youtube.com")))
    assert "www.youtube.com (YouTube)" in found["storage-before-consent local storage: x"].what


@pytest.mark.parametrize(
    ("url", "attributes", "service"),
    [
        ("https://shop.example/js/gtm.js", {}, "Google Tag Manager"),
        ("https://cdn.shop.example/stats/matomo.js", {}, "Matomo"),
        ("https://shop.example/x.js?id=GTM-ABCD12", {}, "Google Tag Manager"),
        ("https://shop.example/u.js", {"data-website-id": "7a1cd6ac-0f6d-4c3a-9c2d-0c1f3c5b1a11"}, "Umami"),
    ],
)
def test_a_tracker_on_the_sites_own_path_A17(url: str, attributes: dict[str, str], service: str) -> None:
    scripts = (SeenScript(url, URL, attributes),)
    (found,) = judged(stage(State.UNDECIDED, request(url, "script"), scripts=scripts)).values()
    assert (found.rule, found.service) == ("own-path-tracker-before-consent", service)
    assert 'use = "' in found.declare


def test_a_tracker_behind_a_name_of_the_site_A17() -> None:
    seen = stage(State.UNDECIDED, request("https://m.shop.example/i.gif"), request("https://c.shop.example/"))
    found = judged(seen, m=("x.eulerian.net",), c=("shop.b-cdn.net",))
    assert set(found) == {"cname-tracker-before-consent m.shop.example"}
    assert "alias of x.eulerian.net (Eulerian)" in found["cname-tracker-before-consent m.shop.example"].what


def test_only_hosts_that_are_no_pages_of_the_site_are_looked_up() -> None:
    seen = (request(URL), request("https://m.shop.example/"), request("https://others.example/"))
    tour = Tour(
        URL, (stage(State.UNDECIDED, *seen), stage(State.ACCEPTED, request("https://a.shop.example/")))
    )
    assert hosts_with_aliases(tour, Policy()) == ("m.shop.example",)


@pytest.mark.parametrize(
    ("refuse", "accept", "withdraw", "rules"),
    [
        (1, 1, 2, set()),
        (1, 1, 1, set()),
        (2, 1, 2, {"refusing-is-farther"}),
        (1, 1, 3, {"withdrawing-is-farther"}),
        (None, 1, 2, {"no-way-to-refuse"}),
        (1, 1, None, {"no-way-to-withdraw"}),
        (None, None, None, set()),
        (1, 2, 3, set()),
    ],
)
def test_how_far_the_answers_are_B4_B6_B9(
    refuse: int | None, accept: int | None, withdraw: int | None, rules: set[str]
) -> None:
    found = judged(
        stage(State.UNDECIDED),
        stage(State.REFUSED, clicks=refuse),
        stage(State.ACCEPTED, clicks=accept),
        *([stage(State.WITHDRAWN, clicks=withdraw)] if accept else []),
    )
    assert {one.rule for one in found.values()} == rules


def test_a_site_that_breaks_the_rules_and_asks_nothing_has_no_way_to_refuse() -> None:
    nothing = (stage(State.REFUSED, clicks=None), stage(State.ACCEPTED, clicks=None))
    found = judged(stage(State.UNDECIDED, request("https://others.example/")), *nothing)
    one = found["no-way-to-refuse shop.example"]
    assert one.what.startswith("nothing was found that asks")
    assert one.to_do.startswith("Ask before anything that needs consent")


def test_to_be_asked_again_is_a_finding_B8_B14() -> None:
    found = judged(stage(State.UNDECIDED), stage(State.REFUSED, asks_again=True))
    assert set(found) == {"asked-again shop.example"}


def test_a_page_that_was_not_seen_is_told() -> None:
    visit = Visit(OTHER, State.UNDECIDED, 0, problem="no page came")
    (found,) = judge_tour(Tour(URL, (Stage(State.UNDECIDED, (visit,)),)))
    assert (found.rule, found.subject, found.level) == ("page-not-seen", OTHER, "warning")


def test_the_worst_comes_first() -> None:
    seen = (cookie("anything"), request("https://others.example/"), cookie("theme"))
    levels = [one.level for one in judged(stage(State.UNDECIDED, *seen)).values()]
    assert levels == ["error", "warning", "note"]


def test_a_fingerprint_is_of_the_thing_and_not_of_the_page() -> None:
    one, other = (
        judged(stage(State.UNDECIDED, request("https://others.example/", page=page))) for page in (URL, OTHER)
    )
    assert [f.fingerprint for f in one.values()] == [f.fingerprint for f in other.values()]


ANY = st.text(max_size=30)


@given(
    st.lists(st.builds(SeenRequest, st.one_of(ANY, ANY.map("https://{}".format)), ANY, ANY)),
    st.lists(st.builds(SeenCookie, ANY, ANY, ANY, st.none() | st.integers(0), st.booleans(), ANY)),
    st.lists(st.builds(SeenItem, st.just("local storage"), ANY, ANY, ANY)),
    st.sampled_from([None, POLICY]),
)
def test_whatever_is_seen_is_judged(
    requests: list[SeenRequest], cookies: list[SeenCookie], items: list[SeenItem], policy: Policy | None
) -> None:
    seen = [stage(state, *requests, *cookies, *items, kept=cookies, kept_items=items) for state in State]
    for finding in judge_tour(Tour(URL, tuple(seen)), policy):
        assert finding.rule in RULES
        assert finding.to_do


HOTJAR = "https://static.hotjar.com/c/hotjar-1.js"
WITH_HOTJAR = Policy.parse(
    '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "p@shop.example"\nhosts = ["shop.example"]\n'
    '[[service]]\nuse = "hotjar"\n[[service]]\nid = "films"\nname = "Films"\ncategory = "necessary"\n'
    'reason = "requested-service"\nhosts = ["www.films.example"]\n'
)


def test_a_cookie_is_its_setters_and_no_name_tells_more() -> None:
    set_by = replace(cookie("_ga"), by=HOTJAR)
    one = judged(stage(State.UNDECIDED, set_by))["cookie-before-consent _ga"]
    assert (one.service, one.service_id) == ("Hotjar", "hotjar")
    assert 'use = "hotjar"' in one.declare


def test_a_cookie_that_a_declared_service_has_set_belongs_into_its_table() -> None:
    found = judged(stage(State.UNDECIDED, replace(cookie("fresh"), by=HOTJAR)), policy=WITH_HOTJAR)
    one = found["cookie-before-consent fresh"]
    assert (one.service, one.service_id) == ("Hotjar", "")
    assert 'service "hotjar"' in one.to_do
    assert 'name = "fresh"' in one.declare


def test_an_entry_is_its_writers() -> None:
    found = judged(stage(State.UNDECIDED, replace(item("fresh"), by=HOTJAR)), policy=WITH_HOTJAR)
    assert found["storage-before-consent local storage: fresh"].service == "Hotjar"


def test_a_cookie_for_the_domain_above_is_of_the_host_that_the_policy_names() -> None:
    """The gate lets the host pass, so its cookie passes, too."""
    seen = (request("https://www.films.example/x"), cookie("id", ".films.example"))
    assert judged(stage(State.UNDECIDED, *seen), policy=WITH_HOTJAR) == {}


def test_a_cookie_for_the_whole_domain_of_the_site_is_its_own() -> None:
    on_www = replace(cookie("fresh", ".shop.example"), page="https://www.shop.example/")
    tour = Tour("https://www.shop.example/", (stage(State.UNDECIDED, on_www),))
    policy = Policy.parse(
        '[site]\nname = "S"\ncontroller = "S"\ncontact = "p@shop.example"\nhosts = ["www.shop.example"]\n'
    )
    assert [(one.rule, one.subject) for one in judge_tour(tour, policy)] == [
        ("cookie-before-consent", "fresh")
    ]
