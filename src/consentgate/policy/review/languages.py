"""Languages of the site that there are no texts in, or a draft only."""

from __future__ import annotations

from collections.abc import Iterator

from consentgate.policy.findings import PolicyFinding, PolicyParts
from consentgate.policy.messages import did_you_mean, listed, shown
from consentgate.texts import has_texts, languages, texts


def languages_without_texts(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each language whose readers get another language, or unread texts."""
    for tag in policy.site.languages:
        if not has_texts(tag):
            known = sorted(languages())
            yield _finding(
                f"there are no texts in {shown(tag)} yet, so that its readers get another language",
                f"There are texts in {listed(known)}{did_you_mean(tag, known)}",
            )
        elif texts(tag).draft:
            yield _finding(
                f"what ships for {shown(tag)} is a draft",
                "Have it read by a speaker, and correct it under [texts]",
            )


def _finding(what: str, to_do: str) -> PolicyFinding:
    return PolicyFinding("warning", "[site]", "languages", what, to_do)
