"""Makes the headers of a response that is sent on, according to the kind of its body."""

from __future__ import annotations

from consentgate.gate.codings import codings_of
from consentgate.gate.csp.build import net_for
from consentgate.gate.csp.csp_headers import REPORTS, with_net
from consentgate.gate.headers.caching import VISITOR, private, vary
from consentgate.gate.log.headers import HeaderAdvice
from consentgate.gate.message import Header, without
from consentgate.gate.request.client_hints import chromium_version
from consentgate.gate.request.fetch_metadata import DESTINATION
from consentgate.gate.request.visit import Visit
from consentgate.pages import Shows

from .content_type import Kind, with_charset, without_sniffing
from .variants import Variant, is_for_everyone

OF_THE_BYTES = ("content-length", "content-md5", "digest", "content-digest", "repr-digest", "accept-ranges")
"""The headers that no longer hold for a body whose bytes change (RFC 9110, RFC 9530)."""


class Heads:
    """Makes the headers of a response on a `visit`, whose pages come in this `variant`."""

    def __init__(self, visit: Visit, variant: Variant, log: HeaderAdvice) -> None:
        self._visit = visit
        self._variant = variant
        self._log = log

    def of(self, kind: Kind, headers: list[Header], charset: str | None = None) -> list[Header]:
        """Return the headers of a response whose body counts as this `kind`. `charset` is the one in which
        HTML is read, where nothing names one."""
        match kind:
            case Kind.OTHER:
                return headers
            case Kind.UNKNOWN:
                return without_sniffing(headers)
            case Kind.MEDIA:
                return self._media(headers)
            case Kind.HTML:
                page = self._page(headers)
                return page if charset is None else with_charset(page, charset)
            case _:
                # Without insertions it is the same for everyone.
                return self._document(headers, self._variant.id(for_everyone=not self._visit.consent.is_open))

    def of_unread(self, kind: Kind, headers: list[Header]) -> list[Header]:
        """Return the headers that answer HEAD where the body would be read."""
        # Without a type only the body would tell whether it is rewritten, and so how long it is.
        return without(headers, "content-length") if kind is Kind.UNKNOWN else self.of(kind, headers)

    def not_modified(self, kind: Kind, headers: list[Header]) -> list[Header]:
        """Return the headers of a 304, which says that the browser's copy is still good (RFC 9110, section
        15.4.5)."""
        asked = self._variant.asked_about(self._visit.request.values("if-none-match"))
        if asked is not None:
            id, weak = asked
            return self._document(without(headers, *OF_THE_BYTES), id, weak=weak or bool(codings_of(headers)))
        return headers if kind is Kind.HTML else self.of(kind, headers)

    def _for_visitor(self, headers: list[Header], names: tuple[str, ...] = VISITOR) -> list[Header]:
        """Return `headers` that tell caches that the response depends on the visitor."""
        headers = vary(headers, names)
        return private(headers) if self._visit.consent.is_open else headers

    def _page(self, headers: list[Header]) -> list[Header]:
        """Return the headers of a page that is rewritten."""
        for_everyone = is_for_everyone(self._visit, headers)
        # Where a page is encoded again, its bytes depend on how the application cut it into chunks. A strong
        # ETag would promise the same bytes.
        weak = bool(codings_of(headers))
        id = self._variant.id(for_everyone=for_everyone)
        sent = self._document(without(headers, *OF_THE_BYTES), id, weak=weak)
        if for_everyone or self._variant.shows(for_everyone=False) is Shows.QUESTION:
            return sent
        # This page does not ask. Caches must not give it to visitors who are to be asked, and browsers must
        # not show the copy from a frame in a window of its own.
        return private(vary(sent, DESTINATION) if self._visit.purpose.frame else sent)

    def _document(self, headers: list[Header], id: str, *, weak: bool = False) -> list[Header]:
        """Return the headers of a document, whose validators are marked with this `id`. So a 304 cannot
        revive a copy of another variant, which came with another Content-Security-Policy."""
        return self._for_visitor(self._with_net(self._variant.mark(headers, id, weak=weak)))

    def _media(self, headers: list[Header]) -> list[Header]:
        """Return the headers of sound and film. They keep their validators, which browsers need to fetch
        parts."""
        return self._for_visitor(self._with_net(headers), (*VISITOR, *DESTINATION))

    def _with_net(self, headers: list[Header]) -> list[Header]:
        net = net_for(self._visit.judge)
        if net is not None and (net.without_access or net.without_sockets):
            self._log.policy_too_long(net)
        chromium = chromium_version(self._visit.request)
        return with_net(headers, self._visit.judge, net, self._visit.endpoint(REPORTS), chromium)
