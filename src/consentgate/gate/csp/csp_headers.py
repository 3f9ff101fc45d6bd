"""Adds the headers of the net to a page: those by which browsers enforce what they may contact.

Nothing here loosens what the application sent. Each header stays one line, since some gateways keep only one
of several with the same name.
"""

from __future__ import annotations

import re
from functools import cache

from consentgate.consent import Judge
from consentgate.gate.message import Header, header_values, without
from consentgate.web.structured_fields import members, words

from .build import Net
from .site_policy import NAME as CSP

# The features behind browsers' interfaces for advertising.
_ADVERTISING = ("browsing-topics", "private-state-token-issuance", "private-state-token-redemption")
# Browsers of a year ago still have these features, and only this policy closes them. Newer browsers no longer
# know the names, and warn of them in the console of every page.
_RETIRED = ("attribution-reporting", "join-ad-interest-group", "run-ad-auction", "shared-storage")
_RETIRED_SINCE = 156
"""The first version of Chromium that was found without them."""
# A member of a structured dictionary (RFC 9651) with a list of origins, and whatever parameters.
_WORD = r"(?:\*|[A-Za-z][\w.:/*-]*+|\"(?:[^\"\\]++|\\.)*+\")"
_PERMISSION = re.compile(
    rf"[\t ]*[a-z*][a-z0-9_.*-]*+(?:=(?:{_WORD}|\?[01]|\([\t ]*(?:{_WORD}[\t ]*)*+\)))?"
    r"[\t ]*(?:;(?:[^,\"]++|\"[^\"]*+\")*+)?"
)
# The first list of a Connection-Allowlist: a token and patterns of URLs (RFC 9651, section 3.1.1).
_STRING = r'"(?:[^"\\]|\\.)*+"'
_ITEM = re.compile(rf"response-origin|{_STRING}")
_PARAMETERS = rf"(?:[ ]*;[ ]*[a-z*][a-z0-9_.*-]*+(?:=(?:{_STRING}|[A-Za-z0-9*?][^\s,;()\"]*+))?)*+"
_ITEMS = rf"(?:(?:{_ITEM.pattern})(?:[ ]++|(?=\))))*+"
_LIST = re.compile(rf"[ \t]*\([ ]*(?P<items>{_ITEMS})\)(?P<parameters>{_PARAMETERS})[ \t]*(?:,.*)?", re.S)

REPORTS = "reports"
"""The gate's own endpoint to which browsers report what a policy that only reports would have blocked."""

REFERRER_POLICY = "strict-origin-when-cross-origin"
"""The default of browsers: other sites learn the host, and not the page. A stricter policy would break forms,
which with `no-referrer` come with `Origin: null`."""

# Referrer Policy, section 3. Of several the last that is known counts.
_REFERRER_POLICIES = frozenset(
    (
        *("no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin"),
        *("origin-when-cross-origin", REFERRER_POLICY, "unsafe-url"),
    )
)
_TELLS_ALL = ("unsafe-url", "no-referrer-when-downgrade")


def with_net(
    headers: list[Header], judge: Judge, net: Net | None, reports: str = "", chromium: int = 0
) -> list[Header]:
    """Return a page's `headers` with those of the `net`, which keeps the browser from contacting others than
    `judge` allows. It is None where any host may be contacted.

    `reports` is the path to which a Content-Security-Policy that only reports sends its reports. `chromium`
    is the version of a browser that is made from Chromium, 0 where that is not known.
    """
    if net is None:
        return headers
    site = judge.policy.site
    if site.csp == "on":
        headers = joined(headers, CSP, net.csp)
    elif site.csp == "report-only":
        headers = joined(headers, f"{CSP}-report-only", reporting(net.csp, reports))
    if site.connection_allowlist != "off":
        headers = with_connections(headers, net, only_reports=site.connection_allowlist == "report-only")
    denied = _denied_features(is_open=judge.consent.is_given, has_retired=chromium < _RETIRED_SINCE)
    headers = _with_permissions(headers, denied)
    headers = [*without(headers, "x-dns-prefetch-control"), ("X-DNS-Prefetch-Control", "off")]
    return _with_referrer_policy(headers)


def with_connections(headers: list[Header], net: Net, *, only_reports: bool) -> list[Header]:
    """Return `headers` with the net's Connection-Allowlist. Browsers read the first list only, so where the
    site sends one, its items stay as far as the net allows them."""
    name = "connection-allowlist-report-only" if only_reports else "connection-allowlist"
    given = [value for value in header_values(headers, name) if value.strip()]
    if not given:
        return [*without(headers, name), (name.title(), net.connections)]
    own = _LIST.fullmatch(", ".join(given))
    if own is None:
        # In a list that is not well-formed browsers find no item, and let nobody be contacted.
        return headers
    items = [item for item in _ITEM.findall(own["items"]) if item in net.connections]
    return [*without(headers, name), (name.title(), f"({' '.join(items)}){own['parameters']}")]


def reporting(policy: str, reports: str) -> str:
    """Return the `policy` with a directive that sends reports to the path `reports`."""
    return f"{policy}; report-uri {reports}"


def joined(headers: list[Header], name: str, value: str) -> list[Header]:
    """Return `headers` with `value` as one more member of the list in the headers called `name` (RFC 9110,
    section 5.3; CSP 3, "parse a serialized CSP list")."""
    result = [*headers]
    given = [index for index, (key, _) in enumerate(headers) if key.lower() == name]
    if not given:
        return [*result, (name.title(), value)]
    members = [headers[index][1] for index in given if headers[index][1].strip()]
    result[given[0]] = (headers[given[0]][0], ", ".join((*members, value)))
    rest = frozenset(given[1:])
    return [header for index, header in enumerate(result) if index not in rest]


@cache
def _denied_features(*, is_open: bool, has_retired: bool) -> str:
    # A frame that was granted may need storage.
    denied = (*_ADVERTISING, *(_RETIRED if has_retired else ()), *(() if is_open else ("storage-access",)))
    return ", ".join(f"{feature}=()" for feature in denied)


def _with_permissions(headers: list[Header], denied: str) -> list[Header]:
    given = header_values(headers, "permissions-policy")
    if not all(_PERMISSION.fullmatch(member) for value in given for member in members(value)):
        # Browsers ignore a list that is not well-formed, and would ignore ours with it.
        headers = without(headers, "permissions-policy")
    # Of two values for one feature the later counts, and none is stricter than ours.
    return joined(headers, "permissions-policy", denied)


def _with_referrer_policy(headers: list[Header]) -> list[Header]:
    given = [word.lower() for word in words(header_values(headers, "referrer-policy"))]
    known = [word for word in given if word in _REFERRER_POLICIES]
    if known and known[-1] not in _TELLS_ALL:
        return headers
    return [*without(headers, "referrer-policy"), ("Referrer-Policy", REFERRER_POLICY)]
