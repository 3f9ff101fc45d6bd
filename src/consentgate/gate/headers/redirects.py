"""Judges where a redirect would lead the browser."""

from __future__ import annotations

from consentgate.consent import Judge
from consentgate.gate.message import Header, header_values
from consentgate.policy import Claim
from consentgate.web.url import Url, resolve

BlockedUrl = tuple[str, Claim]
"""A URL that the visitor may not be led to, and the claim on it that was not covered."""


def leads_astray(headers: list[Header], judge: Judge, base: Url) -> list[BlockedUrl]:
    """List the URLs that the `headers` of a redirect lead to and `judge` does not allow."""
    found = ((url, blocked_claim(url, judge, base)) for url in header_values(headers, "location"))
    return [(url, claim) for url, claim in found if claim is not None]


def blocked_claim(url: str, judge: Judge, base: Url) -> Claim | None:
    """Return the claim on a `url` of the page `base` that was not covered; None where it may pass."""
    target = resolve(url, base)
    return judge.url(target.host, target.path) if target.host else None
