"""Makes the bodies that are read, HTML with a rewriter and XML with its checker, and logs what these find."""

from __future__ import annotations

from collections.abc import Iterable

from consentgate.gate.codings import codings_of
from consentgate.gate.log.advice import Advice
from consentgate.gate.message import Header
from consentgate.gate.request.visit import Visit
from consentgate.html import BlockedMarkup, Insertion, Limit, Records, Rewriter
from consentgate.html.tokenizer.encoding import Encoding
from consentgate.policy import Claim
from consentgate.xml.document import XmlDocument

from .blocked_comment import BlockedComment
from .body import Body, HtmlBody, RecodedBody, SniffedBody, XmlBody
from .content_type import Kind
from .page_insertions import PageInsertions
from .treatment import Treatment


class Reader:
    """Makes the bodies that are read on a `visit`. With `only_observes` nothing is inserted. With `debug` a
    page ends with a comment that lists what was blocked in it."""

    def __init__(
        self,
        visit: Visit,
        insertions: PageInsertions,
        log: Advice,
        *,
        only_observes: bool = False,
        debug: bool = False,
    ) -> None:
        self._visit = visit
        self._insertions = insertions
        self._log = log
        self._only_observes = only_observes
        self._debug = BlockedComment(visit) if debug else None

    def body(self, treated: Treatment, headers: list[Header], refreshes: Iterable[str] = ()) -> Body:
        """Return the body of the response that is `treated` so and sent with `headers`. The visitor gets a
        link to each of the URLs in `refreshes`."""
        kind, label, codings = treated.kind, treated.label, codings_of(headers)
        if kind is Kind.XML:
            document = XmlDocument(self._visit.judge, self._visit.page, label, self._note_blocked)
            return XmlBody(document, codings)

        def make_rewriter(encoding: Encoding) -> Rewriter:
            made = None if self._only_observes else self._insertions.insertion(headers, refreshes)
            return self._rewriter(encoding, made, headers)

        html = HtmlBody(make_rewriter, label, self._debug.text if self._debug else None)
        body: Body = RecodedBody(html, codings) if codings else html
        return SniffedBody(body, codings) if kind is Kind.UNKNOWN else body

    def _rewriter(self, encoding: Encoding, insertion: Insertion | None, headers: list[Header]) -> Rewriter:
        return Rewriter(
            self._visit.judge,
            self._visit.page,
            charset=encoding.codec if encoding.is_ascii_compatible else "utf-8",
            placeholder=self._insertions.placeholder,
            insertion=insertion,
            frame_document=None if self._only_observes else self._insertions.frame_document(headers),
            share_links=None if self._only_observes else self._insertions.share_links(),
            observe=self._observe,
        )

    # -- what the rewriter finds, for the log ----------------------------------------------------------------

    def _observe(self, records: Records) -> None:
        for blocked in records.blocked:
            if not blocked.goes_on:
                self._note_markup(blocked)
        for limit, offset in records.limits:
            self._note_limit(limit, offset)

    def _note_markup(self, blocked: BlockedMarkup) -> None:
        claim, url, kind = blocked.violation
        if self._debug is not None:
            self._debug.add(claim, url, kind, blocked.place)
        self._note_blocked(claim, url, kind)
        if kind == "inline script":
            self._log.declarations.inline_script_blocked(claim, self._visit.page.path, blocked)

    def _note_blocked(self, claim: Claim, url: str, kind: str = "") -> None:
        self._log.declarations.url_blocked(url, self._visit.page, claim, kind)

    def _note_limit(self, limit: Limit, offset: int) -> None:
        if self._only_observes:
            self._log.limits.would_be_reached(limit)
        else:
            self._log.limits.reached(limit, self._visit.page.path, offset)
