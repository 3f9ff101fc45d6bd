"""The stylesheet and the script (the snippet) that the site's pages carry."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files


@cache
def snippet() -> bytes:
    """Return the script as it is served."""
    return _shipped("snippet.js")


@cache
def snippet_name() -> str:
    """Return the script's file name. It changes with the content, so that browsers may cache it for good."""
    return f"snippet-{hashlib.sha256(snippet()).hexdigest()[:12]}.js"


@cache
def stylesheet() -> bytes:
    """Return the styles of what goes into the site's pages."""
    # No two tokens in this file need the line break between them.
    return _shipped("banner.css").replace(b"\n", b"")


@cache
def stylesheet_name() -> str:
    """Return the style sheet's file name, which changes with its content."""
    return f"style-{hashlib.sha256(stylesheet()).hexdigest()[:12]}.css"


def visitor_stylesheet(asks: bool) -> bytes:
    """Return the styles for one visitor, in pages that are the same for everyone: where nothing `asks` the
    visitor any more, they hide the banner."""
    return b"" if asks else b".consentgate-banner{display:none}"


def _shipped(name: str) -> bytes:
    text = (files(__package__) / "static" / name).read_text("utf-8")
    # Comments and indentation are for readers of the source. No string in the two files contains any.
    return re.sub(r"/\*.*?\*/\s*|^\s+", "", text, flags=re.DOTALL | re.MULTILINE).encode("ascii")
