"""Makes the gate's insertions into a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from consentgate.consent.consent_mode import answers_for_tags
from consentgate.consent.embed import Embed, SignedEmbeds
from consentgate.gate.csp.site_policy import NAME as CSP
from consentgate.gate.csp.site_policy import keeps_out, keeps_out_page, nonce_for
from consentgate.gate.log.headers import HeaderAdvice
from consentgate.gate.message import Header
from consentgate.gate.request.visit import Visit
from consentgate.html import BlockedFrame, Insertion
from consentgate.html.rewriting.insertions import FrameDocumentFor
from consentgate.html.values.refresh import refresh_url
from consentgate.pages import Pages
from consentgate.pages.frames import Means
from consentgate.policy import Claim
from consentgate.web.url import Url, resolve

from .content_type import is_download
from .guard_rules import guard_rules
from .share_links import SharedPage, address_on
from .variants import Variant, is_for_everyone

LONGEST_ADDRESS = 2 << 10
"""The longest address of a frame that a placeholder can open. Its form and a link have to hold the
address."""


class PageInsertions:
    """Makes the insertions into a page on a `visit`: head, banner and placeholders.

    `pages_in` returns the writer of these for the language that a page names, and for "" in the default
    language.
    """

    def __init__(
        self,
        visit: Visit,
        variant: Variant,
        pages_in: Callable[[str], Pages],
        embeds: SignedEmbeds,
        log: HeaderAdvice,
        *,
        debug: bool,
    ) -> None:
        self._visit = visit
        self._variant = variant
        self._pages_in = pages_in
        self._pages = pages_in("")
        self._embeds = embeds
        self._log = log
        self._debug = debug

    def placeholder(self, claim: Claim, in_link: bool, elsewhere: bool) -> bytes:
        """Return the placeholder for something that was blocked because of a `claim`. `elsewhere` says that
        the page's relative URLs lead to another host."""
        visit = self._visit
        return self._pages.placeholder(claim, in_link, visit.way_back, visit.origin if elsewhere else "")

    def share_links(self) -> SharedPage | None:
        """Return the writer of share links for the page's social buttons; None where placeholders replace
        them."""
        chosen = self._pages.policy.site.share_links
        if chosen == "placeholder":
            return None
        visit = self._visit
        return SharedPage(lambda: address_on(visit), lambda: self._pages, leaves_nothing=chosen == "none")

    def frame_document(self, headers: list[Header]) -> FrameDocumentFor | None:
        """Return the function that makes documents for the blocked frames of a page that is sent with
        `headers`; None for a download, in which they would not work."""
        if is_download(headers):
            return None
        visit, embeds = self._visit, self._embeds
        policies = _policies_in(headers)
        means = Means()
        if policies:
            means = Means(
                nonce_for(policies, "style"),
                forms=not keeps_out_page(policies, "form", visit.host),
                in_place=not keeps_out_page(policies, "frame", visit.host),
            )

        def document(frame: BlockedFrame, elsewhere: bool) -> bytes:
            claim, signed = frame.claim, ""
            if claim.service is not None and 0 < len(frame.url) <= LONGEST_ADDRESS:
                signed = embeds.sign(Embed(frame.url, claim.service, frame.attributes), visit.host)
            origin = visit.origin if elsewhere else ""
            # Looked up now, when the language of the page is known.
            frames = self._pages.frames
            html = frames.placeholder(claim, frame.url, signed, visit.way_back, means, origin)
            return html.replace(b"&", b"&amp;").replace(b'"', b"&quot;")

        return document

    def insertion(self, headers: list[Header], refreshes: Iterable[str] = ()) -> Insertion | None:
        """Return the insertion into a page that is sent with `headers`, None for a download. The visitor gets
        a link to each of the URLs in `refreshes`.

        The gate's own script and styles bear the nonces that the site's own Content-Security-Policy asks for.
        The application's elements get none.
        """
        if is_download(headers):
            return None
        visit, pages, policies = self._visit, self._pages, _policies_in(headers)
        style_nonce = nonce_for(policies, "style") if policies else ""
        for_everyone = is_for_everyone(visit, headers)
        shows = self._variant.shows(for_everyone=for_everyone)
        beside = self._variant.beside(for_everyone=for_everyone)
        if not pages.are_asked_on(visit.path):
            shows = None

        def banner(origin: str = "") -> bytes:
            if shows is None:
                return b""
            back = visit.way_back
            return self._pages.banner(back, origin, shows=shows, beside=beside, style_nonce=style_nonce)

        def banner_in(lang: str) -> bytes:
            self._pages = self._pages_in(lang)
            return banner()

        speaks_several = len(pages.policy.languages) > 1
        insertion = Insertion(
            self._head(policies, style_nonce),
            banner(),
            lambda: banner(visit.origin),
            lambda url: self._pages.onwards(url),
            banner_in if speaks_several else None,
        )
        for url in refreshes:
            insertion.replace_refresh(url)
        return insertion

    def _head(self, policies: list[Header], style_nonce: str) -> bytes:
        """Return the insertion into the head of a page with these `policies` of the site's own."""
        visit = self._visit
        answers = answers_for_tags(visit.consent, visit.page.path)
        if policies and keeps_out(policies, "style"):
            self._log.styles_kept_out()
        if answers and keeps_out(policies, "script"):
            self._log.consent_mode_kept_out()
        return self._pages.head(
            # A closed page may be shown to others later: it says nothing of the visitor it was made for.
            state=self._variant.state if visit.consent.is_open else "",
            style_nonce=style_nonce,
            script_nonce=nonce_for(policies, "script") if policies else "",
            # The answer to a form is not to be loaded again.
            before=visit.way_back if visit.is_submission else "",
            allows=visit.consent.allowed,
            consent_mode=answers,
            guard=guard_rules(visit.judge),
            stubs=sorted(visit.judge.stubs),
            frames=not (policies and keeps_out_page(policies, "frame", visit.host)),
            debug=self._debug,
        )


def _policies_in(headers: list[Header]) -> list[Header]:
    """Return the Content-Security-Policies of the site's own in `headers`, also those that only report."""
    return [header for header in headers if header[0].lower().startswith(CSP)]


def dropped_refreshes(given: list[Header], sent: list[Header], page: Url) -> list[str]:
    """List the URLs on the web in the `Refresh` headers of a `page` that were `given` and are not `sent`."""
    dropped = [value for name, value in given if name.lower() == "refresh" and (name, value) not in sent]
    urls = filter(None, map(refresh_url, dropped))
    return [url for url in urls if resolve(url, page).is_on_the_web]
