"""What visitors meet under the laws of the United Kingdom (A22) and of US states (S4)."""

from __future__ import annotations

import json
import re

import pytest
from policy.measurements import UK_STATISTICS

from consentgate import Gate, Policies, Policy
from consentgate.gate.message import Request
from gate.conftest import Clock, MakeSite
from gate.driver import HTML, JSON, App, Page, Reply, Seen, Site

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
UK = SITE + 'regime = "uk"\n'
COUNTED = (
    '[[cookie]]\nname = "visits"\ncategory = "necessary"\nreason = "uk-statistics"\nlifetime = "1 day"\n'
    + UK_STATISTICS
    + '[[service]]\nid = "counter"\nname = "Counter"\ncategory = "necessary"\nreason = "uk-statistics"\n'
    'hosts = ["counter.example"]\ncookies = [{ name = "_count", lifetime = "1 day" }]\n'
    + UK_STATISTICS.replace(" }", ', processor = "Counting Ltd" }')
)
SKIN = '[[cookie]]\nname = "skin"\ncategory = "necessary"\nreason = "uk-appearance"\nlifetime = "1 day"\n'
LOGIN = '[[cookie]]\nname = "sid"\ncategory = "necessary"\nreason = "authentication"\nlifetime = "1 day"\n'
FILMS = (
    '[[service]]\nid = "films"\nname = "Films"\ncategory = "third-party"\nhosts = ["films.example"]\n'
    'cookies = [{ name = "_film", lifetime = "1 day" }]\n'
)
ONLY = UK + COUNTED + SKIN + LOGIN
MIXED = ONLY + FILMS
BOTH = pytest.mark.parametrize("policy", [ONLY, MIXED], ids=["nothing-asked", "mixed"])
LINES = ["visits=1; Path=/", "_count=1; Path=/", "skin=dark; Path=/", "sid=1; Path=/", "_film=1; Path=/"]
BODY = (
    b'<!doctype html><html><head><title>t</title><script src="https://counter.example/c.js"></script></head>'
    b'<body><script src="https://films.example/f.js"></script><p>Text</p></body></html>'
)
PAGE = Page(BODY, headers=[HTML, *(("Set-Cookie", line) for line in LINES)])
CACHED = Page(BODY, headers=[HTML, ("Cache-Control", "public, max-age=60"), ("ETag", '"1"')])
SENT = "sid=1; visits=2; _count=3; skin=4; _film=5"
COUNTING = {"visits", "_count", "skin"}


def counts(reply: Reply) -> bool:
    """Whether the page counts: by markup, by the Content-Security-Policy and by cookies, all or none."""
    signs = {
        b"counter.example/c.js" in reply.body,
        any("counter.example" in value for value in reply.values("content-security-policy")),
    }
    if reply.values("set-cookie"):
        signs.add(reply.set_names >= COUNTING)
        assert reply.set_names >= COUNTING or not COUNTING & reply.set_names
    [answer] = signs
    return answer


def buttons(reply: Reply) -> list[str]:
    return re.findall(r'name="decision" value="(\w+)"', reply.body.decode())


def is_private(reply: Reply) -> bool:
    return "private" in ", ".join(reply.values("cache-control"))


# -- the United Kingdom --------------------------------------------------------------------------------------


@BOTH
def test_it_passes_before_a_choice_and_every_page_has_a_button_that_objects_A22(
    make_site: MakeSite, policy: str
) -> None:
    site = make_site(PAGE, policy=policy)
    reply = site.gets("/deep/page", cookie=SENT)
    assert counts(reply)
    assert is_private(reply)
    assert "object" in buttons(reply)
    assert b"films.example/f.js" not in reply.body
    assert site.app.seen[-1].cookie == "sid=1; visits=2; _count=3; skin=4"
    assert reply.deleted == []


@BOTH
@pytest.mark.parametrize("decision", ["object", "refuse"])
def test_after_an_objection_or_refusal_it_is_blocked_in_every_way_A22(
    make_site: MakeSite, policy: str, decision: str
) -> None:
    site = make_site(PAGE, policy=policy)
    answer = site.decides(decision, cookie=SENT)
    assert answer.status == 303
    assert answer.deleted_names >= COUNTING
    assert "sid" not in answer.deleted_names
    assert any("cache" in value for value in answer.values("clear-site-data"))
    consent = site.chooses(decision)
    reply = site.gets(cookie=f"{consent}; {SENT}")
    assert not counts(reply)
    assert site.app.seen[-1].cookie.partition("; ")[2] == "sid=1"
    assert reply.deleted_names >= COUNTING
    assert "permit" in buttons(reply)
    assert not site.app.seen[-1].consent.allows("counter")


@BOTH
@pytest.mark.parametrize("header", [("Sec-GPC", "1"), ("DNT", "1")])
def test_a_signal_objects_while_it_is_sent_A22(
    make_site: MakeSite, policy: str, header: tuple[str, str]
) -> None:
    site = make_site(PAGE, policy=policy)
    reply = site.asks(headers=[header, ("Cookie", SENT)])
    assert not counts(reply)
    assert reply.deleted_names == COUNTING
    # Nothing that a click could change.
    assert not {"object", "permit"} & set(buttons(reply))
    assert counts(site.gets())
    accepted = site.chooses("accept", headers=[header]) if policy is MIXED else site.chooses("permit")
    assert not counts(site.asks(headers=[header, ("Cookie", accepted)]))


def test_to_object_is_no_answer_to_what_is_asked_A22(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=MIXED)
    consent = site.chooses("object")
    reply = site.gets(cookie=f"{consent}; {SENT}")
    assert {"accept", "refuse", "permit"} <= set(buttons(reply))
    # As before any choice, what needs consent is only kept from the application.
    assert reply.deleted_names == COUNTING
    assert site.decides("object", cookie=SENT).deleted_names == COUNTING
    accepted = site.chooses("accept", consent)
    reply = site.gets(cookie=accepted)
    assert b"films.example/f.js" in reply.body
    assert not counts(reply)
    assert counts(site.gets(cookie=site.chooses("permit", accepted)))


@BOTH
def test_it_is_taken_back_with_one_click_A22(make_site: MakeSite, policy: str) -> None:
    site = make_site(PAGE, policy=policy)
    for decision in ("object", "refuse"):
        consent = site.chooses("permit", site.chooses(decision))
        reply = site.gets(cookie=consent)
        assert counts(reply)
        assert "object" in buttons(reply)
        # A refusal stands all the same.
        assert ("accept" in buttons(reply)) == (policy is MIXED and decision == "object")


def test_who_has_consented_objects_with_one_click_and_keeps_the_consent_A22(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=MIXED)
    accepted = site.chooses("accept")
    reply = site.gets(cookie=accepted)
    assert counts(reply)
    assert buttons(reply) == ["object"]
    objecting = site.chooses("object", accepted)
    reply = site.gets(cookie=f"{objecting}; {SENT}")
    assert not counts(reply)
    assert reply.deleted_names == COUNTING
    assert "_film" in reply.set_names
    assert buttons(reply) == ["permit"]


def test_a_site_that_asks_for_nothing_informs_until_the_visitor_has_seen_it_A22(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=ONLY)
    reply = site.gets()
    assert b"UK law allows that without consent" in reply.body
    # In the notice one beside the other; and in the corner, once that has gone.
    assert buttons(reply) == ["object", "seen", "object"]
    seen = site.gets(cookie=site.chooses("seen"))
    assert buttons(seen) == ["object"]
    assert b"consentgate-banner" not in seen.body
    assert counts(seen)


def test_to_close_a_notice_is_no_choice_that_was_saved_A22(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=ONLY)
    assert site.decides("seen").values("location") == ["/"]
    assert site.decides("object").values("location") == ["/#consentgate-saved"]


def test_to_close_an_old_notice_takes_no_objection_back_A22(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=ONLY)
    for consent in (site.chooses("object"), site.chooses("refuse")):
        # Another tab, or the back button, shows the notice still.
        answer = site.decides("seen", consent)
        assert (answer.status, answer.set_cookies) == (303, [])
        assert not counts(site.gets(cookie=consent))


def test_all_who_object_on_one_day_are_alike_A22(make_site: MakeSite, clock: Clock) -> None:
    site = make_site(PAGE, policy=ONLY)
    one = site.chooses("object")
    clock.now += 3_600
    assert site.chooses("object") == one
    assert site.chooses("object", site.chooses("permit")) == one
    clock.now += 86_400
    assert site.chooses("object") != one


def test_an_objection_lasts_as_long_as_a_refusal_A22(make_site: MakeSite, clock: Clock) -> None:
    site = make_site(PAGE, policy=ONLY)
    consent = site.chooses("object")
    clock.now += 183 * 86_400
    assert not counts(site.gets(cookie=consent))
    clock.now += 2 * 86_400
    # Browsers drop the cookie about now. While one sends it, its visitor is told anew before anything counts.
    after = site.gets(cookie=consent)
    assert not counts(after)
    assert "seen" in buttons(after)
    assert counts(site.gets(cookie=site.chooses("seen", consent)))
    assert counts(site.gets())


@BOTH
def test_an_objection_that_cannot_be_read_is_not_taken_for_none_A22(
    make_site: MakeSite, clock: Clock, policy: str
) -> None:
    site = make_site(PAGE, policy=policy)
    consent = site.chooses("object")
    rekeyed = make_site(PAGE, gate=Gate(Policy.parse(policy), secret_key="another key"))
    early = site.chooses("object") if policy is ONLY else site.chooses("accept", consent)
    for reply in (site.gets(cookie=f"{consent[:-2]}AA; {SENT}"), rekeyed.gets(cookie=f"{consent}; {SENT}")):
        assert not counts(reply)
        assert reply.deleted == []
        # As to a visitor who has said nothing.
        assert {"object", "accept" if policy is MIXED else "seen"} <= set(buttons(reply))
    decision = "accept" if policy is MIXED else "seen"
    assert counts(rekeyed.gets(cookie=rekeyed.chooses(decision, consent)))
    # The clocks of two servers differ.
    clock.now -= clock.now % 86_400 + 1
    assert not counts(site.gets(cookie=early))


BY_LINK = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")]


@BOTH
def test_where_browsers_keep_the_consent_cookie_back_nothing_counts_A22(
    make_site: MakeSite, policy: str
) -> None:
    site = make_site(PAGE, policy=policy)
    cross = ("Sec-Fetch-Site", "cross-site")
    framed = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")]
    assert not counts(site.asks(headers=[cross, *framed]))
    assert not counts(site.asks(headers=[cross, ("Sec-Fetch-Dest", "image"), ("Sec-Fetch-Mode", "no-cors")]))
    # A bank leads back to the shop.
    assert not counts(site.asks(method="POST", headers=[cross, *BY_LINK, ("Origin", "https://bank.example")]))
    assert not counts(site.asks(method="POST", headers=[("Origin", "https://bank.example")]))
    assert not counts(site.asks(headers=[("Origin", "https://bank.example")]))
    assert counts(site.asks(headers=[cross, *BY_LINK]))
    for near in ("same-origin", "same-site", "none"):
        assert counts(site.asks(headers=[("Sec-Fetch-Site", near), *framed]))
        assert counts(site.asks(method="POST", headers=[("Sec-Fetch-Site", near), *BY_LINK]))
    assert counts(site.asks(method="POST", headers=[("Origin", "https://www.example.org")]))
    # Where the cookie arrives all the same, it says it.
    headers = [cross, *framed, ("Cookie", site.chooses("permit"))]
    assert counts(site.asks(headers=headers))


@pytest.mark.parametrize("decision", ["object", "permit", "seen"])
def test_elsewhere_there_is_no_such_decision(make_site: MakeSite, decision: str) -> None:
    for policy in (SITE + FILMS, UK + FILMS, SITE + 'regime = "us"\n' + FILMS):
        assert make_site(PAGE, policy=policy).decides(decision).status == 400


def test_whoever_acts_may_object_and_only_a_person_takes_that_back_A22(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=MIXED)
    framed = [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Dest", "iframe")]
    assert site.decides("object", headers=framed).status == 303
    assert site.decides("object", site.chooses("accept"), headers=framed).status == 303
    assert site.decides("permit", site.chooses("object"), headers=framed).status == 403
    assert site.decides("permit", headers=[("Origin", "https://evil.example")]).status == 403


@BOTH
def test_no_shared_cache_keeps_what_counts_and_all_may_keep_the_rest_A22(
    make_site: MakeSite, policy: str
) -> None:
    site = make_site(CACHED, policy=policy)
    before = site.gets()
    assert counts(before)
    assert is_private(before)
    assert "public" not in before.value("cache-control")
    closed = []
    for cookie in (site.chooses("object"), site.chooses("refuse")):
        reply = site.gets(cookie=cookie)
        assert reply.value("cache-control") == "public, max-age=60"
        assert {"Cookie", "Sec-GPC"} <= set(reply.value("vary").split(", "))
        closed.append(reply.but_for_expiries)
    closed.append(site.asks(headers=[("Sec-GPC", "1")]).but_for_expiries)
    closed.append(site.asks(headers=[("X-Consent-Key", "closed")]).but_for_expiries)
    assert all(one == closed[0] for one in closed)
    assert b"counter.example/c.js" not in closed[0][2]


@BOTH
def test_no_validator_revives_a_page_that_counts_A22(make_site: MakeSite, policy: str) -> None:
    def decide(seen: Seen) -> Page:
        return Page(b"", 304, [("ETag", '"1"')]) if seen.values("if-none-match") else CACHED

    site = make_site(App(decide=decide), policy=policy)
    tag = site.gets().value("etag")
    assert site.gets(If_None_Match=tag).status == 304
    objecting = site.gets(cookie=site.chooses("object"), If_None_Match=tag)
    assert objecting.status == 200
    assert objecting.value("etag") != tag


def test_pages_for_everyone_have_both_buttons_and_the_visitors_styles_show_one_A22(
    make_site: MakeSite,
) -> None:
    site = make_site(CACHED, policy=ONLY)
    consent = site.chooses("object")
    reply = site.gets(cookie=consent)
    assert sorted(buttons(reply)) == ["object", "permit"]
    assert reply.body.count(b"consentgate-for-some") == 2
    styles = site.gets("/_privacy/visitor.css", cookie=consent)
    assert b".consentgate-permit{display:block}" in styles.body
    assert b"object" not in styles.body
    by_signal = site.gets("/_privacy/visitor.css", Sec_GPC="1").body
    assert not re.search(b"permit|object", by_signal)
    assert b".consentgate-object{display:block}" in site.gets("/_privacy/visitor.css").body


@pytest.mark.parametrize("kind", [JSON, ("Content-Type", "image/gif"), ("Content-Type", "text/css")])
def test_what_is_no_page_is_private_with_its_cookie_and_loses_it_A22(
    make_site: MakeSite, kind: tuple[str, str]
) -> None:
    page = Page(b"x", headers=[kind, ("Cache-Control", "public"), ("Set-Cookie", "visits=1")])
    site = make_site(page, policy=ONLY)
    before = site.gets()
    assert before.set_names == {"visits"}
    assert is_private(before)
    assert site.gets(cookie=site.chooses("object")).set_names == set()


def test_where_visitors_are_told_nothing_it_does_not_count_A22(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=ONLY + '[banner]\nnot_on = ["/admin/*"]\n')
    reply = site.gets("/admin/x", cookie=SENT)
    assert not counts(reply)
    # Nobody has objected.
    assert reply.deleted == []
    permitting = site.chooses("permit", site.chooses("refuse"))
    assert not COUNTING & site.gets("/admin/x", cookie=f"{permitting}; {SENT}").deleted_names
    assert counts(site.gets("/x"))


def test_early_hints_and_pushes_are_for_everyone_A22(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=ONLY)
    exchange = site.gate.exchange(Request("GET", "/", "", {"host": ["www.example.org"]}))
    assert exchange.consent.is_open
    link = ("Link", "<https://counter.example/c.js>; rel=preload; as=script")
    assert exchange.hints([link]) == []


def test_a_frame_that_was_objected_to_opens_once_and_is_not_asked_for_A22(make_site: MakeSite) -> None:
    frame = b'<!doctype html><title>t</title><body><iframe src="https://counter.example/report"></iframe>'
    site = make_site(Page(frame), policy=ONLY)
    assert b'src="https://counter.example/report"' in site.gets().body
    body = site.gets(cookie=site.chooses("object")).body
    assert b'src="https://counter.example/report"' not in body
    assert b"Load once" in body
    assert b"Always allow" not in body


def test_scripts_get_no_more_features_than_without_consent_A22(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=MIXED)
    unasked = site.gets().value("permissions-policy")
    assert "storage-access=()" in unasked
    assert "storage-access=()" not in site.gets(cookie=site.chooses("accept")).value("permissions-policy")


def test_tags_are_told_what_the_visitor_objects_to_A22(make_site: MakeSite) -> None:
    use = '[[service]]\nuse = "google-analytics"\ncategory = "necessary"\nreason = "uk-statistics"\n'
    policy = UK + use + UK_STATISTICS.replace(" }", ', processor = "Google" }')
    site = make_site(PAGE, policy=policy)

    def told(reply: Reply) -> dict[str, str]:
        found = re.search(rb"data-consent-mode=(['\"])(.+?)\1", reply.body)
        return (
            json.loads(found[2].replace(b"&#34;", b'"').replace(b"&quot;", b'"'))["google"] if found else {}
        )

    assert told(site.gets())["analytics_storage"] == "granted"
    assert told(site.gets())["ad_storage"] == "denied"
    assert told(site.gets(cookie=site.chooses("object"))) == {}


@BOTH
def test_the_choices_page_and_the_declaration_say_it_A22(make_site: MakeSite, policy: str) -> None:
    site = make_site(PAGE, policy=policy)
    choices = site.gets("/_privacy/choices")
    assert b"What you can object to" in choices.body
    assert b"You have not objected" in choices.body
    assert buttons(choices).count("object") == 1
    objecting = site.chooses("object")
    after = site.gets("/_privacy/choices", cookie=objecting)
    assert b"None of this is used" in after.body
    assert buttons(after).count("permit") == 1
    assert b"Measured on the site\xe2\x80\x99s behalf by: Counting Ltd." in after.body
    assert b"checked" not in after.body
    by_signal = site.gets("/_privacy/choices", Sec_GPC="1")
    assert b"None of this is used" in by_signal.body
    assert not {"object", "permit"} & set(buttons(by_signal))
    declared = json.loads(site.gets("/_privacy/declaration.json").body)
    assert declared["regime"] == "uk"
    assert [cookie["name"] for cookie in declared["objectable"]["cookies"]] == ["visits", "skin"]
    assert [service["id"] for service in declared["objectable"]["services"]] == ["counter"]
    (counting,) = declared["objectable"]["services"][0]["cookies"]
    assert counting["purpose"].startswith("Collects statistics about the use of this site")
    necessary = next(one for one in declared["categories"] if one["id"] == "necessary")
    assert {cookie["name"] for cookie in necessary["cookies"]} == {"__Host-consent", "sid"}
    for form in ("declaration", "declaration.md"):
        assert b"What you can object to" in site.gets(f"/_privacy/{form}").body


def test_each_host_keeps_the_law_of_its_own_policy() -> None:
    hosts = {
        "www.example.co.uk": Policy.parse(MIXED),
        "www.example.com": Policy.parse(SITE + 'regime = "us"\n' + FILMS),
        "www.example.eu": Policy.parse(SITE + FILMS),
    }
    gate = Gate(Policies(hosts.get), secret_key="k")
    asked = {host: Site("wsgi", App(PAGE), gate, host).gets() for host in hosts}
    assert counts(asked["www.example.co.uk"])
    assert b"counter.example/c.js" not in asked["www.example.eu"].body
    assert b"Do Not Sell or Share My Personal Information" in asked["www.example.com"].body
    assert b"Do Not Sell" not in asked["www.example.co.uk"].body
    assert "object" not in buttons(asked["www.example.eu"])


# -- the United States ---------------------------------------------------------------------------------------

US = SITE + 'regime = "us"\n' + LOGIN + FILMS
DO_NOT_SELL = b"Do Not Sell or Share My Personal Information</a>"
HONOURED = b"Opt-Out Request Honored"


def test_nothing_passes_before_a_yes_there_either_S4(make_site: MakeSite) -> None:
    reply = make_site(PAGE, policy=US).gets()
    assert b"films.example/f.js" not in reply.body
    assert reply.set_names == {"sid"}
    assert {"accept", "refuse"} <= set(buttons(reply))


@pytest.mark.parametrize("decision", ["", "accept", "refuse"])
def test_every_page_links_to_the_way_to_opt_out_S4(make_site: MakeSite, decision: str) -> None:
    site = make_site(PAGE, policy=US)
    reply = site.gets(cookie=site.chooses(decision) if decision else "")
    assert DO_NOT_SELL in reply.body
    if not decision:
        banner = reply.body.partition(b"<section")[2].partition(b"</section>")[0]
        assert DO_NOT_SELL in banner


@pytest.mark.parametrize("decision", ["", "refuse", "accept"])
def test_the_signal_is_honoured_visibly_and_nobody_is_asked_S4(make_site: MakeSite, decision: str) -> None:
    site = make_site(PAGE, policy=US)
    cookie = site.chooses(decision) if decision else ""
    reply = site.gets(cookie=cookie, Sec_GPC="1")
    assert HONOURED in reply.body
    assert b"consentgate-banner" not in reply.body
    assert b"films.example/f.js" not in reply.body
    assert HONOURED in site.gets("/_privacy/choices", cookie=cookie, Sec_GPC="1").body
    assert HONOURED not in site.gets(cookie=cookie).body
    assert HONOURED not in site.gets(cookie=cookie, Sec_GPC="0").body


def test_pages_without_the_link_say_that_the_signal_is_honoured_S4(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=US + '[banner]\nsettings = "none"\n')
    body = site.gets(Sec_GPC="1").body
    assert HONOURED in body
    assert DO_NOT_SELL not in body


def test_do_not_track_is_no_such_request_S4(make_site: MakeSite) -> None:
    reply = make_site(PAGE, policy=US).gets(DNT="1")
    assert HONOURED not in reply.body
    assert "accept" in buttons(reply)


def test_who_says_yes_while_the_signal_is_sent_has_said_yes_S4(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=US)
    cookie = site.chooses("accept", headers=[("Sec-GPC", "1")])
    reply = site.gets(cookie=cookie, Sec_GPC="1")
    assert b"films.example/f.js" in reply.body
    assert HONOURED not in reply.body


def test_nobody_who_opted_out_is_asked_again_for_a_year(make_site: MakeSite, clock: Clock) -> None:
    site = make_site(PAGE, policy=US)
    refused, accepted = site.chooses("refuse"), site.chooses("accept")
    clock.now += 395 * 86_400
    assert "accept" not in buttons(site.gets(cookie=refused))
    assert "accept" in buttons(site.gets(cookie=accepted))
    clock.now += 2 * 86_400
    assert "accept" in buttons(site.gets(cookie=refused))


def test_pages_for_everyone_are_the_same_bytes_with_the_signal_S4(make_site: MakeSite) -> None:
    site = make_site(CACHED, policy=US)
    plain, signalled = site.gets(), site.gets(Sec_GPC="1")
    assert plain.but_for_expiries == signalled.but_for_expiries
    assert b'<p class="consentgate-opted-out consentgate-for-some">' in plain.body
    shown = b".consentgate-opted-out{display:block}"
    assert shown in site.gets("/_privacy/visitor.css", Sec_GPC="1").body
    assert shown not in site.gets("/_privacy/visitor.css").body
    assert b".consentgate-banner{display:none}" in site.gets("/_privacy/visitor.css", Sec_GPC="1").body


def test_the_signals_resource_and_the_declaration_say_it_S4(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=US)
    assert json.loads(site.gets("/.well-known/gpc.json").body)["gpc"] is True
    for form in ("declaration", "declaration.md"):
        assert b"In the United States you can opt out" in site.gets(f"/_privacy/{form}").body
    declared = json.loads(site.gets("/_privacy/declaration.json").body)
    assert declared["regime"] == "us"
    assert declared["kept"] == {"grants": "13 months", "refusals": "13 months"}


# -- the European Union --------------------------------------------------------------------------------------


def test_elsewhere_nothing_of_it_is_said(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=SITE + LOGIN + FILMS)
    for path in ("/", "/_privacy/choices", "/_privacy/declaration", "/_privacy/declaration.json"):
        for headers in ([], [("Sec-GPC", "1")]):
            body = site.asks(path, headers=headers).body
            assert not re.search(rb"Do Not Sell|Opt-Out|object to something|UK law|regime", body)
