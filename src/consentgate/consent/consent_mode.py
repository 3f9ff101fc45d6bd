"""Consent mode: what vendors' tags are told of a visitor's consent."""

from __future__ import annotations

from consentgate.policy import Claim

from .consent import Consent

Answers = dict[str, str]
"""For each type of consent, by the vendor's name for it, "granted" or "denied"."""


def answers_for_tags(consent: Consent, page: str) -> dict[str, Answers]:
    """Return what the tags of each vendor are told on a `page` (a path of the site).

    Without any consent only necessary tags are told, since no others load. With consent to anything all are,
    since a container of the site's own may load a tag that nobody named.
    """

    def answer(claims: tuple[Claim, ...]) -> str:
        is_granted = claims and all(consent.covers(claim, page) for claim in claims)
        return "granted" if is_granted else "denied"

    return {
        told.vendor: {kind: answer(claims) for kind, claims in told.types.items()}
        for told in consent.policy.told_vendors
        if consent.is_given or any(consent.covers(claim, page) for claim in told.claims)
    }
