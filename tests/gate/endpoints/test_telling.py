"""The site's hook `on_decision` is told of decisions, after they took effect, and of nobody."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import asdict
from typing import Any

import pytest
from policy.measurements import UK_STATISTICS

from consentgate import Policy
from consentgate.asgi import ConsentMiddleware
from consentgate.consent.decision_taken import DecisionTaken, Units
from consentgate.consent.record import Event, Notice, NotRecorded, Record
from consentgate.gate import record_allowance
from consentgate.gate.record_allowance import Rate
from gate.conftest import Clock, MakeSite
from gate.driver import POLICY, Site, call_asgi, make_gate, scope_of

DAY = 86_400
NONE = Units((), ())
CATEGORIES = ("performance", "third-party")
ALL = Units(CATEGORIES, ("films", "heat", "stats"))


OBJECTABLE = (
    POLICY.replace("[site]\n", '[site]\nregime = "uk"\n', 1)
    + '[[service]]\nid = "visits"\nname = "Visits"\ncategory = "necessary"\nreason = "uk-statistics"\n'
    + 'hosts = ["visits.example"]\n'
    + UK_STATISTICS.replace(" }", ', processor = "Counting Ltd" }')
)


class Hook:
    """Notes what it is told. Raises what is in `errors`, one each time."""

    def __init__(self) -> None:
        self.told: list[DecisionTaken] = []
        self.threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def __call__(self, decision: DecisionTaken) -> None:
        self.threads.append(threading.current_thread())
        self.told.append(decision)
        if self.errors:
            raise self.errors.pop(0)

    @property
    def events(self) -> list[Event]:
        return [decision.event for decision in self.told]


class Recorder:
    """Keeps nothing; with `fails` it cannot."""

    fails = False

    def __init__(self, hook: Hook) -> None:
        self.hook = hook
        self.told_before: list[int] = []

    def record(self, record: Record, notice: Notice | None = None) -> None:
        self.told_before.append(len(self.hook.told))
        if self.fails:
            raise NotRecorded("the disk is full")

    def signing_with(self, secret_keys: tuple[str | bytes, ...]) -> Recorder:
        return self

    kept_for = "3 years"

    def history(self, id: str) -> list[Record]:
        return []

    def notice(self, digest: str) -> Notice | None:
        return None


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def recorder(hook: Hook) -> Recorder:
    return Recorder(hook)


@pytest.fixture(params=["with a ledger", "without"])
def site(
    request: pytest.FixtureRequest, make_site: MakeSite, hook: Hook, recorder: Recorder, clock: Clock
) -> Site:
    return make_site(on_decision=hook, ledger=recorder if request.param == "with a ledger" else None)


def test_a_decision_is_told_with_what_is_granted_new_and_gone(site: Site, hook: Hook) -> None:
    cookie = site.chooses("accept")
    cookie = site.chooses("save", cookie, service=["stats"])
    site.chooses("withdraw", cookie)

    stats = Units((), ("stats",))
    less = Units(CATEGORIES, ("films", "heat"))
    given = {"host": "www.example.org", "language": "en"}
    assert hook.told == [
        DecisionTaken(Event.GIVEN, control="accept", granted=ALL, new=ALL, gone=NONE, **given),
        DecisionTaken(Event.REDUCED, control="save", granted=stats, new=NONE, gone=less, **given),
        DecisionTaken(Event.WITHDRAWN, control="withdraw", granted=NONE, new=NONE, gone=stats, **given),
    ]


def test_a_refusal_is_told_and_so_is_what_is_allowed_in_its_place(site: Site, hook: Hook) -> None:
    site.chooses("refuse")
    site.chooses("allow", service=["films"])

    assert [(one.event, one.granted.services) for one in hook.told] == [
        (Event.REFUSED, ()),
        (Event.GIVEN, ("films",)),
    ]


def test_nothing_is_told_of_who_decided(site: Site, hook: Hook) -> None:
    for address in ("1", "2"):
        site.chooses(
            "accept", headers=[("User-Agent", f"canary{address}"), ("Referer", f"https://{address}/")]
        )

    assert hook.told[0] == hook.told[1]
    assert set(asdict(hook.told[0])) == {"event", "host", "language", "control", "granted", "new", "gone"}


def test_a_repeat_that_changes_nothing_is_not_told_and_a_renewal_is(
    site: Site, hook: Hook, clock: Clock
) -> None:
    cookie = site.chooses("accept")
    site.chooses("accept", cookie)
    refused = site.chooses("refuse")
    site.chooses("refuse", refused)
    assert hook.events == [Event.GIVEN, Event.REFUSED]

    clock.now += 2 * DAY
    site.chooses("accept", cookie)

    assert hook.events[2:] == [Event.RENEWED]
    assert (hook.told[2].new, hook.told[2].gone) == (NONE, NONE)


def test_what_decides_nothing_is_not_told(site: Site, hook: Hook) -> None:
    site.gets("/_privacy/choices")
    site.gets("/")
    assert site.decides("accept", headers=[("Sec-Fetch-Site", "cross-site")]).status == 403
    assert site.decides("nonsense").status == 400

    assert hook.told == []


def test_an_objection_is_told_with_what_does_not_pass_any_more(
    make_site: MakeSite, hook: Hook, clock: Clock
) -> None:
    site = make_site(policy=OBJECTABLE, on_decision=hook)

    cookie = site.chooses("object")
    site.chooses("permit", cookie)

    objected, permitted = hook.told
    visits = Units((), ("visits",))
    assert (objected.event, objected.granted, objected.gone) == (Event.OBJECTED, NONE, visits)
    assert (permitted.event, permitted.granted, permitted.new) == (Event.PERMITTED, visits, visits)


def test_it_is_told_after_the_decision_was_recorded(
    make_site: MakeSite, hook: Hook, recorder: Recorder, clock: Clock
) -> None:
    make_site(on_decision=hook, ledger=recorder).chooses("accept")

    assert recorder.told_before == [0]
    assert hook.events == [Event.GIVEN]


def test_a_grant_that_cannot_be_recorded_is_not_told_and_a_withdrawal_is(
    make_site: MakeSite, hook: Hook, recorder: Recorder, clock: Clock
) -> None:
    site = make_site(on_decision=hook, ledger=recorder)
    cookie = site.chooses("save", service=["stats"])
    recorder.fails = True
    hook.told.clear()

    assert site.decides("accept").status == 503
    assert hook.told == []
    # It takes back what was granted, and grants nothing new.
    site.chooses("save", cookie, service=["films"])
    site.chooses("withdraw", cookie)
    site.chooses("refuse")

    assert [(one.event, one.granted, one.gone.services) for one in hook.told] == [
        (Event.WITHDRAWN, NONE, ("stats",)),
        (Event.WITHDRAWN, NONE, ("stats",)),
        (Event.REFUSED, NONE, ()),
    ]


def test_a_flood_of_grants_is_not_told(
    make_site: MakeSite, hook: Hook, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_allowance, "OF_ALL", Rate(1, 0))
    monkeypatch.setattr(record_allowance, "OF_ONE", Rate(1, 0))
    site = make_site(on_decision=hook, ledger=recorder)
    site.chooses("accept")

    assert site.decides("accept").status == 503
    assert hook.events == [Event.GIVEN]


def test_an_erasure_is_told(make_site: MakeSite, hook: Hook, recorder: Recorder, clock: Clock) -> None:
    site = make_site(on_decision=hook, ledger=recorder)
    cookie = site.chooses("accept")
    assert site.decides("erase", cookie, path="/_privacy/record").status == 303
    recorder.fails = True
    assert site.decides("erase", cookie, path="/_privacy/record").status == 503

    erased, withdrawn = hook.told[1:]
    assert (erased.event, erased.control, erased.gone) == (Event.ERASED, "erase", ALL)
    # It took effect, and the record is there yet.
    assert (withdrawn.event, withdrawn.gone) == (Event.WITHDRAWN, ALL)


def test_a_gate_that_only_reports_tells_nothing(make_site: MakeSite, hook: Hook) -> None:
    policy = Policy.parse(POLICY.replace('name = "Example"', 'name = "Example"\nreport_only = true'))
    site = make_site(gate=make_gate(policy, on_decision=hook))

    site.decides("accept")

    assert hook.told == []


def test_an_error_changes_nothing_and_is_logged_once_for_each_kind(
    site: Site, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    hook.errors = [ValueError("jane@example.org"), ValueError("joe"), KeyError("jill")]
    cookies = [site.chooses("accept") for _ in range(4)]

    assert all(cookies)
    said = [one.getMessage() for one in caplog.records if "on_decision failed" in one.getMessage()]
    assert [text.partition("(")[2].partition(",")[0] for text in said] == ["ValueError", "KeyError"]
    assert not any(name in caplog.text for name in ("jane", "joe", "jill"))


@pytest.mark.parametrize("interface", ["asgi"], indirect=True)
def test_the_event_loop_does_not_wait_for_the_hook(site: Site, hook: Hook, interface: str) -> None:
    site.chooses("accept")

    assert hook.threads[0] is not threading.current_thread()


@pytest.mark.parametrize("interface", ["asgi"], indirect=True)
def test_the_visitor_has_the_whole_answer_before_the_hook_is_called(
    make_site: MakeSite, hook: Hook, interface: str
) -> None:
    sent: list[str] = []
    seen: list[list[str]] = []
    site = make_site(on_decision=lambda decision: seen.append([*sent]))

    async def application(scope: Any, receive: Any, send: Any) -> None:
        async def noted(message: Any) -> None:
            await send(message)
            sent.append(message["type"])

        await ConsentMiddleware(site.app.asgi, site.gate)(scope, receive, noted)

    site_scope = scope_of(
        site,
        "POST",
        "/_privacy/choices",
        [
            ("Host", site.host),
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ],
    )
    asyncio.run(call_asgi(application, site_scope, [b"decision=accept&next=/"]))

    assert seen == [["http.response.start", "http.response.body"]]


@pytest.mark.parametrize("wrong", ["shop.tell", 5])
def test_what_is_no_hook_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="on_decision: expected a function that takes a decision, not"):
        make_gate(on_decision=wrong)


def test_a_coroutine_function_is_refused_with_what_to_do() -> None:
    async def tell(decision: DecisionTaken) -> None:
        """Nothing awaits it."""

    with pytest.raises(TypeError, match=r"not the coroutine function .*asyncio\.run"):
        make_gate(on_decision=tell)
