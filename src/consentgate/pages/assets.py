"""The stylesheets and the script (the snippet) that the site's pages carry."""

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
def stylesheet(asks: bool) -> bytes:
    """Return the styles. Where nothing `asks` the visitor any more, they hide the banner.

    So the banner goes without a script, and the page stays the same for every visitor.
    """
    hide = b"" if asks else b".consentgate-banner{display:none!important}\n"
    # No two tokens in this file need the line break between them.
    return _shipped("banner.css").replace(b"\n", b"") + hide


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
