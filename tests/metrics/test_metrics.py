"""What Prometheus is told: read from the exposition by prometheus-client's own parser."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from gate.driver import HTML, POLICY, SECRET, App, Page, Site
from ledger.records import NOTICE, grant, refusal
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from consentgate import Gate, Policies, Policy
from consentgate.consent.record import NotRecorded
from consentgate.ledger import Ledger
from consentgate.metrics import KINDS, MOST_SERVICES, Metrics

PAGE = (
    b"<!doctype html><title>News</title>"
    b"<script src='https://stats.vendor.example/s.js'></script>"
    b"<script src='https://stats.vendor.example/s.js'></script>"
    b"<x-made-up src='https://canary.example/'></x-made-up>"
    b"<img src='https://nobody-canary.example/1.gif'>"
)
COOKIES = ("Set-Cookie", "_st1=canary-value"), ("Set-Cookie", "canary_cookie=1"), ("Set-Cookie", "_ab=1")


class Seen(dict[tuple[str, tuple[str, ...]], float]):
    """The samples of a registry, by name and values of labels."""

    @classmethod
    def of(cls, registry: CollectorRegistry) -> Seen:
        return cls.read(generate_latest(registry).decode())

    @classmethod
    def read(cls, text: str) -> Seen:
        families = text_string_to_metric_families(text)
        samples = (sample for family in families for sample in family.samples)
        return cls({(one.name, tuple(one.labels.values())): one.value for one in samples})

    def named(self, name: str) -> dict[tuple[str, ...], float]:
        return {labels: value for (one, labels), value in self.items() if one == name and value}


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture(params=["wsgi", "asgi"])
def interface(request: pytest.FixtureRequest) -> str:
    return request.param


def site(
    registry: CollectorRegistry,
    page: Page | None = None,
    interface: str = "wsgi",
    policy: str = POLICY,
    **options: Any,
) -> Site:
    gate = Gate(Policy.parse(policy), secret_key=SECRET, metrics=Metrics(registry), **options)
    return Site(interface, App(page or Page(PAGE, headers=[HTML, *COOKIES])), gate)


class Fails:
    """A recorder that keeps nothing."""

    def record(self, *_: Any) -> None:
        raise NotRecorded("no")

    def signing_with(self, _: Any) -> Fails:
        return self


def test_what_was_blocked_is_counted_by_kind_and_service(registry: CollectorRegistry, interface: str) -> None:
    visited = site(registry, interface=interface)
    for _ in range(3):
        visited.gets("/canary?canary=1", cookie="canary=1; _st9=1", user_agent="canary")

    seen = Seen.of(registry)

    assert seen.named("consentgate_blocked_total") == {
        ("script", "stats"): 6,
        ("img", "undeclared"): 3,
        ("cookie set", "stats"): 3,
        ("cookie set", "undeclared"): 3,
        ("cookie set", "own"): 3,
        ("cookie sent", "undeclared"): 3,
        ("cookie sent", "stats"): 3,
    }
    assert not seen.named("consentgate_would_block_total")
    assert b"canary" not in generate_latest(registry)


def test_what_only_would_be_blocked_is_counted_by_itself(registry: CollectorRegistry) -> None:
    policy = POLICY.replace("[site]", "[site]\nreport_only = true", 1)
    site(registry, policy=policy).gets()

    seen = Seen.of(registry)

    assert seen.named("consentgate_would_block_total")["script", "stats"] == 2
    assert not seen.named("consentgate_blocked_total")


def test_pages_are_counted_by_variant_and_measured(registry: CollectorRegistry, interface: str) -> None:
    visited = site(registry, Page([PAGE[:40], PAGE[40:]]), interface)
    cookie = visited.chooses("accept")
    visited.gets()
    visited.gets(cookie=cookie)
    visited.gets(cookie=cookie)

    seen = Seen.of(registry)

    assert seen.named("consentgate_pages_total") == {("closed",): 1, ("open",): 2}
    assert seen["consentgate_page_bytes_sum", ()] == 3 * len(PAGE)
    assert seen["consentgate_rewrite_seconds_count", ()] == 3
    assert 0 < seen["consentgate_rewrite_seconds_sum", ()] < 60


@pytest.mark.parametrize("content_type", ["application/json", "image/png"])
def test_what_is_no_page_is_none(registry: CollectorRegistry, content_type: str) -> None:
    site(registry, Page(b"{}", headers=[("Content-Type", content_type)])).gets()

    assert not Seen.of(registry).named("consentgate_pages_total")


def test_what_looks_like_no_page_is_none(registry: CollectorRegistry) -> None:
    site(registry, Page(b"plain words", headers=[]), "asgi").gets()

    assert not Seen.of(registry).named("consentgate_pages_total")


@pytest.mark.parametrize("keeps", [True, False], ids=["with a ledger", "without"])
def test_decisions_are_counted_by_event(registry: CollectorRegistry, tmp_path: Path, keeps: bool) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'consent.db'}") if keeps else None
    visited = site(registry, ledger=ledger)
    visited.chooses("refuse")
    cookie = visited.chooses("accept")
    # The same again is no decision.
    visited.chooses("accept", cookie)
    visited.chooses("withdraw", visited.chooses("save", cookie, service=["stats"]))
    # Nothing was decided here.
    assert visited.decides("canary").status == 400

    seen = Seen.of(registry)

    decided = {"refused": 1, "given": 1, "reduced": 1, "withdrawn": 1}
    assert seen.named("consentgate_decisions_total") == {(event,): count for event, count in decided.items()}
    assert seen["consentgate_decisions_total", ("renewed",)] == 0
    assert not seen.named("consentgate_unrecorded_total")
    if ledger is not None:
        ledger.close()


def test_a_decision_that_is_not_recorded_is_counted(registry: CollectorRegistry) -> None:
    visited = site(registry, ledger=Fails())
    assert visited.decides("accept").status == 503
    visited.chooses("refuse")

    seen = Seen.of(registry)

    assert seen.named("consentgate_unrecorded_total") == {("given", "storage"): 1, ("refused", "storage"): 1}
    # The refusal has taken effect.
    assert seen.named("consentgate_decisions_total") == {("refused",): 1}


def test_a_flood_is_counted(registry: CollectorRegistry, tmp_path: Path) -> None:
    with closing(Ledger(f"sqlite:///{tmp_path / 'consent.db'}")) as ledger:
        visited = site(registry, ledger=ledger, trusted_proxies=1)
        headers = [("Sec-Fetch-Site", "same-origin"), ("X-Forwarded-For", "203.0.115.77")]
        statuses = [visited.decides("accept", headers=headers).status for _ in range(300)]

    seen = Seen.of(registry)

    refused = statuses.count(503)
    assert refused > 10
    assert seen.named("consentgate_unrecorded_total") == {("given", "flood"): refused}
    assert seen.named("consentgate_decisions_total") == {("given",): 300 - refused}


def test_what_closes_or_breaks_off_is_counted(registry: CollectorRegistry) -> None:
    encoded = ("Content-Encoding", "unknown")
    visited = site(registry, Page(PAGE, headers=[HTML, encoded]))
    assert visited.gets().status == 502

    assert Seen.of(registry).named("consentgate_closed_total") == {("502",): 1}


def test_made_up_kinds_and_services_do_not_fill_the_memory(registry: CollectorRegistry) -> None:
    metrics = Metrics(registry)
    for number in range(MOST_SERVICES + 50):
        metrics.blocked(f"x-{number}", f"service{number}", is_enforced=True)

    counted = Seen.of(registry).named("consentgate_blocked_total")

    assert len(counted) == MOST_SERVICES + 1
    assert counted["other", "other"] == 50


def test_the_kinds_are_those_that_pages_have(registry: CollectorRegistry) -> None:
    """The commonest elements that load something have a name of their own, and no other has."""
    page = (
        b"<!doctype html><link rel=stylesheet href=//films.example/a>"
        b"<style>@import '//films.example/b'</style>"
        b"<iframe src=//films.example/c></iframe><video src=//films.example/d></video>"
        b"<audio src=//films.example/e></audio><x-y style='background:url(//films.example/f)'></x-y>"
        b"<script>import('//films.example/g')</script>"
    )
    site(registry, Page(page)).gets()

    kinds = {kind for kind, _ in Seen.of(registry).named("consentgate_blocked_total")}

    assert kinds >= {"link", "style", "iframe", "video", "audio", "inline script", "other"}
    assert kinds <= {*KINDS, "other"}


# -- the ledger ----------------------------------------------------------------------------------------------


def test_what_waits_in_the_spool_is_shown(registry: CollectorRegistry, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    with closing(Ledger(f"sqlite:///{folder / 'consent.db'}", spool=tmp_path / "spool")) as ledger:
        site(registry, ledger=ledger)
        for _ in range(3):
            ledger.record(grant(), NOTICE)
        assert not ledger.move()
        waiting = Seen.of(registry)
        folder.mkdir()
        assert ledger.move()
        moved = Seen.of(registry)

    size = sum(path.stat().st_size for path in (tmp_path / "spool").rglob("*.segment"))
    assert waiting["consentgate_ledger_database_failing", ()] == 1
    # The notice is an entry, too.
    assert waiting["consentgate_ledger_waiting_entries", ()] == 4
    assert waiting["consentgate_ledger_waiting_bytes", ()] > 1000 > size
    assert waiting["consentgate_ledger_waiting_seconds", ()] > 0
    assert {value for (name, _), value in moved.items() if name.startswith("consentgate_ledger_")} == {0}


def test_a_database_that_does_not_work_at_the_start_is_shown(
    registry: CollectorRegistry, tmp_path: Path
) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'later' / 'consent.db'}", spool=tmp_path / "spool")
    site(registry, ledger=ledger)

    assert Seen.of(registry)["consentgate_ledger_database_failing", ()] == 1
    ledger.close()


def test_a_database_that_is_written_directly_is_shown(registry: CollectorRegistry, tmp_path: Path) -> None:
    file = tmp_path / "consent.db"
    with closing(Ledger(f"sqlite:///{file}", durable="database")) as ledger:
        site(registry, ledger=ledger)
        ledger.record(refusal(), NOTICE)
        assert Seen.of(registry)["consentgate_ledger_database_failing", ()] == 0
        for path in tmp_path.iterdir():
            path.unlink()
        with pytest.raises(NotRecorded):
            ledger.record(refusal(), NOTICE)

    assert Seen.of(registry)["consentgate_ledger_database_failing", ()] == 1


def test_what_others_have_left_behind_is_shown(registry: CollectorRegistry, tmp_path: Path) -> None:
    url, spool = f"sqlite:///{tmp_path / 'later' / 'consent.db'}", tmp_path / "spool"
    before = Ledger(url, spool=spool, secret_key=SECRET)
    before.record(grant(), NOTICE)
    before.close()
    with closing(Ledger(url, spool=spool)) as ledger:
        site(registry, ledger=ledger)
        assert not ledger.move()
        assert Seen.of(registry)["consentgate_ledger_left_behind_bytes", ()] > 500


# -- settings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metrics", ["prometheus", True, object()])
def test_what_counts_nothing_is_refused(metrics: Any) -> None:
    with pytest.raises(TypeError, match=r"metrics: expected Metrics of consentgate\.metrics"):
        Gate(Policy(), secret_key=SECRET, metrics=metrics)


def test_each_of_many_policies_is_counted(registry: CollectorRegistry, tmp_path: Path) -> None:
    (tmp_path / "www.example.org.toml").write_text(POLICY)
    gate = Gate(Policies(tmp_path), secret_key=SECRET, metrics=Metrics(registry))
    visited = Site("wsgi", App(Page(PAGE)), gate)
    visited.gets()

    assert Seen.of(registry).named("consentgate_blocked_total")["script", "stats"] == 2


# -- several processes ---------------------------------------------------------------------------------------

_PROCESS = """
import sys
from metrics.test_metrics import PAGE, site
from gate.driver import HTML, Page
from prometheus_client import REGISTRY
visited = site(REGISTRY, Page(PAGE))
for _ in range(int(sys.argv[1])):
    visited.gets()
visited.chooses("refuse")
"""
_SCRAPE = """
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
registry = CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def test_several_processes_are_added_up(tmp_path: Path) -> None:
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[1]), environ.get("PYTHONPATH", "")])

    def run(code: str, *arguments: str) -> str:
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout

    for pages in ("2", "3"):
        run(_PROCESS, pages)
    seen = Seen.read(run(_SCRAPE))

    assert seen["consentgate_pages_total", ("closed",)] == 5
    assert seen["consentgate_decisions_total", ("refused",)] == 2
    assert seen.named("consentgate_blocked_total")["script", "stats"] == 10
    assert seen["consentgate_rewrite_seconds_count", ()] == 5
