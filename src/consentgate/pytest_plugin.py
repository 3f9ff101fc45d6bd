"""A fixture for pytest, which finds it by itself where the package is installed.

def test_stats(client, consent_to):
    consent_to(client, "stats")
    assert "stats.js" in client.get("/").text
"""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def consent_to() -> Callable[..., None]:
    """`consent_to(client, "stats")`: see `consentgate.testing.consent_to`."""
    # Not before a test asks for it: sessions that have nothing to do with consent begin as fast as ever.
    from .testing import consent_to

    return consent_to
