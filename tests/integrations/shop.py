"""What the shop of these tests declares, and what its pages are."""

from __future__ import annotations

from pathlib import Path

from consentgate import Policy

POLICY = Policy.parse(
    """
    [site]
    name = "Shop"
    controller = "Shop Ltd"
    contact = "privacy@shop.example"

    [[cookie]]
    name = "_own"
    category = "performance"

    [[service]]
    id = "stats"
    category = "performance"
    hosts = ["stats.vendor.example"]
    """
)
SECRET_KEY = "a secret for the tests"
PAGE = (
    '<!doctype html><title>Shop</title><script src="https://stats.vendor.example/s.js"></script><p>Hello</p>'
)
STATS = "stats.vendor.example"
DECISION = {"Sec-Fetch-Site": "same-origin"}

BAD_POLICY = '[site]\nname = "Shop"\ncontrolle = "Shop Ltd"\n'


def policy_file(folder: Path, text: str) -> Path:
    path = folder / "consentgate.toml"
    path.write_text(text)
    return path
