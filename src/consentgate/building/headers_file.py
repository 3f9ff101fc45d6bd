"""The file in which Netlify and Cloudflare Pages look for headers."""

from __future__ import annotations

import re

from consentgate.gate.csp.csp_headers import with_net

from .site import BuiltSite

HEADERS_FILE = "_headers"

_BEGIN, _END = b"# consentgate: begin", b"# consentgate: end"
_OURS = re.compile(rb"(?s)" + _BEGIN + rb"\n.*?" + _END + rb"\n")


def with_headers(own: bytes, site: BuiltSite) -> bytes:
    """Return the site's `own` headers file (b"" for none) with the headers of its net, for every file. Both
    services join headers of one name with commas, and policies intersect.

    What is necessary on some pages only passes here on all pages. The policies in the pages are narrower.
    """
    judge = site.widest_judge()
    headers = with_net([], judge, site.net(judge))
    if not headers:
        return own
    lines = (f"  {name}: {value}".encode("ascii") for name, value in headers)
    gap = b"" if not own or own.endswith(b"\n") else b"\n"
    return own + gap + b"\n".join((_BEGIN, b"/*", *lines, _END, b""))


def without_headers(content: bytes) -> bytes:
    """Return the `content` of a headers file without the headers that an earlier build added."""
    return _OURS.sub(b"", content)
