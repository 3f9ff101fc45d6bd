"""Refuses documents that are not plain, and says how to make them so."""

from __future__ import annotations

from typing import NoReturn

from consentgate.html.tokenizer.encoding import Unreadable


def refuse(what: str) -> NoReturn:
    """Refuse the document because it holds `what`."""
    raise Unreadable(
        f"this XML document holds {what}, by which a browser may load something; take that out, declare whom "
        "it loads from, or send the document as a download (Content-Disposition: attachment)"
    )
