"""Aliases are looked up: by a name server on this machine, which knows a few names."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from socket import AF_INET, SOCK_DGRAM, socket
from types import ModuleType

import pytest

from consentgate.audit.name_server import MOST_ALIASES, Aliases, NoResolver, aliases_of, resolver

ALIASES = {
    "metrics.shop.example": "shop.eulerian.net",
    "shop.eulerian.net": "edge.eulerian.net",
    "loop.shop.example": "loop.shop.example",
}


@pytest.fixture(scope="module")
def dns() -> ModuleType:
    return pytest.importorskip("dns.message", reason="dnspython asks name servers")


@pytest.fixture
def server(dns: ModuleType) -> Iterator[str]:
    import dns.flags
    import dns.message
    import dns.rcode
    import dns.rrset

    with socket(AF_INET, SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.1)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    data, sender = listening.recvfrom(4096)
                except TimeoutError:
                    continue
                query = dns.message.from_wire(data)
                reply = dns.message.make_response(query)
                name = query.question[0].name
                if str(name).startswith("broken."):
                    reply.set_rcode(dns.rcode.SERVFAIL)
                alias = ALIASES.get(str(name).rstrip("."))
                if alias:
                    reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", f"{alias}."))
                listening.sendto(reply.to_wire(), sender)

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def test_without_dnspython_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dns.exception", None)
    monkeypatch.setitem(sys.modules, "dns", None)
    with pytest.raises(NoResolver, match="the extra `scan` is missing: dnspython"):
        resolver()


def test_aliases_are_followed_to_the_end(server: str) -> None:
    found = aliases_of(("metrics.shop.example", "plain.shop.example"), resolver(server))
    assert found == Aliases({"metrics.shop.example": ("shop.eulerian.net", "edge.eulerian.net")})


def test_several_hosts_are_asked_about_at_the_same_time() -> None:
    """None is answered before another is asked about."""
    both = threading.Barrier(2, timeout=30)

    def resolve(host: str) -> tuple[str, ...]:
        both.wait()
        return (f"alias.{host}",)

    found = aliases_of(("a.example", "b.example"), resolve)
    assert found.names == {"a.example": ("alias.a.example",), "b.example": ("alias.b.example",)}


def test_not_all_hosts_are_asked_about_at_once() -> None:
    asking, most, lock = 0, 0, threading.Lock()

    def resolve(host: str) -> tuple[str, ...]:
        nonlocal asking, most
        with lock:
            asking += 1
            most = max(most, asking)
        threading.Event().wait(0.001)
        with lock:
            asking -= 1
        return ()

    assert aliases_of([f"h{number}.example" for number in range(100)], resolve) == Aliases({})
    assert most <= 16


def test_what_is_not_answered_in_time_is_told() -> None:
    goes_on = threading.Event()

    def resolve(host: str) -> tuple[str, ...]:
        if host == "slow.example":
            goes_on.wait(60)
        return ("alias.example",)

    found = aliases_of(("slow.example", "quick.example"), resolve, patience=1)
    goes_on.set()
    assert found == Aliases({"quick.example": ("alias.example",)}, ("slow.example",))


def test_a_name_server_that_fails_has_not_answered(dns: ModuleType, server: str) -> None:
    found = aliases_of(("broken.shop.example", "metrics.shop.example"), resolver(server))
    assert found.unanswered == ("broken.shop.example",)
    assert "metrics.shop.example" in found.names


def test_aliases_in_a_circle_have_an_end(server: str) -> None:
    assert len(resolver(server)("loop.shop.example")) == MOST_ALIASES


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:x", "name.example:53"])
def test_what_is_no_address_is_said(dns: ModuleType, address: str) -> None:
    with pytest.raises(NoResolver, match=f"{address.partition(':')[0]}"):
        resolver(address)
