"""What the gate says of the keys it signs with."""

from __future__ import annotations

import logging

import pytest

from consentgate import Gate, Policy
from consentgate.policy import Cookie


@pytest.mark.parametrize("keys", [None, "", b"", [], [""], ["a long and random key", ""]])
def test_no_key_is_an_error_that_says_how_to_make_one(keys: object) -> None:
    with pytest.raises(ValueError, match=r"secret_key: .*token_hex"):
        Gate(Policy(), secret_key=keys)


@pytest.mark.parametrize(
    ("keys", "warns"),
    [
        ("dev", True),
        (b"fifteen letters", True),
        ("sixteen  letters", False),
        (["old", "a long and random key"], True),
    ],
)
def test_a_short_key_is_warned_of_once(keys: object, warns: bool, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "consentgate"):
        gate = Gate(Policy(), secret_key=keys)
        gate.exempting(Cookie(name="a", category="necessary", reason="security"))
    assert len(caplog.messages) == warns
    assert all("who guesses it can forge consent" in message for message in caplog.messages)
