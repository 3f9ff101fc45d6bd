"""Writes as elements of a head what the gate says in headers, for pages whose server says nothing."""

from __future__ import annotations

from markupsafe import escape

from consentgate.gate.csp.build import Net
from consentgate.policy import Policy


def net_in_head(policy: Policy, net: Net | None) -> bytes:
    """Return the elements at the beginning of a head that keep the page's scripts and style sheets from
    contacting hosts that the `net` does not name (CSP 3, section 3.3). b"" where the `policy` wants no
    Content-Security-Policy."""
    if net is None or policy.site.csp == "off":
        return b""
    return (
        _meta("Content-Security-Policy", net.csp)
        # Chromium looks up the hosts of links ahead, unless it is told not to.
        + _meta("x-dns-prefetch-control", "off")
    )


def charset_in_head(charset: str) -> bytes:
    """Return the element that names the `charset` of a page."""
    return f'<meta charset="{escape(charset)}">'.encode("ascii")


def style_sheet_in_head(url: str) -> bytes:
    """Return the element that loads a style sheet."""
    return f'<link rel="stylesheet" href="{escape(url)}">'.encode("ascii")


def _meta(name: str, content: str) -> bytes:
    return f'<meta http-equiv="{name}" content="{_attribute(content)}">'.encode("ascii", "xmlcharrefreplace")


def _attribute(value: str) -> str:
    # An apostrophe is plain between double quotes, and a policy is full of them.
    return str(escape(value)).replace("&#39;", "'")
