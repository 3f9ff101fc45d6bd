"""How a body is treated, by its type and by what the browser asks for it for."""

from __future__ import annotations

from consentgate.consent import Judge
from consentgate.gate.message import Header
from consentgate.gate.request.fetch_metadata import IN_PAGE, Purpose

from .content_type import Kind, is_download
from .variants import vary

# What loads something only where a browser shows it by itself. The net alone does not close it everywhere.
BY_ITSELF = (Kind.XML, Kind.SEALED, Kind.PLAYLIST)


def treatment(kind: Kind, headers: list[Header], purpose: Purpose, judge: Judge) -> tuple[Kind, list[Header]]:
    """Return the kind as which a body of this `kind` is treated, and its `headers`, which tell caches where
    that depends on the `purpose` of the request."""
    if kind in (Kind.HTML, Kind.UNKNOWN):
        return kind, headers
    if kind in BY_ITSELF:
        if is_download(headers):
            return Kind.OTHER, headers
        if purpose.in_page:
            # SVG in a picture loads nothing. Shown by itself it would: it is another answer then.
            return Kind.OTHER, vary(headers, IN_PAGE)
        return (Kind.DOCUMENT if judge.passes_everything() else kind), headers
    if purpose.worker:
        # A worker has the policy that its script comes with.
        return Kind.DOCUMENT, headers
    if is_download(headers) or (kind is Kind.MEDIA and not purpose.document):
        return Kind.OTHER, headers
    return kind, headers
