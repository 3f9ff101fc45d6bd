"""What the log says of decisions that cannot last, or that were refused: each once."""

from __future__ import annotations

import logging

import pytest

from consentgate import Gate, Policy
from consentgate.gate import Request


def decide(gate: Gate, origin: str | None, host: str = "shop.example") -> int:
    headers = {
        "host": [host],
        "origin": [] if origin is None else [origin],
        "content-type": ["application/x-www-form-urlencoded"],
    }
    return gate.exchange(Request("POST", "/_privacy/choices", "", headers)).answer(b"decision=refuse").status


def test_a_decision_over_plain_http_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    gate = Gate(Policy(), secret_key="a key for the tests")
    with caplog.at_level(logging.WARNING, "consentgate"):
        assert [decide(gate, "http://shop.example") for _ in range(3)] == [303] * 3
    (record,) = caplog.records
    for setting in (
        "Gate(..., insecure=True)",
        "CONSENTGATE_INSECURE = True",
        'CONSENTGATE = {"INSECURE": True}',
    ):
        assert setting in record.getMessage()


def test_a_gate_for_development_says_nothing_of_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "consentgate"):
        assert (
            decide(Gate(Policy(), secret_key="a key for the tests", insecure=True), "http://shop.example")
            == 303
        )
    assert not caplog.records


def test_a_refused_decision_names_both_hosts_once(caplog: pytest.LogCaptureFixture) -> None:
    gate = Gate(Policy(), secret_key="a key for the tests")
    with caplog.at_level(logging.WARNING, "consentgate"):
        assert [decide(gate, "https://www.shop.example", "backend:8000") for _ in range(3)] == [403] * 3
    (record,) = caplog.records
    assert "https://www.shop.example" in record.getMessage()
    assert "backend:8000" in record.getMessage()
    assert "trusted_proxies" in record.getMessage()


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        (None, "refused a decision that came without an Origin header to"),
        ("null", 'refused a decision that came from "null" to'),
    ],
)
def test_a_refused_decision_without_an_origin_says_so(
    origin: str | None, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate(Policy(), secret_key="a key for the tests")
    assert decide(gate, origin) == 403
    (message,) = caplog.messages
    assert message.startswith(said)
    assert "proves nothing" in message if origin else "Browsers send one" in message
    assert "trusted_proxies" not in message


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body", "status", "said"),
    [
        ("multipart/form-data; boundary=x", b"--x", 400, "its Content-Type is 'multipart/form-data' and not"),
        ("application/json", b"{}", 400, "its Content-Type is 'application/json' and not"),
        ("", b"decision=refuse", 400, "its Content-Type is '' and not"),
        (f"x/{'y' * 9000}\x1b", b"decision=refuse", 400, "its Content-Type is 'x/yyy"),
        (FORM, b"junk", 400, "it cannot be read as"),
        (FORM, b"decision=\xff", 400, "it cannot be read as"),
        (FORM, b"decision=yes", 400, "it has not one decision of accept, refuse, save, withdraw"),
        (FORM, b"x=decision", 400, "it has not one decision of accept"),
        (FORM, b"decision=accept&decision=refuse", 400, "it has not one decision of accept"),
        (FORM, b"decision=accept&x=" + b"x" * 16384, 413, "it is longer than 16384 bytes"),
    ],
)
def test_a_form_that_says_nothing_is_named_once_with_its_reason(
    kind: str, body: bytes, status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate(Policy(), secret_key="a key for the tests")
    headers = {"host": ["shop.example"], "sec-fetch-site": ["same-origin"], "content-type": [kind]}
    with caplog.at_level(logging.WARNING, "consentgate"):
        for _ in range(3):
            exchange = gate.exchange(Request("POST", "/_privacy/choices", "", headers))
            assert exchange.answer(body).status == status
    (message,) = caplog.messages
    assert message.startswith(
        f"refused a decision ({status}), since its form says nothing that counts: {said}"
    )
    assert "URLSearchParams" in message
    assert message.isprintable()
    assert len(message) < 600


def test_a_consent_from_a_frame_is_named_once_with_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    gate = Gate(Policy(), secret_key="a key for the tests")
    headers = {
        "host": ["shop.example"],
        "sec-fetch-site": ["same-origin"],
        "sec-fetch-dest": ["iframe"],
        "content-type": [FORM],
    }
    with caplog.at_level(logging.WARNING, "consentgate"):
        for _ in range(3):
            exchange = gate.exchange(Request("POST", "/_privacy/choices", "", headers))
            assert exchange.answer(b"decision=accept").status == 403
    (message,) = caplog.messages
    assert message.startswith('refused a consent that came from a page of "shop.example" inside a frame')
    assert "frame-ancestors" in message


def test_a_key_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="secret_key"):
        Gate(Policy(), secret_key=None)
