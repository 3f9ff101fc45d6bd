"""What a site's own style sheets and scripts would have browsers load."""

from __future__ import annotations

from collections.abc import Iterator

from consentgate.audit.observations import SeenRequest, SeenService
from consentgate.html.values.css import css_urls
from consentgate.policy import Policy

from .address import Address, address

_UTF_8_MARK = b"\xef\xbb\xbf"
MOST = 500
"""The most URLs that are read in one file."""


def loaded_by_style_sheet(sheet: bytes, at: Address) -> Iterator[SeenRequest]:
    """Yield what the style sheet `at` this address loads: other sheets that it imports, fonts and pictures.

    It is read as ASCII, which is all that a URL on the web needs.
    """
    for count, found in enumerate(css_urls(sheet.removeprefix(_UTF_8_MARK))):
        if count == MOST:
            return
        target = address(found.url.decode("utf-8", "replace"), at)
        if target is not None:
            kind = "stylesheet" if found.imported else "style"
            yield SeenRequest(str(target), kind, str(at), str(at))


def known_in_script(
    script: bytes, at: Address, policy: Policy
) -> tuple[list[SeenRequest], list[SeenService]]:
    """Return what the script `at` this address plainly loads, and the services whose code is in it.

    That is what the catalogue's signatures tell. What it does as it runs, only a browser sees.
    """
    found = policy.claims.by_inline(script)
    where = str(at)
    addresses = [f"{at.scheme}://{one.host}{one.path}" for one in found.addresses[:MOST]]
    ids = [claims[0].service for claims in found.groups]
    return (
        [SeenRequest(url, "script", where, where) for url in addresses],
        [SeenService(id, "script", where, where) for id in ids if id],
    )
