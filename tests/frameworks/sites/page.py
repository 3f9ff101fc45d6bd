"""What the shop's pages are made of, whatever framework serves them."""

from __future__ import annotations

from pathlib import Path

POLICY = Path(__file__).with_name("shop.toml")
SECRET_KEY = "a secret for tests"
TRACKING = (("_own", "1"), ("_st1", "2"), ("undeclared", "3"))
"""The cookies that the shop sets beside its session, on every page."""


def page(pages: int, cookies: object, counted: bool) -> str:
    """A page that shows how many `pages` the session has seen, the names of the `cookies` that the
    application sees, and whether it may count the visit."""
    return f"""<!doctype html>
<html lang="en"><head><title>Shop</title>
<script src="https://stats.vendor.example/s.js"></script></head>
<body><h1>Shop</h1><iframe src="https://www.youtube.com/embed/abc"></iframe>
<p>pages: {pages}</p><p>cookies: {" ".join(sorted(map(str, cookies)))}</p><p>counted: {counted}</p>
</body></html>"""


LIVE = (
    "<!doctype html><html><head><title>Live</title></head><body><p>first</p>",
    '<script src="https://stats.vendor.example/s.js"></script><p>second</p></body></html>',
)
"""A page in two pieces; the second is made only after somebody has asked for /go."""
