"""The links to a page of the gate's own in the policy's other languages."""

from __future__ import annotations

from dataclasses import dataclass

from consentgate.policy import Policy
from consentgate.texts import Language, texts


@dataclass(frozen=True)
class LanguageLink:
    """A `language` to offer, and what the address of the page in it says as `lang`: "" for the default."""

    language: Language
    lang: str


def other_languages(policy: Policy, language: str) -> list[LanguageLink]:
    """List the policy's languages but for the one that the page is in."""
    default = policy.languages[0]
    return [
        LanguageLink(texts(other).cldr, "" if other == default else other)
        for other in policy.languages
        if other != language
    ]
