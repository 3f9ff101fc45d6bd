"""Aliases are looked up: by a name server on this machine, which knows a few names."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from socket import AF_INET, SOCK_DGRAM, socket
from types import ModuleType

import pytest

from consentgate.audit.name_server import MOST_ALIASES, NoResolver, aliases_of, resolver

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
    assert found == {"metrics.shop.example": ("shop.eulerian.net", "edge.eulerian.net")}


def test_aliases_in_a_circle_have_an_end(server: str) -> None:
    assert len(resolver(server)("loop.shop.example")) == MOST_ALIASES


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:x", "name.example:53"])
def test_what_is_no_address_is_said(dns: ModuleType, address: str) -> None:
    with pytest.raises(NoResolver, match=f"{address.partition(':')[0]}"):
        resolver(address)
