"""A gate with a policy for each host, over both interfaces."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace as with_
from pathlib import Path
from typing import Any

import pytest
import trio

from consentgate import Gate, Policies, Policy, PolicyError
from consentgate.gate import Request
from consentgate.gate.log.once import MOST
from consentgate.policy import Cookie

from .conftest import MakeSite
from .driver import HTML, SECRET, App, Page, Site, call_asgi, make_gate, scope_of

SHOP, CITY = "shop.example", "a.city.example"
NAMES = (b"Shop Ltd", b"City Council")
PAGE = b'<!doctype html><title>t</title><script src="https://stats.vendor.example/s.js"></script><p>Hello</p>'
STATS = b"stats.vendor.example"
SERVICE = '[[service]]\nid = "stats"\ncategory = "performance"\nhosts = ["stats.vendor.example"]\n'
SHOPS = f'[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "a@shop.example"\n{SERVICE}'
CITYS = f'[site]\nname = "City"\ncontroller = "City Council"\ncontact = "b@city.example"\n{SERVICE}'


def _declared(policy: str) -> str:
    """The policy with everything that its declaration has to say."""
    answers = 'dpo = "none"\nauthority = "Example Authority"\ntransfers = "none"\n'
    facts = 'controller = "Vendor Inc."\nprivacy_url = "https://vendor.example/privacy"\n'
    service = f"updated = 2026-11-01\n{SERVICE}{facts}"
    return f"{policy.replace(SERVICE, service)}[declaration]\n{answers}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / f"{SHOP}.toml").write_text(SHOPS)
    (tmp_path / "_.city.example.toml").write_text(CITYS)
    return tmp_path


@pytest.fixture
def site(make_site: MakeSite, folder: Path) -> Site:
    """A site for many hosts, whose policies are looked at with every request."""
    return make_site(Page(PAGE), gate=gate_for(folder))


class Clock:
    """The clock by which policies are looked at. It stands still until it is put forward."""

    def __init__(self) -> None:
        self._now = time.monotonic()

    def __call__(self) -> float:
        return self._now

    def goes_on(self, seconds: float = 1.5) -> None:
        self._now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    return clock


def gate_for(source: Any, **options: Any) -> Gate:
    return Gate(Policies(source, **{"recheck": 0, **options}), secret_key=SECRET)


def at(site: Site, host: str) -> Site:
    return with_(site, host=host)


def consent_on(site: Site, host: str, decision: str = "accept") -> str:
    reply = at(site, host).decides(decision)
    assert reply.status == 303
    [line] = reply.set_cookies
    return line.partition(";")[0]


def said(caplog: pytest.LogCaptureFixture, what: str) -> list[str]:
    return [line for line in map(logging.LogRecord.getMessage, caplog.records) if what in line]


def test_each_host_is_enforced_by_its_own_policy(site: Site) -> None:
    shop, city = (at(site, host).gets().body for host in (SHOP, CITY))
    assert STATS not in shop + city
    assert [[name in body for name in NAMES] for body in (shop, city)] == [[True, False], [False, True]]
    assert b"Shop Ltd" in at(site, f"{SHOP.upper()}:8443").gets("/_privacy/choices").body
    assert STATS in at(site, SHOP).gets(cookie=consent_on(site, SHOP)).body


def test_the_consent_given_to_one_host_is_worth_nothing_on_another(site: Site) -> None:
    for one, other in ((SHOP, CITY), (CITY, "b.city.example"), (CITY, SHOP)):
        cookie = consent_on(site, one)
        assert STATS in at(site, one).gets(cookie=cookie).body
        assert STATS not in at(site, other).gets(cookie=cookie).body


def test_a_sibling_cannot_decide(site: Site) -> None:
    for sent in ("same-site", "cross-site"):
        headers = [("Sec-Fetch-Site", sent), ("Origin", "https://b.city.example")]
        assert at(site, CITY).decides("accept", headers=headers).status == 403
    assert at(site, CITY).decides("accept", headers=[("Origin", "https://b.city.example")]).status == 403


def test_the_site_is_the_host_alone(site: Site, make_site: MakeSite) -> None:
    site.app.page = Page(b'<!doctype html><script src="https://b.city.example/s.js"></script>')
    own = Page(b'<!doctype html><script src="https://a.city.example:8443/s.js"></script>')
    reply = at(site, CITY).gets()
    assert b"b.city.example" not in reply.body
    assert " city.example" not in reply.value("content-security-policy")
    assert "*.city.example" not in reply.value("content-security-policy")
    single = make_site(site.app, policy=CITYS, host=CITY).gets()
    assert b"https://b.city.example/s.js" in single.body
    site.app.page = own
    assert b"https://a.city.example:8443/s.js" in at(site, CITY).gets().body


# -- a host without a policy ---------------------------------------------------------------------------------


def test_a_host_without_a_policy_is_closed_and_names_nobody(site: Site) -> None:
    stranger = at(site, "other.example")
    site.app.page = Page(PAGE, headers=[HTML, ("Set-Cookie", "_st=1"), ("Set-Cookie", "anything=1")])
    reply = stranger.gets(cookie="_st=1; anything=1")
    assert reply.status == 200
    assert b"Hello" in reply.body
    assert STATS not in reply.loading
    assert reply.set_cookies == []
    assert site.app.seen[-1].cookie == ""
    assert b"_privacy/choices" not in reply.body
    for path in ("choices", "embed", "declaration", "nothing"):
        refused = stranger.gets(f"/_privacy/{path}")
        assert refused.status == 404
        assert b"_privacy/choices" not in refused.body
        assert not any(name in refused.body + reply.body for name in (*NAMES, b"The operator", b"imprint"))
    assert stranger.gets("/.well-known/gpc.json").status == 404
    for decision in ("accept", "refuse"):
        answer = stranger.decides(decision)
        assert (answer.status, answer.set_cookies) == (404, [])


def test_on_a_host_without_a_policy_the_guard_runs_all_the_same(site: Site) -> None:
    stranger = at(site, "other.example")
    body = stranger.gets().body
    [script] = [part for part in body.split(b'"') if part.startswith(b"/_privacy/") and b".js" in part]
    assert stranger.gets(script.decode()).status == 200


def test_the_log_tells_of_each_host_once_and_of_few(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        at(site, "other.example").gets()
    [line] = said(caplog, "no policy for the host")
    assert "'other.example'" in line
    assert "write " in line
    assert "other.example.toml" in line
    caplog.clear()
    for number in range(MOST + 20):
        site.gate.exchange(Request("GET", "/", "", {"host": [f"{number}.example"]}))
    assert len(said(caplog, "no policy for the host")) == MOST - 1


def test_code_asks_for_anything_there_and_gets_no(site: Site) -> None:
    at(site, "other.example").gets()
    assert site.app.seen[-1].consent.allows("stats") is False
    assert site.app.seen[-1].consent.allowed == ()


# -- changes -------------------------------------------------------------------------------------------------


def after_a_change(site: Site, clock: Clock) -> bytes:
    """The page once a change of a file has been seen, and seen again."""
    site.gets()
    clock.goes_on()
    return site.gets().body


def test_a_file_that_changes_is_loaded_again(site: Site, folder: Path, clock: Clock) -> None:
    shop = at(site, SHOP)
    assert b"Shop Ltd" in shop.gets().body
    (folder / f"{SHOP}.toml").write_text(SHOPS.replace("Shop Ltd", "Shop and Sons Ltd"))
    assert b"Shop and Sons Ltd" in after_a_change(shop, clock)


PAYMENT = (
    '[[service]]\nid = "pay"\ncategory = "necessary"\nreason = "payment"\nhosts = ["pay.example"]\n'
    'pages = ["/checkout/*"]\n'
)


def test_a_file_in_the_middle_of_being_written_changes_nothing(
    site: Site, folder: Path, clock: Clock
) -> None:
    file, shop = folder / f"{SHOP}.toml", at(site, SHOP)
    site.app.page = Page(b'<!doctype html><script src="https://pay.example/p.js"></script>')
    file.write_text(SHOPS + PAYMENT)
    cut = SHOPS + PAYMENT.partition("pages")[0]
    assert b"pay.example/p.js" not in shop.gets().loading
    for length in (len(SHOPS), len(cut)):
        file.write_text(cut[:length])
        assert b"pay.example/p.js" not in shop.gets().loading
        clock.goes_on(0.9)
    file.write_text(SHOPS + PAYMENT)
    assert b"pay.example/p.js" not in shop.gets().loading
    assert b"pay.example/p.js" not in after_a_change(shop, clock)
    file.write_text(cut)
    assert b"pay.example/p.js" in after_a_change(shop, clock)


def test_a_host_whose_file_is_written_anew_has_no_others_policy_meanwhile(
    site: Site, folder: Path, clock: Clock
) -> None:
    (folder / "default.toml").write_text(CITYS)
    file, shop = folder / f"{SHOP}.toml", at(site, SHOP)
    assert b"Shop Ltd" in shop.gets().body
    file.unlink()
    for _ in range(2):
        assert b"Shop Ltd" in shop.gets().body
    file.write_text(SHOPS.replace("Shop Ltd", "Shop and Sons Ltd"))
    assert b"Shop Ltd" in shop.gets().body
    clock.goes_on()
    assert b"Shop and Sons Ltd" in shop.gets().body
    file.unlink()
    assert b"City Council" in after_a_change(shop, clock)


def test_a_new_host_of_a_file_that_is_being_written_has_the_policy_before(
    site: Site, folder: Path, clock: Clock
) -> None:
    assert b"City Council" in at(site, CITY).gets().body
    (folder / "_.city.example.toml").write_text(CITYS.replace("City Council", "Town Council"))
    other = at(site, "b.city.example")
    assert b"City Council" in other.gets().body
    clock.goes_on()
    assert b"Town Council" in other.gets().body


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, load = folder / f"{SHOP}.toml", Policy.load

    def load_slowly(*given: Any, **options: Any) -> Policy:
        policy = load(*given, **options)
        file.write_text(SHOPS + PAYMENT)
        return policy

    with monkeypatch.context() as patch:
        patch.setattr(Policy, "load", load_slowly)
        assert at(site, SHOP).gets().status == 503
    assert b"Shop Ltd" in at(site, SHOP).gets().body


def test_a_changed_file_with_mistakes_leaves_the_policy_before(
    site: Site, folder: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    shop = at(site, SHOP)
    assert b"Shop Ltd" in shop.gets().body
    caplog.clear()
    (folder / f"{SHOP}.toml").write_text(SHOPS + "[[cookie]]\n")
    for _ in range(2):
        assert b"Shop Ltd" in after_a_change(shop, clock)
    [record] = caplog.records
    assert "the one before it stays in effect" in record.getMessage()
    assert "[[cookie]] 1, name" in record.getMessage()
    (folder / f"{SHOP}.toml").write_text(SHOPS.replace("Shop Ltd", "Mended Ltd"))
    assert b"Mended Ltd" in after_a_change(shop, clock)


def test_a_new_file_with_mistakes_closes_its_host(
    site: Site, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "new.example.toml").write_text("[site]\n")
    new = at(site, "new.example")
    for _ in range(2):
        assert STATS not in new.gets().body
        assert new.gets("/_privacy/choices").status == 404
    [line] = said(caplog, "cannot be used")
    assert "its hosts are closed until it is mended" in line
    (folder / "new.example.toml").write_text(SHOPS)
    assert b"Shop Ltd" in new.gets("/_privacy/choices").body


def test_a_file_that_comes_or_goes_counts(site: Site, folder: Path, clock: Clock) -> None:
    city = at(site, CITY)
    assert b"City Council" in city.gets().body
    exact = folder / f"{CITY}.toml"
    exact.write_text(SHOPS)
    assert b"Shop Ltd" in after_a_change(city, clock)
    exact.unlink()
    assert b"City Council" in after_a_change(city, clock)
    (folder / "_.city.example.toml").unlink()
    assert not any(name in after_a_change(city, clock) for name in NAMES)


def test_what_the_application_has_set_is_known_after_a_change(site: Site, folder: Path, clock: Clock) -> None:
    shop = at(site, SHOP)
    site.app.page = Page(b"{}", headers=[("Content-Type", "application/json"), ("Set-Cookie", "made-up=1")])
    shop.gets()
    (folder / f"{SHOP}.toml").write_text(SHOPS.replace("Shop Ltd", "Other Ltd"))
    after_a_change(shop, clock)
    assert "made-up" in shop.gets(cookie=f"made-up=1; {consent_on(site, SHOP, 'refuse')}").deleted_names


class Table:
    """A source of policies that counts what it is asked, and in which threads."""

    def __init__(self) -> None:
        self.policies: dict[str, tuple[int, str]] = {SHOP: (1, SHOPS)}
        self.loads = 0
        self.looks = 0
        self.threads: set[int] = set()
        self.error: Exception | None = None

    def version(self, host: str) -> int | None:
        self.looks += 1
        self.threads.add(threading.get_ident())
        if self.error is not None:
            raise self.error
        return self.policies[host][0] if host in self.policies else None

    def policy(self, host: str) -> Policy | None:
        self.loads += 1
        return Policy.parse(self.policies[host][1])


def test_a_source_is_asked_again_only_after_a_while(make_site: MakeSite) -> None:
    table = Table()
    site = make_site(Page(PAGE), gate=gate_for(table, recheck=1000))
    for _ in range(3):
        at(site, SHOP).gets()
        at(site, "other.example").gets()
    assert (table.looks, table.loads) == (2, 1)


def test_an_unchanged_version_is_not_loaded_again(make_site: MakeSite) -> None:
    table = Table()
    shop = make_site(Page(PAGE), gate=gate_for(table), host=SHOP)
    for _ in range(3):
        shop.gets()
    assert table.loads == 1
    table.policies[SHOP] = (2, CITYS)
    assert b"City Council" in shop.gets().body


def test_hosts_with_equal_versions_share_nothing(make_site: MakeSite) -> None:
    table = Table()
    table.policies[CITY] = (1, CITYS)
    site = make_site(Page(PAGE), gate=gate_for(table))
    assert b"Shop Ltd" in at(site, SHOP).gets().body
    assert b"City Council" in at(site, CITY).gets().body


class NamedTable(Table):
    """A source in which all hosts below a domain have one policy."""

    def name(self, host: str) -> str:
        return host.partition(".")[2]

    def version(self, host: str) -> int | None:
        return super().version(self.name(host))

    def policy(self, host: str) -> Policy | None:
        return super().policy(self.name(host))


MADE_UP = [f"{number}.city.example" for number in range(20)]


def shared_by_function() -> Gate:
    policy = Policy.parse(CITYS)
    return gate_for(lambda host: policy)


def shared_by_name() -> Gate:
    table = NamedTable()
    table.policies["city.example"] = (1, CITYS)
    return gate_for(table)


@pytest.mark.parametrize("make_shared", [shared_by_function, shared_by_name])
def test_hosts_of_one_policy_share_what_enforces_it(
    make_site: MakeSite, make_shared: Callable[[], Gate], caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(
        Page(b'<!doctype html><title>t</title><img src="https://new.example/a.png">'), gate=make_shared()
    )
    for host in MADE_UP:
        assert b"City Council" in at(site, host).gets().body
    assert len({site.gate.enforcement_for(host) for host in MADE_UP}) == 1
    assert len(said(caplog, 'the host "new.example"')) == 1


def test_a_name_under_which_another_policy_comes_is_not_shared() -> None:
    class Moving(NamedTable):
        def policy(self, host: str) -> Policy | None:
            policy = super().policy(host)
            self.policies["city.example"] = (2, SHOPS)
            return policy

    table = Moving()
    table.policies["city.example"] = (1, CITYS)
    gate = gate_for(table)
    assert gate.policy_for(CITY).site.name == "This site"
    assert gate.policy_for(CITY).site.name == "Shop"


def test_a_function_may_give_hosts_other_policies() -> None:
    table = {SHOP: Policy.parse(SHOPS), CITY: Policy.parse(CITYS)}
    gate = gate_for(table.get)
    for _ in range(3):
        table[SHOP], table[CITY] = table[CITY], table[SHOP]
        for host, policy in table.items():
            assert gate.policy_for(host).site.name == policy.site.name
    for number in range(5):
        table[SHOP] = Policy.parse(SHOPS.replace('"Shop"', f'"Shop {number}"'))
        assert gate.policy_for(SHOP).site.name == f"Shop {number}"
        assert gate.policy_for(CITY).site.name == table[CITY].site.name


def test_a_function_that_gives_a_policy_with_mistakes_changes_nothing() -> None:
    table = {SHOP: Policy.parse(_declared(SHOPS))}
    gate = gate_for(table.get, require_declaration=True)
    assert gate.policy_for(SHOP).services
    table[SHOP] = Policy.parse(SHOPS.replace(SERVICE, ""))
    for _ in range(3):
        assert gate.policy_for(SHOP).services
    assert gate.policy_for("other.example").site.name == "This site"


def test_what_was_learnt_outlives_a_policy_that_makes_room(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    table = {SHOP: Policy.parse(SHOPS), CITY: Policy.parse(CITYS)}
    page = Page(b'<img src="https://new.example/a.png">', headers=[HTML, ("Set-Cookie", "made-up=1")])
    shop = make_site(page, gate=gate_for(table.get, most_ready=1), host=SHOP)
    for _ in range(3):
        shop.gets()
        at(shop, CITY).gets()
    assert len(said(caplog, 'the host "new.example"')) == 2
    page.headers.pop()
    cookie = f"made-up=1; {consent_on(shop, SHOP, 'refuse')}"
    at(shop, CITY).gets()
    assert "made-up" in shop.gets(cookie=cookie).deleted_names


def test_while_the_source_fails_unknown_hosts_are_not_answered(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    table = Table()
    table.error = ConnectionError("the database is away")
    shop = make_site(Page(PAGE), gate=gate_for(table), host=SHOP)
    for path in ("/", "/_privacy/choices", "/.well-known/gpc.json"):
        reply = shop.gets(path)
        assert reply.status == 503
        assert reply.value("retry-after") == "5"
        assert reply.value("cache-control") == "no-store"
        assert b"Shop" not in reply.body
    assert shop.decides("accept").status == 503
    assert shop.app.seen == []
    [record] = caplog.records
    assert "answered with 503" in record.getMessage()
    assert record.exc_info is not None
    table.error = None
    assert b"Shop Ltd" in shop.gets().body


def test_while_the_source_fails_a_known_policy_stays(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    table = Table()
    shop = make_site(Page(PAGE), gate=gate_for(table), host=SHOP)
    shop.gets()
    caplog.clear()
    for _ in range(2):
        table.error = ConnectionError("the database is away")
        assert b"Shop Ltd" in shop.gets().body
        assert b"Shop Ltd" in shop.gets().body
        table.error = None
        assert b"Shop Ltd" in shop.gets().body
    assert ["what was in effect before stays" in record.getMessage() for record in caplog.records] == [
        True
    ] * 2


def test_while_the_source_fails_websockets_are_closed() -> None:
    from consentgate.asgi import ConsentMiddleware

    table = Table()
    table.error = ConnectionError("the database is away")
    reached: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["type"])
        await send({"type": "websocket.accept"})

    async def connect() -> list[str]:
        sent: list[Any] = []
        site = Site("asgi", App(Page(PAGE)), gate_for(table), host=SHOP)
        scope = scope_of(site, "GET", "/", [("Host", SHOP)]) | {"type": "websocket"}

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await ConsentMiddleware(application, site.gate)(scope, receive, send)
        return sent

    assert asyncio.run(connect()) == ["websocket.close"]
    assert reached == []
    table.error = None
    assert asyncio.run(connect()) == ["websocket.accept"]


def test_a_function_that_raises_opens_nothing(make_site: MakeSite) -> None:
    def policy_of(host: str) -> Policy | None:
        raise RuntimeError(host)

    shop = make_site(Page(PAGE), gate=gate_for(policy_of), host=SHOP)
    assert shop.gets().status == 503


def test_a_file_that_a_source_misses_is_a_fault_like_any_other(make_site: MakeSite) -> None:
    class Broken(Table):
        def policy(self, host: str) -> Policy | None:
            return Policy.load("no such file.toml")

    assert make_site(Page(PAGE), gate=gate_for(Broken()), host=SHOP).gets().status == 503


def test_few_policies_are_kept_ready() -> None:
    table = Table()
    table.policies |= {f"{number}.example": (1, SHOPS) for number in range(3)}
    gate = gate_for(table, most_ready=2)
    for host in ("0.example", "1.example", "0.example", "2.example", "0.example"):
        gate.policy_for(host)
    assert table.loads == 3
    gate.policy_for("1.example")
    assert table.loads == 4


def test_threads_that_ask_at_once_load_once() -> None:
    table = Table()
    gate = gate_for(table, recheck=1000)
    start = threading.Barrier(8)

    def ask(_: int) -> Policy:
        start.wait()
        return gate.policy_for(SHOP)

    with ThreadPoolExecutor(8) as pool:
        policies = {*pool.map(ask, range(8))}
    assert len(policies) == 1
    assert (table.looks, table.loads) == (1, 1)


def test_the_event_loop_does_not_wait_for_a_source() -> None:
    table = Table()
    site = Site("asgi", App(Page(PAGE)), gate_for(table), host=SHOP)
    site.gets()
    assert threading.get_ident() not in table.threads
    assert table.loads == 1


def test_trios_event_loop_does_not_wait_for_a_source_either() -> None:
    from consentgate.asgi import ConsentMiddleware

    table = Table()
    site = Site("asgi", App(Page(PAGE)), gate_for(table), host=SHOP)
    scope = scope_of(site, "GET", "/", [("Host", SHOP)])
    reply = trio.run(call_asgi, ConsentMiddleware(site.app.asgi, site.gate), scope, [b""])
    assert b"Shop Ltd" in reply.body
    assert threading.get_ident() not in table.threads
    assert table.loads == 1


def test_tasks_that_ask_at_once_load_once() -> None:
    from consentgate.asgi import ConsentMiddleware

    table = Table()
    site = Site("asgi", App(Page(PAGE)), gate_for(table, recheck=1000), host=SHOP)
    application = ConsentMiddleware(site.app.asgi, site.gate)

    async def ask_at_once() -> None:
        scopes = [scope_of(site, "GET", "/", [("Host", SHOP)]) for _ in range(8)]
        await asyncio.gather(*(call_asgi(application, scope, [b""]) for scope in scopes))

    asyncio.run(ask_at_once())
    assert (table.looks, table.loads) == (1, 1)


class Slow(Table):
    """A source that takes its time while it `is_slow`, and says when it has been `asked`."""

    def __init__(self) -> None:
        super().__init__()
        self.is_slow = False
        self.asked, self.answers = threading.Event(), threading.Event()

    def version(self, host: str) -> int | None:
        if self.is_slow:
            self.asked.set()
            self.answers.wait(10)
        return super().version(host)


def test_threads_do_not_wait_for_a_slow_source_where_a_policy_is_kept() -> None:
    table = Slow()
    gate = gate_for(table)
    gate.policy_for(SHOP)
    table.is_slow, table.policies[SHOP] = True, (2, CITYS)
    with ThreadPoolExecutor(2) as pool:
        looking = pool.submit(gate.policy_for, SHOP)
        try:
            assert table.asked.wait(5)
            assert pool.submit(gate.policy_for, SHOP).result(5).site.name == "Shop"
        finally:
            table.answers.set()
        assert looking.result().site.name == "City"


def test_tasks_do_not_wait_for_a_slow_source_where_a_policy_is_kept() -> None:
    from consentgate.asgi import ConsentMiddleware

    table = Slow()
    site = Site("asgi", App(Page(PAGE)), gate_for(table), host=SHOP)
    application = ConsentMiddleware(site.app.asgi, site.gate)

    def ask(host: str) -> asyncio.Task[Any]:
        scope = scope_of(site, "GET", "/", [("Host", host)])
        return asyncio.create_task(call_asgi(application, scope, [b""]))

    async def ask_while_it_is_slow() -> None:
        hosts = (SHOP, "other.example")
        for host in hosts:
            await ask(host)
        table.is_slow = True
        made_up = [ask(f"{number}.example") for number in range(50)]
        looking = [ask(host) for host in hosts]
        try:
            # The threads of the event loop are the application's.
            assert await asyncio.wait_for(asyncio.to_thread(table.asked.wait, 5), 5)
            for host in hosts:
                reply = await asyncio.wait_for(ask(host), 5)
                assert (reply.status, b"Shop Ltd" in reply.body) == (200, host == SHOP)
        finally:
            table.answers.set()
            await asyncio.gather(*made_up, *looking)

    asyncio.run(ask_while_it_is_slow())


def test_while_the_source_fails_a_host_that_had_no_policy_stays_closed(make_site: MakeSite) -> None:
    table = Table()
    check = make_site(Page(PAGE), gate=gate_for(table), host="10.0.0.5")
    assert check.gets().status == 200
    table.error = ConnectionError("the database is away")
    for _ in range(2):
        reply = check.gets()
        assert (reply.status, STATS in reply.loading) == (200, False)
    table.error = None
    table.policies["10.0.0.5"] = (1, SHOPS)
    assert b"Shop Ltd" in check.gets().body


# -- the gate itself -----------------------------------------------------------------------------------------


def test_what_a_framework_sets_is_exempt_under_every_policy(site: Site) -> None:
    exempting = with_(site, gate=site.gate.exempting(Cookie.exempt("session", "authentication", None)))
    site.app.page = Page(PAGE, headers=[HTML, ("Set-Cookie", "session=1"), ("Set-Cookie", "other=1")])
    for host in (SHOP, CITY, "other.example"):
        assert at(exempting, host).gets().set_names == {"session"}
        assert at(site, host).gets().set_names == set()


def test_each_policy_has_its_own_switches(site: Site, folder: Path, clock: Clock) -> None:
    (folder / f"{SHOP}.toml").write_text(SHOPS.replace(SERVICE, f"report_only = true\n{SERVICE}"))
    assert STATS in at(site, SHOP).gets().body
    assert STATS not in at(site, CITY).gets().body
    found = [(finding.kind, finding.name) for finding in site.gate.findings_for(SHOP)]
    assert (
        found
        == [(finding.kind, finding.name) for finding in site.gate.findings]
        == [("host", STATS.decode())]
    )
    assert site.gate.findings_for(CITY) == []
    (folder / f"{SHOP}.toml").write_text(SHOPS.replace(SERVICE, f"report_only = true\n\n{SERVICE}"))
    after_a_change(at(site, CITY), clock)
    assert len(site.gate.findings_for(SHOP)) == 1


def test_a_page_is_rewritten_as_its_urls_host_has_it(folder: Path) -> None:
    gate = gate_for(folder)
    page = b'<img src="https://b.city.example/a.png"><img src="https://stats.vendor.example/a.png">'
    opened = gate.rewrite(page, url=f"https://{CITY}/", grants=["stats"])
    assert [blocked.url for blocked in opened.blocked] == ["https://b.city.example/a.png"]
    closed = gate.rewrite(page, url="https://other.example/")
    assert len(closed.blocked) == 2


def test_the_policy_depends_on_the_host(folder: Path) -> None:
    gate = gate_for(folder)
    assert gate.policy_for(f"{SHOP}:8000").site.name == "Shop"
    assert gate.policy_for("other.example").ids == {"necessary", "performance", "marketing", "third-party"}
    assert gate.policy_for("other.example").claims.units == ()
    with pytest.raises(LookupError, match=r"policy_for\(host\)"):
        _ = gate.policy
    with pytest.raises(LookupError, match=r"cookie_for\(host\)"):
        _ = gate.cookie


def test_the_forwarded_host_counts_where_a_proxy_is_trusted(folder: Path, make_site: MakeSite) -> None:
    for proxies, name in ((1, b"City Council"), (0, b"Shop Ltd")):
        gate = Gate(Policies(folder), secret_key=SECRET, trusted_proxies=proxies)
        site = make_site(Page(PAGE), gate=gate, host=SHOP)
        assert name in site.asks(headers=[("X-Forwarded-Host", CITY)]).body


def test_a_domain_without_a_dated_declaration_stays_closed(make_site: MakeSite, folder: Path) -> None:
    gate = gate_for(folder, require_declaration=True)
    shop = make_site(Page(PAGE), gate=gate, host=SHOP)
    assert shop.gets("/_privacy/choices").status == 404
    (folder / f"{SHOP}.toml").write_text(_declared(SHOPS))
    assert shop.gets("/_privacy/choices").status == 200


def test_the_log_names_the_policy_that_a_line_is_for(
    make_site: MakeSite, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(b'<img src="https://new.example/a.png">'), gate=gate_for(folder))
    for host in (SHOP, "other.example"):
        at(site, host).gets()
    lines = said(caplog, 'the host "new.example"')
    assert [line.partition(": ")[0] for line in lines] == [
        str(folder / f"{SHOP}.toml"),
        "hosts without a policy",
    ]
    caplog.clear()
    make_site(site.app, policy=SHOPS).gets()
    [line] = said(caplog, 'the host "new.example"')
    assert line.startswith("blocked the host")


# -- while developing ----------------------------------------------------------------------------------------


def test_a_single_file_is_loaded_again_when_it_changes(
    make_site: MakeSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "consentgate.toml"
    file.write_text("[site]\n")
    with pytest.raises(PolicyError, match="controller"):
        Gate(Policies.watching(file), secret_key=SECRET)
    file.write_text(SHOPS)
    site = make_site(Page(PAGE), gate=Gate(Policies.watching(file), secret_key=SECRET))
    assert site.gate.policy.site.name == "Shop"
    assert site.gate.cookie.name == "__Host-consent"
    assert b"Shop Ltd" in site.gets().body
    file.write_text(CITYS)
    assert b"City Council" in site.gets().body


def test_a_single_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Gate(Policies.watching(tmp_path / "none.toml"), secret_key=SECRET)


LOOPBACK = ("localhost:8000", "127.0.0.1:8000", "[::1]:8000", "shop.localhost:8000")


@pytest.mark.parametrize("host", LOOPBACK)
def test_all_names_of_the_visitors_own_machine_are_one_site(make_site: MakeSite, host: str) -> None:
    scripts = [f"http://{name.replace('8000', port)}/s.js" for name in LOOPBACK for port in ("8000", "9000")]
    page = "<!doctype html><title>t</title>" + "".join(f'<script src="{url}"></script>' for url in scripts)
    site = make_site(Page(page.encode()), gate=make_gate(SHOPS, insecure=True), host=host)
    body = site.gets().body.decode()
    assert [url for url in scripts if url not in body] == []
