"""What vendors' tags are told of a visitor's consent (consent mode)."""

from __future__ import annotations

from collections.abc import Iterable

from consentgate.policy import Claim

from .consent import Consent

Answers = dict[str, str]
"""For each type of consent, by the vendor's name for it, "granted" or "denied"."""


def answers_for_tags(consent: Consent, page: str) -> dict[str, Answers]:
    """Return what the tags of each vendor are told on a `page` (a path of the site). A vendor is left out
    while none of its services may load."""

    def covers_any(claims: Iterable[Claim]) -> bool:
        return any(consent.covers(claim, page) for claim in claims)

    return {
        told.vendor: {
            type: "granted" if covers_any(claims) else "denied" for type, claims in told.types.items()
        }
        for told in consent.policy.told_vendors
        if covers_any(told.on_tags)
    }
