"""Builds the documentation: `make docs` (Sphinx, https://www.sphinx-doc.org/, with MyST for Markdown)."""

from __future__ import annotations

import re
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "consentgate"
copyright = "the consentgate authors"
version = release = installed_version("consentgate")

extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"consentgate {release}"
# Nothing of the pages is loaded from others.
html_theme_options = {"top_of_page_buttons": []}
html_copy_source = False

myst_heading_anchors = 4
nitpicky = True
# `make links`: servers of the reader's own machine answer to nobody else.
linkcheck_ignore = [r"http://(127\.0\.0\.1|localhost)\b"]
linkcheck_timeout = 20
suppress_warnings = ["misc.highlighting_failure"]

_OUTSIDE = re.compile(r"\[([^\]\[]+)\]\(\.\./[^)]*\)")


def _without_links_to_the_code(app: Sphinx, name: str, text: list[str]) -> None:
    """Leave of links out of this folder their text: what they lead to is not in the site."""
    text[0] = _OUTSIDE.sub(r"\1", text[0])


def setup(app: Sphinx) -> None:
    """Register what Sphinx calls while it builds."""
    app.connect("source-read", _without_links_to_the_code)
