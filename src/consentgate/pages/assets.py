"""The stylesheet and the script that the site's pages carry."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files


@cache
def snippet() -> bytes:
    """The script, as it is served."""
    return _shipped("snippet.js")


@cache
def snippet_name() -> str:
    """The script's name. It changes with the content, so that browsers may keep it for good."""
    return f"snippet-{hashlib.sha256(snippet()).hexdigest()[:12]}.js"


@cache
def stylesheet(asks: bool) -> bytes:
    """The styles. For a visitor who is not (or no longer) `asks`-ed they hide the banner, without a script
    and without the page being another one."""
    hide = b"" if asks else b".consentgate-banner{display:none!important}\n"
    # In this file no line break is needed between two tokens.
    return _shipped("banner.css").replace(b"\n", b"") + hide


def _shipped(name: str) -> bytes:
    text = (files(__package__) / "static" / name).read_text("utf-8")
    # Comments and indentation are for those who read the source. No string in the two files contains them.
    return re.sub(r"/\*.*?\*/\s*|^\s+", "", text, flags=re.DOTALL | re.MULTILINE).encode("ascii")
