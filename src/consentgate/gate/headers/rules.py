"""The table of headers that make a browser load, remember, report or send something. Extend it when there is
a new one.

A row has the function of `readers` that judges the header, and the standard that defines the header.
`Set-Cookie` is judged in `cookies/filter.py`. Headers without a row pass as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from . import readers as read
from .readers import Reader

_COOP = "WHATWG HTML, cross-origin opener policies"
_COEP = "WHATWG HTML, cross-origin embedder policies"
_CSP = "Content Security Policy 3, reporting directives"
_DOCUMENT_POLICY = "WICG Document Policy"
_INTEGRITY = "Subresource Integrity, Integrity-Policy"
_PERMISSIONS = "Permissions Policy; Client Hints Infrastructure"
_SHARED_STORAGE = "Shared Storage API"
_SESSIONS = "Device Bound Session Credentials"


class Rule(NamedTuple):
    """The function that judges a header, and the standard that defines the header. With `for_everyone` the
    verdict does not depend on what the visitor consented to."""

    read: Reader
    source: str
    for_everyone: bool = False


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # Loads, and leads to other pages.
        "link": Rule(read.links, "RFC 8288; RFC 8297", for_everyone=True),
        "refresh": Rule(read.refresh, "WHATWG HTML, shared declarative refresh steps"),
        "sourcemap": Rule(read.url, "ECMA-426, source maps by HTTP header"),
        "x-sourcemap": Rule(read.url, "ECMA-426, the older name"),
        # The rules are in a file that may tell the browser to load any link of the page.
        "speculation-rules": Rule(read.undeclared, "WHATWG HTML, the Speculation-Rules header"),
        "alt-svc": Rule(read.alternatives, "RFC 7838, 3", for_everyone=True),
        # Reports, with the visitor's address and what was on the page.
        "reporting-endpoints": Rule(read.reporting_endpoints, "Reporting API"),
        "report-to": Rule(read.report_to, "Reporting API, working draft of 2018"),
        "nel": Rule(read.network_errors, "Network Error Logging"),
        "content-security-policy": Rule(read.csp, _CSP),
        "content-security-policy-report-only": Rule(read.csp, _CSP),
        "cross-origin-opener-policy": Rule(read.report_parameter, _COOP),
        "cross-origin-opener-policy-report-only": Rule(read.report_parameter, _COOP),
        "cross-origin-embedder-policy": Rule(read.report_parameter, _COEP),
        "cross-origin-embedder-policy-report-only": Rule(read.report_parameter, _COEP),
        "document-policy": Rule(read.report_parameter, _DOCUMENT_POLICY),
        "document-policy-report-only": Rule(read.report_parameter, _DOCUMENT_POLICY),
        "require-document-policy": Rule(read.report_parameter, _DOCUMENT_POLICY),
        "connection-allowlist": Rule(read.report_parameter, "WICG Connection Allowlists"),
        "connection-allowlist-report-only": Rule(read.report_parameter, "WICG Connection Allowlists"),
        "integrity-policy": Rule(read.integrity, _INTEGRITY),
        "integrity-policy-report-only": Rule(read.integrity, _INTEGRITY),
        "expect-ct": Rule(read.urls_in_text, "RFC 9163, 2.1.1"),
        # Says who may use what, and what browsers send.
        "permissions-policy": Rule(read.permissions, _PERMISSIONS),
        "permissions-policy-report-only": Rule(read.permissions, _PERMISSIONS),
        "accept-ch": Rule(read.hints, "RFC 8942, 3.1"),
        "critical-ch": Rule(read.critical_hints, "Client Hint Reliability"),
        # Stays in the browser.
        "use-as-dictionary": Rule(read.undeclared, "RFC 9842, 2.1"),
        "service-worker-allowed": Rule(read.service_worker, "Service Workers"),
        "set-login": Rule(read.undeclared, "FedCM, Login Status API"),
        "activate-storage-access": Rule(read.undeclared, "Storage Access Headers"),
        "secure-session-registration": Rule(read.login, _SESSIONS),
        "secure-session-challenge": Rule(read.login, _SESSIONS),
        "sec-session-registration": Rule(read.login, f"{_SESSIONS}, older names"),
        "sec-session-challenge": Rule(read.login, f"{_SESSIONS}, older names"),
        # Advertising.
        "observe-browsing-topics": Rule(read.undeclared, "Topics API"),
        "shared-storage-write": Rule(read.undeclared, _SHARED_STORAGE),
        "shared-storage-cross-origin-worklet-allowed": Rule(read.undeclared, _SHARED_STORAGE),
        "sec-private-state-token": Rule(read.undeclared, "Private State Token API"),
        "x-allow-fledge": Rule(read.undeclared, "Protected Audience, older names"),
    }
)
"""The rules by the header's lowercase name."""

PREFIXES: Mapping[str, Rule] = MappingProxyType(
    {
        "ad-auction-": Rule(read.undeclared, "Protected Audience"),
        "attribution-reporting-": Rule(read.undeclared, "Attribution Reporting"),
        "sec-private-state-token-": Rule(read.undeclared, "Private State Token API"),
    }
)
"""The rules by how the lowercase name begins."""

_BEGINNINGS = tuple(PREFIXES)


def rule_for(name: str) -> Rule | None:
    """Return the rule about a header, by its lowercase name."""
    rule = RULES.get(name)
    if rule is None and name.startswith(_BEGINNINGS):
        rule = next(rule for beginning, rule in PREFIXES.items() if name.startswith(beginning))
    return rule
