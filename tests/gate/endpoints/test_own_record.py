"""What a visitor sees of their own record, over WSGI and ASGI, with a real ledger behind it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ledger.records import counted, kept, verified

from consentgate import Policies
from consentgate.consent.receipt import receipt_schema
from consentgate.consent.record import Event, Notice, NotReadable, NotRecorded, Record
from consentgate.gate import record_allowance
from consentgate.gate.record_allowance import Rate
from consentgate.ledger import Ledger
from gate.conftest import Clock, MakeSite
from gate.driver import POLICY, SECRET, Reply, Site, make_gate

PAGE = "/_privacy/record"
DAY = 86_400


@pytest.fixture(params=["disk", "database"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path / 'consent.db'}"
    with closing(Ledger(url, durable=request.param, secret_key=SECRET)) as opened:
        yield opened


@pytest.fixture
def site(make_site: MakeSite, ledger: Ledger, clock: Clock) -> Site:
    return make_site(ledger=ledger)


def words(reply: Reply) -> str:
    """What a page says."""
    return " ".join(re.sub(r"<[^>]*>", " ", reply.body.decode()).split())


def token(reply: Reply) -> str:
    """The signed ids in the form of a page."""
    [found] = re.findall(r'name="record" value="([^"]*)"', reply.body.decode())
    return found


def erases(site: Site, cookie: str, **form: Any) -> Reply:
    return site.decides("erase", cookie, path=PAGE, **form)


def consents(site: Site, cookie: str) -> str:
    """What the application is told with a cookie."""
    site.gets("/", cookie)
    return repr(site.app.seen[-1].consent)


# -- what it shows -------------------------------------------------------------------------------------------


def test_a_visitor_who_has_just_consented_sees_all_of_it_B10(site: Site, ledger: Ledger) -> None:
    cookie = site.chooses("save", service=["stats"], headers=[("Sec-GPC", "1")])

    reply = site.gets(f"{PAGE}?next=/news", cookie)

    said = words(reply)
    assert reply.status == 200
    assert "18 November 2026, 11:06 UTC: you gave your consent" in said
    assert "Allowed Stats Not allowed" in said and "Heat" in said and "Films" in said
    assert "Performance: This site" in said
    assert "Valid until 20 May 2027" in said
    assert "Language English" in said
    assert "Button pressed Save choice" in said
    assert "Signals of your browser Global Privacy Control" in said
    assert "Site www.example.org" in said
    assert "Responsible Example Ltd" in said
    assert "privacy@example.org" in said
    ledger.move()
    assert kept(ledger)[0].id in said
    assert 'href="/news"' in reply.body.decode()


def test_nobody_keeps_a_copy_and_nobody_frames_it(site: Site) -> None:
    reply = site.gets(PAGE, site.chooses("accept"))

    assert reply.value("cache-control") == "no-store"
    assert "frame-ancestors 'none'" in reply.value("content-security-policy")
    assert reply.values("set-cookie") == []


def test_a_button_is_called_as_it_was_where_it_was_pressed(site: Site) -> None:
    on_a_page = site.chooses("accept", headers=[("Referer", "https://www.example.org/news")])
    in_the_settings = site.chooses(
        "accept", headers=[("Referer", "https://www.example.org/_privacy/choices")]
    )

    assert "Button pressed Accept Where Notice on a page" in words(site.gets(PAGE, on_a_page))
    assert "Button pressed Accept all Where Privacy settings" in words(site.gets(PAGE, in_the_settings))


def test_the_button_of_blocked_content_names_what_it_allows(site: Site) -> None:
    cookie = site.chooses("allow", site.chooses("save", service=["stats"]), service=["films"])

    said = words(site.gets(PAGE, cookie))

    assert "Button pressed Always allow Films Where In the place of blocked content" in said
    assert "Button pressed Save choice" in said


def test_the_history_is_there_the_newest_first(site: Site, clock: Clock) -> None:
    cookie = site.chooses("save", service=["stats"])
    clock.now += 2 * DAY
    cookie = site.chooses("accept", cookie)
    clock.now += DAY
    cookie = site.chooses("save", cookie, service=["films"])

    said = words(site.gets(PAGE, cookie))

    titles = ("you withdrew part of your consent", "you gave your consent again", "you gave your consent")
    places = [said.index(f": {title} ") for title in titles]
    assert places == sorted(places)
    assert said.count("What you were shown") == 3


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ((), "Your browser has no decision of yours"),
        (("refuse",), "You refused on 18 November 2026."),
        (("accept", "withdraw"), "only the number on each day is kept, and nothing that identifies you"),
    ],
)
def test_who_has_no_record_is_told_so_plainly(site: Site, decisions: tuple[str, ...], expected: str) -> None:
    cookie = ""
    for decision in decisions:
        cookie = site.chooses(decision, cookie)

    reply = site.gets(PAGE, cookie)

    assert reply.status == 200
    assert expected in words(reply)
    assert "?erase=" not in reply.body.decode()
    assert site.gets(f"{PAGE}?format=json", cookie).status == 404
    assert site.gets(f"{PAGE}?erase=", cookie).body == site.gets(PAGE, cookie).body


def test_without_a_ledger_the_cookie_is_all_that_there_is(make_site: MakeSite) -> None:
    site = make_site()
    cookie = site.chooses("save", service=["stats"])

    said = words(site.gets(PAGE, cookie))

    assert "This site keeps no record of it." in said
    assert "Allowed Stats Not allowed" in said
    assert "Withdraw and erase" not in said
    assert site.gets(f"{PAGE}?format=json", cookie).status == 404
    reply = erases(site, cookie)
    assert reply.status == 303
    assert consents(site, reply.set_cookies[0].partition(";")[0]) == "<Consent to nothing>"


def test_a_consent_from_before_there_was_a_ledger_is_shown_as_the_cookie_has_it(
    make_site: MakeSite, ledger: Ledger
) -> None:
    cookie = make_site().chooses("save", service=["films"])

    said = words(make_site(ledger=ledger).gets(PAGE, cookie))

    assert "No record of it was found." in said
    assert "Allowed Films Not allowed" in said


def test_a_record_is_on_its_way_for_an_hour_and_then_it_is_not_there(
    make_site: MakeSite, ledger: Ledger, clock: Clock
) -> None:
    cookie = make_site().chooses("save", service=["films"])
    site = make_site(ledger=ledger)

    at_once = words(site.gets(PAGE, cookie))
    clock.now += 2 * 3600
    later = words(site.gets(PAGE, cookie))

    assert "It may still be on its way" in at_once
    assert "on its way" not in later
    assert "No record of it was found. What is shown here is what the cookie" in later


def test_an_old_cookie_of_an_erased_record_promises_none(site: Site, ledger: Ledger, clock: Clock) -> None:
    cookie = site.chooses("accept")
    erases(site, cookie, record=token(site.gets(f"{PAGE}?erase=", cookie)))
    clock.now += DAY

    assert "on its way" not in words(site.gets(PAGE, cookie))


def test_it_is_linked_from_the_choices_and_the_declaration(site: Site) -> None:
    for page in ("choices", "declaration"):
        body = site.gets(f"/_privacy/{page}?next=/news").body.decode()
        assert 'href="/_privacy/record?next=/news" target="_top"' in body
    assert "record?next=" in site.gate.declaration()


def test_it_speaks_the_visitor_s_language_and_names_the_one_of_the_question(
    make_site: MakeSite, ledger: Ledger
) -> None:
    policy = POLICY.replace("[[cookie]]", 'languages = ["en", "ar"]\n\n[[cookie]]', 1)
    site = make_site(policy=policy, ledger=ledger)
    cookie = site.chooses("accept")

    body = site.gets(f"{PAGE}?lang=ar", cookie).body.decode()

    assert '<html lang="ar" dir="rtl">' in body
    assert '<bdi lang="en" dir="ltr">English</bdi>' in body
    assert "أعطيتَ موافقتك" in body


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender"])
def test_a_look_ahead_decides_nothing(site: Site, ledger: Ledger, purpose: str) -> None:
    cookie = site.chooses("accept")

    for query in ("", "?erase=", "?decision=erase", "?format=json"):
        reply = site.asks(f"{PAGE}{query}", headers=[("Cookie", cookie), ("Sec-Purpose", purpose)])
        assert reply.values("set-cookie") == []

    ledger.move()
    assert len(kept(ledger)) == 1
    assert counted(ledger) == {}


def test_a_head_request_has_the_headers_and_no_body(site: Site) -> None:
    cookie = site.chooses("accept")
    shown = site.gets(PAGE, cookie)

    reply = site.asks(PAGE, "HEAD", [("Cookie", cookie)])

    assert reply.body == b""
    assert reply.value("content-length") == str(len(shown.body))


def test_other_methods_are_told_what_there_is(site: Site) -> None:
    reply = site.asks(PAGE, "PUT")

    assert (reply.status, reply.value("allow")) == (405, "GET, HEAD, POST")


# -- the notice ----------------------------------------------------------------------------------------------


def notice_of(site: Site, cookie: str) -> str:
    [digest] = set(re.findall(r"notice=([0-9a-f]{64})", site.gets(PAGE, cookie).body.decode()))
    return digest


def test_what_was_shown_is_the_very_bytes_in_a_document_that_can_do_nothing(
    site: Site, ledger: Ledger
) -> None:
    cookie = site.chooses("accept")
    digest = notice_of(site, cookie)

    around = site.gets(f"{PAGE}?notice={digest}", cookie)
    ledger.move()
    notice = ledger.notice(digest)

    assert notice is not None
    assert around.status == 200
    assert around.body.count(b'sandbox=""') == 2
    assert "frame-src 'self'" in around.value("content-security-policy")
    in_body = "<!doctype html><title></title><body>"
    for part, text in (("banner", in_body + notice.banner), ("choices", notice.choices)):
        shown = site.gets(f"{PAGE}?notice={digest}&part={part}", cookie)
        assert shown.body.decode() == text
        policy = shown.value("content-security-policy")
        assert policy.startswith("sandbox; default-src 'none'")
        assert "allow-" not in policy and "'self'" not in policy.partition("frame-ancestors")[0]
        assert shown.value("cache-control") == "no-store"


def test_a_notice_is_shown_to_those_only_whose_record_cites_it(make_site: MakeSite, ledger: Ledger) -> None:
    policy = POLICY.replace("[[cookie]]", 'languages = ["en", "fr"]\n\n[[cookie]]', 1)
    site = make_site(policy=policy, ledger=ledger)
    cookie = site.chooses("accept")
    digest = notice_of(site, site.chooses("accept", path="/_privacy/choices?lang=fr"))

    assert site.gets(f"{PAGE}?notice={digest}", cookie).status == 404
    assert site.gets(f"{PAGE}?notice=%25", cookie).status == 404
    assert site.gets(f"{PAGE}?notice={digest}").status == 404


# -- the receipt ---------------------------------------------------------------------------------------------


def test_a_receipt_is_saved_and_has_the_names_of_the_standard(site: Site) -> None:
    cookie = site.chooses("save", site.chooses("accept"), service=["stats"])

    reply = site.gets(f"{PAGE}?format=json", cookie)

    assert reply.value("content-type") == "application/json"
    assert reply.value("content-disposition") == 'attachment; filename="consent-receipt.json"'
    assert reply.value("cache-control") == "no-store"
    receipt = json.loads(reply.body)
    Draft202012Validator(receipt_schema()).validate(receipt)
    assert [event["event_state"] for event in receipt["events"]] == [
        *("ConsentGiven", "ConsentWithdrawn", "RenewedConsentGiven")
    ]
    assert receipt["pii_controllers"][0]["party_contact"] == "privacy@example.org"
    assert receipt["retention_period"] == "3 years"
    assert receipt["withdrawal_method"] == "https://www.example.org/_privacy/choices"


# -- erasure -------------------------------------------------------------------------------------------------


def test_the_visitor_is_asked_and_then_it_is_gone_B10(site: Site, ledger: Ledger, clock: Clock) -> None:
    cookie = site.chooses("save", service=["stats"])
    clock.now += 2 * DAY
    cookie = site.chooses("accept", cookie)
    question = site.gets(f"{PAGE}?erase=&next=/news", cookie)
    assert question.status == 200
    assert "This cannot be undone." in words(question)
    assert "Keep consent and record" in words(question)

    reply = erases(site, f"{cookie}; _st=1", record=token(question), next="/news")

    assert reply.status == 303
    assert reply.value("location") == "/_privacy/choices?next=/news#consentgate-erased"
    assert "_st" in reply.deleted_names
    [line] = [line for line in reply.set_cookies if line.startswith(site.gate.cookie.name)]
    after = line.partition(";")[0]
    choice = site.gate.cookie.read([after.partition("=")[2]], site.host)
    assert choice is not None and not choice.is_grant and choice.id == b""
    assert consents(site, after) == "<Consent to nothing>"
    assert "its record is being erased" in words(site.gets("/_privacy/choices?next=/news", after))
    ledger.move()
    assert kept(ledger) == []
    assert counted(ledger) == {"erased": 1}
    assert verified(ledger).faults == ()
    assert "only the number on each day" in words(site.gets(PAGE, after))


def test_to_erase_again_changes_nothing(site: Site, ledger: Ledger) -> None:
    cookie = site.chooses("accept")
    signed = token(site.gets(f"{PAGE}?erase=", cookie))
    replies = [erases(site, cookie, record=signed) for _ in range(2)]
    after = replies[0].set_cookies[0].partition(";")[0]

    assert [reply.status for reply in replies] == [303, 303]
    assert erases(site, after, record=signed).status == 303
    # Without a record there is nothing to say of one.
    nothing = erases(site, after)
    assert nothing.value("location") == "/_privacy/choices?next=/"
    assert nothing.set_cookies == []
    ledger.move()
    assert counted(ledger) == {"erased": 1}
    assert kept(ledger) == []


def test_who_has_a_consent_that_counts_is_never_told_that_it_was_erased(site: Site) -> None:
    body = site.gets("/_privacy/choices", site.chooses("accept")).body

    assert b"consentgate-erased" not in body


@pytest.mark.parametrize(
    "headers",
    [
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],
        [("Origin", "https://elsewhere.example")],
        [("Origin", "null")],
        [],
        [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Mode", "navigate")],
    ],
)
def test_nobody_else_erases_for_the_visitor(
    site: Site, ledger: Ledger, headers: list[tuple[str, str]]
) -> None:
    cookie = site.chooses("accept")

    reply = site.decides("erase", cookie, headers, path=PAGE)

    assert reply.status == 403
    assert reply.values("set-cookie") == []
    ledger.move()
    assert len(kept(ledger)) == 1


@pytest.mark.parametrize("decision", ["accept", "withdraw", "nonsense", ""])
def test_what_is_no_order_to_erase_is_refused(site: Site, ledger: Ledger, decision: str) -> None:
    cookie = site.chooses("accept")

    assert site.decides(decision, cookie, path=PAGE).status == 400
    # Nor is there any at the choices.
    assert site.decides("erase", cookie).status == 400
    ledger.move()
    assert len(kept(ledger)) == 1


@pytest.mark.parametrize("change", ["id", "signature", "host", "nonsense"])
def test_ids_that_were_not_signed_for_this_host_erase_nothing(
    site: Site, ledger: Ledger, change: str
) -> None:
    mine, other = site.chooses("accept"), site.chooses("accept")
    signed = token(site.gets(f"{PAGE}?erase=", other))
    payload, _, signature = signed.rpartition(".")
    forged = {
        "id": f"{payload[:-1]}{'0' if payload[-1] != '0' else '1'}.{signature}",
        "signature": f"{payload}.{signature[:-1]}",
        "host": signed,
        "nonsense": "\ud800é.x".encode("utf-8", "replace").decode(),
    }[change]
    site.host = "shop.example.org" if change == "host" else site.host

    reply = erases(site, "" if change == "host" else mine, record=forged)

    assert reply.status == 303
    ledger.move()
    left = 2 if change == "host" else 1
    assert len(kept(ledger)) == left


# -- what fails ----------------------------------------------------------------------------------------------


class Failing:
    """A recorder that fails, as a ledger does whose disk and database do."""

    kept_for = "3 years"

    def __init__(self) -> None:
        self.fails: Exception | None = None
        self.records: list[Record] = []
        self.threads: list[threading.Thread] = []

    def record(self, record: Record, notice: Notice | None = None) -> None:
        if self.fails is not None:
            raise self.fails
        self.records.append(record)

    def history(self, id: str) -> list[Record]:
        self.threads.append(threading.current_thread())
        if self.fails is not None:
            raise self.fails
        return [record for record in self.records if record.id == id]

    def notice(self, digest: str) -> Notice | None:
        return None

    def signing_with(self, secret_keys: tuple[str | bytes, ...]) -> Failing:
        return self


@pytest.fixture
def failing() -> Failing:
    return Failing()


@pytest.mark.parametrize("failure", [NotRecorded("nowhere"), RuntimeError("a bug")])
def test_a_withdrawal_counts_whose_record_cannot_be_erased_and_it_can_be_tried_again(
    make_site: MakeSite, failing: Failing, failure: Exception
) -> None:
    site = make_site(ledger=failing)
    cookie = site.chooses("accept")
    [given] = failing.records
    failing.fails = failure

    reply = erases(site, cookie, next="/news")

    assert reply.status == 503
    assert reply.values("location") == []
    assert "The record could not be erased yet" in words(reply)
    assert given.id in words(reply) and "privacy@example.org" in words(reply)
    assert reply.value("content-length") == str(len(reply.body))
    after = reply.set_cookies[0].partition(";")[0]
    assert consents(site, after) == "<Consent to nothing>"
    # The cookie names no record any more. The page does.
    failing.fails = None
    again = erases(site, after, record=token(reply), next="/news")
    assert again.value("location") == "/_privacy/choices?next=/news#consentgate-erased"
    assert again.set_cookies == []
    order = failing.records[-1]
    assert (order.event, order.replaces, order.control) == (Event.ERASED, given.id, "erase")


def test_a_flood_of_orders_is_not_kept_and_each_withdraws(
    make_site: MakeSite, failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_allowance, "OF_ALL", Rate(2, 0))
    monkeypatch.setattr(record_allowance, "OF_ONE", Rate(2, 0))
    site = make_site(ledger=failing)
    cookie = site.chooses("accept")

    replies = [erases(site, cookie) for _ in range(4)]

    assert [reply.status for reply in replies] == [303, 503, 503, 503]
    assert all(reply.set_cookies for reply in replies)
    assert len(failing.records) == 2


@pytest.mark.parametrize("failure", [NotReadable("nowhere"), RuntimeError("a bug")])
@pytest.mark.parametrize("query", ["", "?format=json", f"?notice={'0' * 64}"])
def test_what_cannot_be_read_is_said_to_be_so_and_never_an_error_of_the_application(
    make_site: MakeSite, failing: Failing, failure: Exception, query: str
) -> None:
    site = make_site(ledger=failing)
    cookie = site.chooses("accept")
    failing.fails = failure

    reply = site.gets(f"{PAGE}{query}", cookie)

    assert reply.status == 503
    assert reply.value("retry-after") == "60"
    assert "Your record cannot be shown at the moment" in words(reply)
    assert reply.value("cache-control") == "no-store"
    # What needs no record is there all the same.
    assert site.gets(f"{PAGE}?erase=", cookie).status == 200
    assert site.gets(PAGE).status == 200


def test_the_event_loop_does_not_wait_for_the_database(make_site: MakeSite, failing: Failing) -> None:
    site = make_site(ledger=failing)
    site.gets(PAGE, site.chooses("accept"))

    [thread] = failing.threads
    assert (thread is threading.main_thread()) == (site.interface == "wsgi")


# -- whose it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [{"host": "shop.example.org"}, {"host": ""}, {"controller": "Other Ltd"}])
def test_a_record_of_another_host_or_controller_is_never_shown(
    make_site: MakeSite, failing: Failing, changed: dict[str, str]
) -> None:
    from dataclasses import replace

    site = make_site(ledger=failing)
    cookie = site.chooses("accept")
    failing.records = [replace(record, **changed) for record in failing.records]

    reply = site.gets(PAGE, cookie)

    assert "No record of it was found." in words(reply)
    assert failing.records[0].id not in reply.body.decode()
    assert site.gets(f"{PAGE}?format=json", cookie).status == 404


SHARED = POLICY.replace("[site]\n", '[site]\nconsent_domain = "example.org"\n', 1)


def test_where_one_answer_counts_for_a_domain_its_record_is_shown_on_all_its_hosts(
    make_site: MakeSite, ledger: Ledger
) -> None:
    site = make_site(policy=SHARED, ledger=ledger)
    reply = site.decides("accept")
    cookie = reply.set_cookies[0].partition(";")[0]

    site.host = "shop.example.org"
    assert "Site www.example.org" in words(site.gets(PAGE, cookie))
    site.host = "elsewhere.example"
    assert "Your browser has no decision of yours" in words(site.gets(PAGE, cookie))


def test_both_records_of_a_visitor_with_two_cookies_are_shown_and_erased(
    make_site: MakeSite, ledger: Ledger
) -> None:
    own = make_site(ledger=ledger).chooses("accept")
    site = make_site(policy=SHARED, ledger=ledger)
    site.host = "shop.example.org"
    shared = site.decides("save", service=["stats"]).set_cookies[0].partition(";")[0]
    site.host = "www.example.org"
    both = f"{own}; {shared}"

    shown = words(site.gets(PAGE, both))
    assert "Site www.example.org" in shown and "Site shop.example.org" in shown
    reply = erases(site, both)

    assert reply.status == 303
    ledger.move()
    assert kept(ledger) == []


def test_of_many_domains_each_shows_its_own(make_site: MakeSite, ledger: Ledger, tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = POLICY.replace("Example Ltd", f"{name} Ltd").replace("[site]\n", "[site]\n", 1)
        (tmp_path / f"{name}.example.toml").write_text(text)
    gate = make_gate(Policies(tmp_path), ledger=ledger)
    site = make_site(gate=gate, host="one.example")
    reply = site.decides("accept")
    cookie = reply.set_cookies[0].partition(";")[0]

    assert "one Ltd" in words(site.gets(PAGE, cookie))
    site.host = "two.example"
    said = words(site.gets(PAGE, cookie))
    assert "one Ltd" not in said and "two Ltd" in said
    assert "Your browser has no decision of yours" in said
    site.host = "unknown.example"
    assert site.gets(PAGE, cookie).status == 404
