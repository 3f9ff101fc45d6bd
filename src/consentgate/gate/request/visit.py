"""A request, and what is known of the visitor who makes it."""

from __future__ import annotations

import msgspec

from consentgate.consent import Consent, Judge, signals_in
from consentgate.consent.signals import SIGNALS
from consentgate.gate.message import Request
from consentgate.policy import Policy
from consentgate.web.url import Url

from .fetch_metadata import Purpose
from .origin import asks_for_partial, link_to, page_around, page_before


class Visit(msgspec.Struct, frozen=True):
    """A `request` for the host and port `authority`, of a visitor with this `consent`.

    `judge` decides for this visitor, and `everyone` for visitors who have consented to nothing. Where this
    visitor is one of them, both are the same. `path` is the request's path in its canonical spelling, below
    the application's root. `page` is the whole URL.
    """

    request: Request
    authority: str
    purpose: Purpose
    consent: Consent
    judge: Judge
    everyone: Judge
    path: str
    page: Url

    @property
    def host(self) -> str:
        """The host that was asked."""
        return self.page.host

    @property
    def signals(self) -> frozenset[str]:
        """The signals that the visitor's browser sends and the policy heeds."""
        return signals_of(self.request, self.judge.policy)

    def endpoint(self, name: str) -> str:
        """Return the path of the gate's own endpoint `name`."""
        return f"{self.request.root}{self.judge.policy.site.prefix}{name}"

    @property
    def origin(self) -> str:
        """The beginning of a link that leads to this host even in a page whose <base> leads elsewhere."""
        return link_to(self.authority)

    @property
    def is_submission(self) -> bool:
        """True for the sending of a form, and for any other request that must not be repeated unasked."""
        return self.request.method not in ("GET", "HEAD")

    @property
    def is_partial(self) -> bool:
        """True for a part of a page, which a script inserts into the page."""
        return asks_for_partial(self.request)

    @property
    def way_back(self) -> str:
        """The page to return to after a decision, as a path and query. For a partial it is the page that
        shows the partial, and for the answer to a form the page with the form, which can be loaded again."""
        request = self.request
        if self.is_partial and (page := page_around(request, self.host)):
            return page
        if self.is_submission and (form := page_before(request, self.host)):
            return form
        query = f"?{request.query}" if request.query else ""
        return f"{request.root}{request.path}{query}"


def signals_of(request: Request, policy: Policy) -> frozenset[str]:
    """Return the signals in a `request` that the `policy` heeds."""
    return signals_in(request.named(SIGNALS), dnt=policy.site.dnt)
