"""Scripts that many sites have in their pages, as their makers publish them."""

from importlib.resources import files
from pathlib import Path

_NODE_MODULES = Path(__file__).parents[2] / "static" / "node_modules"
_TURBO = _NODE_MODULES / "@hotwired" / "turbo" / "dist" / "turbo.es2017-umd.js"


class NoLibrary(Exception):
    """A library is not where the tests look for it; the message says how to get it."""


def htmx(version: int) -> bytes:
    """Return htmx 2 or 4, which come with django-htmx."""
    folder = files("django_htmx") / "static" / "django_htmx"
    return (folder / f"htmx-{version}.min.js").read_bytes()


def turbo() -> bytes:
    """Return Turbo 8."""
    if not _TURBO.is_file():
        raise NoLibrary("no Turbo found; `make browsers` gets it")
    return _TURBO.read_bytes()
