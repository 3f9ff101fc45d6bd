"""What the gate's own time depends on, and what it must not depend on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from consentgate import Gate, Policy
from consentgate.consent import Consent, Judge
from consentgate.consent.choice import decide
from consentgate.policy import Service

from .contenders import CHUNK, SECRET, begin, stream
from .pages import Page
from .timing import Task, in_turns, ratio, speed

_CHUNKS = 256


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what was varied, the speed in megabytes (or thousands of look-ups) a second, and
    how many times as fast that is as the table's first line."""

    label: str
    speed: float
    ratio: float


def by_repetition(gate: Gate, page: Page, rounds: int, most: int) -> list[Row]:
    """One page over and over in one document: the speed must stay."""
    sizes = {}
    tasks: dict[str, Task] = {}
    times = 1
    while times <= most:
        html = page.html * times
        label = f"{times} x, {len(html) >> 10} KiB"
        sizes[label] = len(html)
        tasks[label] = partial(gate.rewrite, html, url=page.url)
        times *= 4
    return _rows(sizes, tasks, rounds)


def by_services(pages: list[Page], rounds: int) -> dict[str, list[Row]]:
    """Policies of ever more services: rewriting pages, streaming them with nothing and with everything
    granted, and looking up hosts that are and are not theirs."""
    policies = {f"{count:,} services": policy_of(count) for count in (10, 1_000, 10_000)}
    size = sum(len(page.html) for page in pages)
    gates = {label: Gate(policy, secret_key=SECRET) for label, policy in policies.items()}
    hosts = [f"{kind}{number}.example.net" for number in range(10) for kind in ("www.s", "s", "not")] * 100
    return {
        "pages": _rows(
            dict.fromkeys(gates, size),
            {label: partial(_rewrite_all, gate, pages) for label, gate in gates.items()},
            rounds,
        ),
        "streamed pages": _rows(
            dict.fromkeys(gates, size),
            {label: partial(_stream_all, gate, pages, CHUNK) for label, gate in gates.items()},
            rounds,
        ),
        "open pages": _rows(
            dict.fromkeys(gates, size),
            {
                label: partial(_stream_all, gate, pages, CHUNK, cookie=granting(gate))
                for label, gate in gates.items()
            },
            rounds,
        ),
        "look-ups": _rows(
            dict.fromkeys(policies, len(hosts) * 1_000),
            {label: partial(_look_up, judge_of(policy), hosts) for label, policy in policies.items()},
            rounds,
        ),
    }


def by_chunk(gate: Gate, pages: list[Page], rounds: int, sizes: Iterable[int]) -> list[Row]:
    """The same pages in chunks: whole ones first."""
    size = sum(len(page.html) for page in pages)
    tasks: dict[str, Task] = {"whole": partial(_stream_all, gate, pages, 1 << 30)}
    tasks |= {_bytes(chunk): partial(_stream_all, gate, pages, chunk) for chunk in sizes}
    return _rows(dict.fromkeys(tasks, size), tasks, rounds)


def opened(gate: Gate, pages: list[Page], rounds: int) -> list[Row]:
    """Pages for a visitor who has granted everything, and one without end after its head, each beside a
    copy made of the same chunks."""
    whole: dict[str, Task] = {
        "pages: copied": partial(_copy_all, pages),
        "pages: open, all granted": partial(_stream_all, gate, pages, CHUNK, cookie=granting(gate)),
        "pages: closed": partial(_stream_all, gate, pages, CHUNK),
    }
    rows = _rows(dict.fromkeys(whole, sum(len(page.html) for page in pages)), whole, rounds)
    chunk = (pages[-1].html * CHUNK)[:CHUNK]
    exchange = begin(gate, pages[-1], granting(gate)(pages[-1]))
    exchange.feed(chunk)
    endless: dict[str, Task] = {
        "after the head: copied": lambda: [bytes(memoryview(chunk)) for _ in range(_CHUNKS)],
        "after the head: open, all granted": lambda: [exchange.feed(chunk) for _ in range(_CHUNKS)],
    }
    return rows + _rows(dict.fromkeys(endless, _CHUNKS * CHUNK), endless, rounds)


def policy_of(services: int) -> Policy:
    """Return a policy with this many services. Each has a host of its own, and all subdomains of it."""
    return Policy(
        services=tuple(
            Service(
                id=f"s{number}",
                name=f"Service {number}",
                category="performance",
                hosts=(f"s{number}.example.net", f"*.s{number}.example.net"),
            )
            for number in range(services)
        )
    )


def judge_of(policy: Policy) -> Judge:
    """The judge of a page on which nothing is granted."""
    return Judge(Consent.of_ids(policy, ()), "www.example.org", "/")


def granting(gate: Gate) -> Callable[[Page], str]:
    """Gives for a page the cookie of a visitor who has granted everything."""
    choice = decide(gate.policy, "accept")

    def cookie(page: Page) -> str:
        return gate.cookie.set_cookie(choice, page.host).partition(";")[0]

    return cookie


def _no_cookie(page: Page) -> str:
    return ""


def _stream_all(
    gate: Gate, pages: list[Page], chunk: int, cookie: Callable[[Page], str] = _no_cookie
) -> None:
    for page in pages:
        stream(gate, page, chunk, cookie(page))


def _rewrite_all(gate: Gate, pages: list[Page]) -> None:
    for page in pages:
        gate.rewrite(page.html, url=page.url)


def _copy_all(pages: list[Page]) -> None:
    for page in pages:
        html = page.html
        b"".join([html[at : at + CHUNK] for at in range(0, len(html), CHUNK)])


def _look_up(judge: Judge, hosts: list[str]) -> None:
    for host in hosts:
        judge.url(host, "/")


def _rows(sizes: dict[str, int], tasks: dict[str, Task], rounds: int) -> list[Row]:
    times = in_turns(tasks, rounds)
    by_byte = {label: [each / sizes[label] for each in took] for label, took in times.items()}
    first = next(iter(by_byte.values()))
    return [Row(label, speed(sizes[label], times[label]), ratio(by_byte[label], first)) for label in times]


def _bytes(count: int) -> str:
    return f"{count} B" if count < 1024 else f"{count >> 10} KiB"
