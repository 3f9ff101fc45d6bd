"""Which network a request comes from, as far as that can be known."""

from __future__ import annotations

import pytest

from consentgate.gate import Request
from consentgate.gate.request.client import client_of

ONE, OTHER = "198.51.99.7", "203.0.115.9"


def of(client: str = "", proxies: int = 0, **headers: str) -> str:
    named = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    return client_of(Request("POST", "/", "", named, client=client), proxies)


@pytest.mark.parametrize(
    ("client", "network"),
    [
        (ONE, ONE),
        ("2a01:4f8::1", "2a01:4f8::/64"),
        ("2a01:4f8::dead:beef", "2a01:4f8::/64"),
        ("127.0.0.1", ""),
        ("10.1.2.3", ""),
        ("::1", ""),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_a_public_address_is_a_client_and_any_other_may_be_a_proxy(client: str, network: str) -> None:
    assert of(client) == network


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded"])
def test_a_proxy_that_nobody_has_named_hides_its_clients(header: str) -> None:
    assert of(ONE, **{header: OTHER}) == ""


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (1, OTHER, OTHER),
        (1, f"10.0.0.1, {OTHER}", OTHER),
        (2, f"{OTHER}, 10.0.0.1", OTHER),
        (2, f"192.0.2.1, {OTHER}, 10.0.0.1", OTHER),
        (1, "10.0.0.1", "10.0.0.1"),
        (1, "[2a01:4f8::2]", "2a01:4f8::/64"),
        (2, OTHER, ""),
        (1, "unknown", ""),
        (1, "", ""),
    ],
)
def test_trusted_proxies_name_their_client(proxies: int, forwarded: str, network: str) -> None:
    assert of("127.0.0.1", proxies, x_forwarded_for=forwarded) == network
