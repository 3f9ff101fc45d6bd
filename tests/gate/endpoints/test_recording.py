"""Decisions are recorded before they count, and what is recorded says nothing of who the visitor is."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from policy.measurements import UK_STATISTICS

from consentgate import Gate, Policy
from consentgate.consent.record import Event, Notice, NotRecorded, Record
from consentgate.gate import record_allowance
from consentgate.gate.record_allowance import Rate
from gate.conftest import Clock, MakeSite
from gate.driver import POLICY, SECRET, Site, make_gate

NOW = 1_795_000_000
DAY = 86_400


class Recorder:
    """Keeps records in memory: what the gate gives a ledger, no more and no less."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.notices: dict[str, Notice] = {}
        self.threads: list[threading.Thread] = []
        self.fails: Exception | None = None

    def record(self, record: Record, notice: Notice | None = None) -> None:
        self.threads.append(threading.current_thread())
        if self.fails is not None:
            raise self.fails
        self.records.append(record)
        if notice is not None:
            self.notices[notice.digest] = notice

    def signing_with(self, secret_keys: tuple[str | bytes, ...]) -> Recorder:
        self.keys = secret_keys
        return self


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def site(make_site: MakeSite, recorder: Recorder, clock: Clock) -> Site:
    return make_site(ledger=recorder)


def test_a_grant_is_recorded_with_all_that_was_asked_both_ways(site: Site, recorder: Recorder) -> None:
    site.chooses("save", service=["stats"])

    [record] = recorder.records
    assert record.event is Event.GIVEN
    assert record.at == NOW
    assert record.host == "www.example.org"
    assert record.controller == "Example Ltd"
    assert record.categories == {"performance": False, "third-party": False}
    assert record.services == {"stats": True, "heat": False, "films": False}
    assert re.fullmatch(r"[0-9a-f]{32}", record.id)
    assert record.replaces == ""
    assert record.control == "save"
    assert record.language == "en"
    assert record.valid_until == NOW + 183 * DAY
    assert re.fullmatch(r"[0-9a-f]{16}", record.policy)


def test_the_cookie_has_the_id_of_the_record_B10(site: Site, recorder: Recorder) -> None:
    cookie = site.chooses("accept")

    [record] = recorder.records
    choice = site.gate.cookie.read([cookie.partition("=")[2]], site.host)
    assert choice is not None and choice.id.hex() == record.id


def test_a_renewal_names_the_record_that_it_replaces(site: Site, recorder: Recorder, clock: Clock) -> None:
    cookie = site.chooses("accept")
    clock.now += 2 * DAY

    site.chooses("accept", cookie)

    first, second = recorder.records
    assert second.event is Event.RENEWED
    assert second.replaces == first.id
    assert second.id != first.id


def test_a_grant_of_less_than_before_is_no_renewal(site: Site, recorder: Recorder) -> None:
    cookie = site.chooses("accept")

    site.chooses("save", cookie, service=["stats"])

    assert recorder.records[1].event is Event.REDUCED
    assert recorder.records[1].replaces == recorder.records[0].id


@pytest.mark.parametrize("decision", ["withdraw", "refuse", "save"])
def test_a_withdrawal_names_the_grant_that_it_ends(site: Site, recorder: Recorder, decision: str) -> None:
    cookie = site.chooses("accept")

    site.chooses(decision, cookie)

    given, withdrawn = recorder.records
    assert withdrawn.event is Event.WITHDRAWN
    assert withdrawn.replaces == given.id
    assert withdrawn.id not in ("", given.id)
    assert withdrawn.at == NOW
    assert not any({**withdrawn.categories, **withdrawn.services}.values())


def test_a_refusal_has_no_id_and_no_time_but_the_day(site: Site, recorder: Recorder) -> None:
    site.chooses("refuse")

    [record] = recorder.records
    assert record.event is Event.REFUSED
    assert record.id == record.replaces == ""
    assert record.at % DAY == 0


def test_one_thing_that_is_allowed_in_its_place_is_recorded_as_such(site: Site, recorder: Recorder) -> None:
    site.chooses("allow", service=["films"])

    [record] = recorder.records
    assert (record.control, record.source) == ("allow", "placeholder")
    assert record.services == {"stats": False, "heat": False, "films": True}


@pytest.mark.parametrize(
    ("referer", "source"),
    [
        ("https://www.example.org/news?q=secret", "banner"),
        ("https://www.example.org/_privacy/choices?next=/", "choices"),
        ("https://elsewhere.example/", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_record_says_where_the_button_was(
    site: Site, recorder: Recorder, referer: str, source: str
) -> None:
    site.chooses("accept", headers=[("Referer", referer)] if referer else [])

    assert recorder.records[0].source == source


def test_a_grant_against_a_signal_is_recorded_with_it(site: Site, recorder: Recorder) -> None:
    site.chooses("accept", headers=[("Sec-GPC", "1")])

    assert recorder.records[0].signals == ("gpc",)


def test_the_notice_is_what_the_visitor_was_shown(site: Site, recorder: Recorder) -> None:
    page, choices = site.gets("/").body.decode(), site.gets("/_privacy/choices?next=/").body.decode()

    site.chooses("accept")

    [record] = recorder.records
    notice = recorder.notices[record.notice]
    assert notice.choices == choices
    assert re.sub(r"<link[^>]*visitor.css[^>]*>\n", "", notice.banner).strip() in page.replace("\r", "")


def test_another_language_is_another_notice(make_site: MakeSite, recorder: Recorder) -> None:
    policy = POLICY.replace("[[cookie]]", 'languages = ["en", "fr"]\n\n[[cookie]]', 1)
    site = make_site(policy=policy, ledger=recorder)

    site.chooses("accept")
    site.chooses("accept", path="/_privacy/choices?lang=fr")

    english, french = recorder.records
    assert (english.language, french.language) == ("en", "fr")
    assert english.notice != french.notice
    assert english.policy == french.policy


def test_another_policy_has_another_version(recorder: Recorder, make_site: MakeSite) -> None:
    make_site(ledger=recorder).chooses("accept")
    make_site(policy=POLICY.replace("heat.example", "heat.invalid"), ledger=recorder).chooses("accept")

    first, second = recorder.records
    assert first.policy != second.policy


OBJECTABLE = (
    POLICY.replace("[site]\n", '[site]\nregime = "uk"\n', 1)
    + '[[cookie]]\nname = "visits"\ncategory = "necessary"\nreason = "uk-statistics"\nlifetime = "1 day"\n'
    + UK_STATISTICS
)


def test_an_objection_is_counted_whatever_was_granted(make_site: MakeSite, recorder: Recorder) -> None:
    site = make_site(policy=OBJECTABLE, ledger=recorder)

    objecting = site.chooses("object")
    granting = site.chooses("accept", objecting)
    site.chooses("permit", granting)

    objected, given, permitted = recorder.records
    assert [record.event for record in recorder.records] == [Event.OBJECTED, Event.GIVEN, Event.PERMITTED]
    assert objected.is_counted and permitted.is_counted and not given.is_counted
    assert (objected.id, objected.replaces, permitted.id, permitted.replaces) == ("", "", "", "")
    assert objected.at % DAY == permitted.at % DAY == 0


def test_to_close_a_notice_is_not_recorded(make_site: MakeSite, recorder: Recorder) -> None:
    site = make_site(policy=OBJECTABLE, ledger=recorder)

    site.chooses("seen")

    assert recorder.records == []


def test_an_objection_that_cannot_be_recorded_counts(
    make_site: MakeSite, recorder: Recorder, failure: Exception
) -> None:
    site = make_site(policy=OBJECTABLE, ledger=recorder)
    granting = site.chooses("accept")
    recorder.fails = failure

    objecting = site.chooses("object", granting)

    choice = site.gate.cookie.read([objecting.partition("=")[2]], site.host)
    assert choice is not None and choice.objects and choice.is_grant
    assert choice.id.hex() == recorder.records[0].id


def test_an_objection_stands_in_what_is_left_of_a_grant(
    make_site: MakeSite, recorder: Recorder, failure: Exception
) -> None:
    site = make_site(policy=OBJECTABLE, ledger=recorder)
    cookie = site.chooses("object", site.chooses("accept"))
    recorder.fails = failure

    left = site.chooses("save", cookie, service=["stats"])

    choice = site.gate.cookie.read([left.partition("=")[2]], site.host)
    assert choice is not None and choice.objects and choice.is_grant


# -- repeats -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", ["accept", "refuse"])
def test_a_repeat_within_a_day_is_answered_and_not_recorded(
    site: Site, recorder: Recorder, clock: Clock, decision: str
) -> None:
    cookie = site.chooses(decision)
    clock.now += 10

    again = site.chooses(decision, cookie)

    assert len(recorder.records) == 1
    assert again == cookie


def test_another_decision_within_a_day_is_recorded(site: Site, recorder: Recorder) -> None:
    cookie = site.chooses("save", service=["stats"])

    site.chooses("save", cookie, service=["heat"])

    assert len(recorder.records) == 2


# -- what fails ----------------------------------------------------------------------------------------------

FAILURES = [NotRecorded("neither can be written"), RuntimeError("a bug")]


@pytest.fixture(params=FAILURES, ids=["not recorded", "a bug"])
def failure(request: pytest.FixtureRequest) -> Exception:
    error: Exception = request.param
    return error


def consents(site: Site, cookie: str) -> str:
    """What the application is told with a cookie."""
    site.gets("/", cookie)
    return repr(site.app.seen[-1].consent)


def test_a_grant_that_cannot_be_recorded_does_not_count(
    site: Site, recorder: Recorder, failure: Exception
) -> None:
    recorder.fails = failure

    reply = site.decides("accept")

    assert reply.status == 503
    assert reply.set_cookies == []
    assert b"could not be recorded" in reply.body
    assert reply.value("content-length") == str(len(reply.body))


def test_a_refusal_that_cannot_be_recorded_counts(site: Site, recorder: Recorder, failure: Exception) -> None:
    recorder.fails = failure

    cookie = site.chooses("refuse")

    assert b"<h2" not in site.gets("/", cookie).body


@pytest.mark.parametrize("decision", ["withdraw", "refuse", "save"])
def test_a_withdrawal_that_cannot_be_recorded_counts(
    site: Site, recorder: Recorder, failure: Exception, decision: str
) -> None:
    cookie = site.chooses("accept")
    recorder.fails = failure

    cookie = site.chooses(decision, cookie)

    assert consents(site, cookie) == "<Consent to nothing>"


def test_a_renewal_that_cannot_be_recorded_leaves_the_grant_as_it_is(
    site: Site, recorder: Recorder, clock: Clock, failure: Exception
) -> None:
    cookie = site.chooses("save", service=["stats"])
    clock.now += 2 * DAY
    recorder.fails = failure

    reply = site.decides("save", cookie, service=["stats", "heat"])

    assert reply.status == 503
    assert reply.set_cookies == []


def test_what_a_grant_takes_back_is_taken_back_even_if_it_cannot_be_recorded(
    site: Site, recorder: Recorder, clock: Clock, failure: Exception
) -> None:
    cookie = site.chooses("save", service=["stats", "films"])
    [given] = recorder.records
    clock.now += 2 * DAY
    recorder.fails = failure

    less = site.chooses("save", cookie, service=["stats"])

    assert consents(site, less) == '<Consent to "stats">'
    left = site.gate.cookie.read([less.partition("=")[2]], site.host)
    assert left is not None
    assert (left.id.hex(), left.at) == (given.id, given.at)


def test_what_a_grant_adds_while_it_takes_back_does_not_count_unrecorded(
    site: Site, recorder: Recorder, failure: Exception
) -> None:
    cookie = site.chooses("save", service=["stats", "films"])
    recorder.fails = failure

    reply = site.decides("save", cookie, service=["stats", "heat"], next="/news")

    assert reply.value("location") == "/_privacy/choices?next=/news"
    [line] = [line for line in reply.set_cookies if line.startswith(site.gate.cookie.name)]
    assert consents(site, line.partition(";")[0]) == '<Consent to "stats">'


# -- where it is done ----------------------------------------------------------------------------------------


def test_the_event_loop_does_not_wait_for_the_record(site: Site, recorder: Recorder) -> None:
    site.chooses("accept")

    [thread] = recorder.threads
    assert (thread is threading.main_thread()) == (site.interface == "wsgi")


@pytest.mark.parametrize("decision", ["nonsense", ""])
def test_what_is_no_decision_is_not_recorded(site: Site, recorder: Recorder, decision: str) -> None:
    assert site.decides(decision).status == 400
    assert site.decides("accept", headers=[("Sec-Fetch-Site", "cross-site")]).status == 403
    assert site.asks("/_privacy/choices").status == 200
    assert recorder.records == []


def test_the_gate_gives_the_ledger_its_keys(recorder: Recorder) -> None:
    make_gate(secret_key=["an old key for the tests", SECRET], ledger=recorder)

    assert recorder.keys == ("an old key for the tests", SECRET)


@pytest.mark.parametrize("wrong", ["sqlite:///consent.db", "postgresql://user:hunter2@host/x", 5, object()])
def test_what_is_no_ledger_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="ledger: expected a Ledger") as raised:
        Gate(Policy(), secret_key=SECRET, ledger=wrong)

    assert "hunter2" not in str(raised.value)


CANARIES = {
    "REMOTE": "203.0.113.77",
    "User-Agent": "CanaryBrowser/1.0",
    "Referer": "https://www.example.org/canary-page?canary-query=1",
    "X-Forwarded-For": "198.51.100.99",
    "Forwarded": "for=198.51.100.98",
    "Accept-Language": "xx-canary",
    "Cookie": "sid=canary-session; _st=canary-stat",
    "Authorization": "Bearer canary-token",
}


def test_a_record_has_nothing_of_who_the_visitor_is(site: Site, recorder: Recorder) -> None:
    headers = [(name, value) for name, value in CANARIES.items() if name not in ("REMOTE", "Cookie")]
    for decision in ("accept", "refuse"):
        site.chooses(decision, CANARIES["Cookie"], headers=headers, next="/canary-path?canary=1")

    written = repr(recorder.records) + repr(recorder.notices)
    assert "canary" not in written.lower()
    assert not any(value in written for value in CANARIES.values())


# -- floods --------------------------------------------------------------------------------------------------


def test_a_flood_is_not_recorded_and_still_nobody_is_kept_from_refusing(
    make_site: MakeSite, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_allowance, "OF_ONE", Rate(3, 0))
    site = make_site(ledger=recorder, trusted_proxies=1)
    flooder, other = ([("X-Forwarded-For", address)] for address in ("203.0.115.9", "203.0.115.10"))
    for _ in range(3):
        cookie = site.chooses("accept", headers=flooder)

    assert site.decides("accept", headers=[("Sec-Fetch-Site", "same-origin"), *flooder]).status == 503
    assert consents(site, site.chooses("withdraw", cookie, headers=flooder)) == "<Consent to nothing>"
    site.chooses("refuse", headers=flooder)
    assert len(recorder.records) == 3
    site.chooses("accept", headers=other)
    assert len(recorder.records) == 4


def test_what_takes_consent_back_names_the_services(site: Site, recorder: Recorder) -> None:
    cookie = site.chooses("accept")
    cookie = site.chooses("save", cookie, service=["stats", "heat"])
    site.chooses("withdraw", cookie)

    assert [record.withdrawn for record in recorder.records] == [(), ("films",), ("heat", "stats")]
