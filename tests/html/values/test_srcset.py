"""Image candidates."""

from __future__ import annotations

import pytest

from consentgate.html.values.srcset import image_candidates


@pytest.mark.parametrize(
    ("value", "urls"),
    [
        ("a", ["a"]),
        ("a 1x, b 2x", ["a", "b"]),
        ("a,b 1x", ["a,b"]),
        (",a,, b", ["a", "b"]),
        ("a (b, c) 1x, d", ["a", "d"]),
        ("data:,a 1x,b", ["data:,a", "b"]),
        ("", []),
    ],
)
def test_each_candidate_yields_its_url(value: str, urls: list[str]) -> None:
    assert list(image_candidates(value)) == urls
