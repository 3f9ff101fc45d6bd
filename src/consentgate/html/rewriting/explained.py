"""Explains a whole document: everything that is judged in it, blocked or not, and why it passes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from consentgate.consent import Consent, Judge
from consentgate.consent.witness import Passing, Witness
from consentgate.html.rules.blocked import Blocked
from consentgate.html.tokenizer.element_sets import RAW_TEXT_ELEMENTS
from consentgate.html.tokenizer.encoding import sniff_encoding
from consentgate.html.tokenizer.grammar import START_TAG
from consentgate.policy import Claim
from consentgate.web.url import Url

from .document import rewrite_document
from .records import Records

_MOST_NESTED = 8


class Explained(NamedTuple):
    """Markup that could load, store or contact something.

    `markup` is a record like those of `Gate.rewrite`, also where the markup `passes`. `why` says why it
    passes, and is "" where it is blocked. `claim` is the one that was not covered, None where it passes.
    """

    markup: Blocked
    passes: bool
    why: str = ""
    claim: Claim | None = None


def explain_document(html: bytes, consent: Consent, url: Url, charset: str | None = None) -> list[Explained]:
    """Return everything that is judged in the document `html`, found at `url`, in the document's order.

    `consent` is the visitor's, and `charset` the label in the document's Content-Type, if any. Raises
    Unreadable when the bytes are not in the document's encoding.
    """
    claims: list[Claim] = []
    judge = Judge(consent, url.host, url.path)
    _, blocked = rewrite_document(html, judge, url, charset, observe=partial(_collect_claims, claims))
    explained = [
        Explained(one, passes=False, claim=claim) for one, claim in zip(blocked, claims, strict=True)
    ]
    removed = [(one.start, one.end) for one in blocked]
    for one in _passing(html, Witness(consent, url.host, url.path), url, charset):
        start, end = one.markup.start, one.markup.end
        if not any(first <= start and end <= last for first, last in removed):
            explained.append(one)
    return sorted(explained, key=lambda one: (one.markup.start, -one.markup.end))


def _collect_claims(claims: list[Claim], records: Records) -> None:
    """Add the claims on blocked markup to `claims`, one for each public record and in their order."""
    claims.extend(one.violation.claim for one in records.blocked if not one.goes_on)


def _passing(
    html: bytes, witness: Witness, url: Url, charset: str | None, nested: int = 0
) -> Iterator[Explained]:
    """Yield what passes in `html`. The `witness` removes an element together with its contents, so these are
    explained by themselves."""
    claims: list[Claim] = []
    _, judged = rewrite_document(html, witness, url, charset, observe=partial(_collect_claims, claims))
    encoding = sniff_encoding(html, charset, complete=True)
    for markup, claim in zip(judged, claims, strict=True):
        if not isinstance(claim, Passing):
            continue
        yield Explained(markup, passes=True, why=claim.why)
        tag = START_TAG.match(html, markup.start, markup.end)
        if tag is None or tag["name"].lower() in RAW_TEXT_ELEMENTS or nested == _MOST_NESTED:
            continue
        contents = html[tag.end() : markup.end]
        if encoding is not None and encoding.is_ascii_compatible:
            for one in _passing(contents, witness, url, encoding.name, nested + 1):
                start, end = one.markup.start + tag.end(), one.markup.end + tag.end()
                yield one._replace(markup=one.markup._replace(start=start, end=end))
