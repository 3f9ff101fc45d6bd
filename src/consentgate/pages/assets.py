"""The style sheets and the script (the snippet) of the site's pages, and the style sheets of our own pages
and frames."""

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
    return f"snippet-{_digest(snippet())}.js"


@cache
def page_stylesheet() -> bytes:
    """Return the styles of the gate's own pages."""
    return _shipped("page.css").replace(b"\n", b"")


@cache
def page_stylesheet_name() -> str:
    """Return the file name of the own pages' styles. It changes with the content, as the script's does."""
    return f"page-{_digest(page_stylesheet())}.css"


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
    hide = b".consentgate-banner{display:none}.consentgate .consentgate-settings{display:block}"
    return b"" if asks else hide


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def placeholder_stylesheet() -> bytes:
    """Return the styles of the documents in frames."""
    return _shipped("placeholder.css").replace(b"\n", b"")


@cache
def placeholder_stylesheet_name() -> str:
    """Return the file name of these styles, which changes with the content."""
    return f"placeholder-{hashlib.sha256(placeholder_stylesheet()).hexdigest()[:12]}.css"


def _shipped(name: str) -> bytes:
    text = (files(__package__) / "static" / name).read_text("utf-8")
    # Comments and indentation are for readers of the source. No string in these files contains any.
    return re.sub(r"/\*.*?\*/\s*|^\s+", "", text, flags=re.DOTALL | re.MULTILINE).encode("ascii")
