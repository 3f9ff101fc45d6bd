"""What becomes of a document that is not plain."""

from __future__ import annotations

from typing import NoReturn

from consentgate.html.tokenizer.encoding import Unreadable


def refuse(what: str) -> NoReturn:
    """Refuse the document because it holds `what`."""
    raise Unreadable(
        f"a browser may load something by this XML document, which is read only where it is plain and holds "
        f"{what}; take that out or declare whom it loads from, or send the document as a download "
        "(Content-Disposition: attachment)"
    )
