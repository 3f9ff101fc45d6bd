"""The gate: built once from a policy and a secret, shared by every request."""

from __future__ import annotations

import copy
import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import msgspec

from consentgate.catalogue import catalogue
from consentgate.consent import Consent, ConsentCookie, Judge
from consentgate.html import Blocked, ReachedLimit, Record
from consentgate.html.rewriting.document import rewrite_document
from consentgate.pages import Pages
from consentgate.policy import Claim, Cookie, Policy
from consentgate.texts import has_texts, languages
from consentgate.web.host import parse_host
from consentgate.web.url import Url, resolve

from .arguments import check_insecure, check_policy, check_trusted_proxies, keys_of
from .cookies.filter import SetByApplication
from .endpoints.csp_reports import Allowance
from .exchange import Exchange
from .log.advice import Notices
from .log.findings import Finding
from .message import Request
from .report_only import ReportOnlyExchange
from .response.variants import Variant

_log = logging.getLogger("consentgate")

_MOST_ROOTS = 64
_LEAST_KEY = 16


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What `Gate.rewrite` gives: the page's bytes, and what was blocked in it, in order."""

    html: bytes
    blocked: list[Blocked]


class Gate:
    """Enforces a policy. Immutable; threads and tasks share one.

    `secret_key` signs the consent cookies: a key, or several from the oldest to the newest, of which the
    last one signs. `insecure` is for development over plain HTTP: the cookie is then called `consent` and
    lacks `Secure`. `trusted_proxies` is how many proxies in front set `X-Forwarded-Host`.

    Raises TypeError where an argument is of the wrong type, ValueError where a key is missing or empty or the
    number of proxies is negative, and warns where a key is short.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        secret_key: str | bytes | Sequence[str | bytes],
        insecure: bool = False,
        trusted_proxies: int = 0,
    ) -> None:
        check_policy(policy)
        keys = keys_of(secret_key)
        check_insecure(insecure)
        check_trusted_proxies(trusted_proxies)
        if any(map(is_short, keys)):
            _log.warning(
                "secret_key: shorter than %d characters; who guesses it can forge consent, so make it long "
                "and random",
                _LEAST_KEY,
            )
        if not has_texts(policy.site.languages[0]):
            _log.warning(
                "languages in [site]: visitors read English, since there are no texts in %r yet; there are "
                "texts in: %s",
                policy.site.languages[0],
                ", ".join(sorted(languages())),
            )
        self.insecure = insecure
        self.trusted_proxies = trusted_proxies
        self.cookie = ConsentCookie(keys, insecure=insecure)
        self.notices = Notices(policy)
        self.reports = Allowance()
        self.set_by_application = SetByApplication()
        # Now, since an event loop must not wait for a disk.
        catalogue().read_all()
        self._enforce(policy)

    def _enforce(self, policy: Policy) -> None:
        self.policy = policy
        self.fingerprint = _fingerprint(policy)
        # What all visitors share who have granted nothing.
        self.undecided = Consent(policy)
        self.closed = Variant(self.undecided, self.fingerprint)
        self._pages: dict[str, Pages] = {}

    def exempting(self, *cookies: Cookie) -> Gate:
        """This gate, with `cookies` that its policy does not name exempt too: how an integration adds those
        of its framework. Those that the policy files elsewhere stay there, which the log says."""
        for cookie, category in self.policy.misfiled(*cookies):
            self.notices.misfiled(cookie, category)
        policy = self.policy.with_exempt(*cookies)
        if policy is self.policy:
            return self
        gate = copy.copy(self)
        gate._enforce(policy)
        return gate

    def exchange(self, request: Request) -> Exchange:
        """The exchange for one request."""
        kind = ReportOnlyExchange if self.policy.site.report_only else Exchange
        return kind(self, request)

    @property
    def takes_reports(self) -> bool:
        """True when browsers are asked to report what would be blocked."""
        site = self.policy.site
        return site.csp == "report-only" or (site.report_only and site.csp == "on")

    @property
    def findings(self) -> list[Finding]:
        """What would have been blocked since this process began, the most frequent first, where the policy
        says `report_only` or has the Content-Security-Policy only report."""
        return self.notices.findings.all()

    def rewrite(
        self, html: bytes, *, url: str, grants: Iterable[str] = (), charset: str | None = None
    ) -> Rewritten:
        """The page `html` as it would be with consent to `grants` (ids of categories and services), and
        what was blocked in it. Blocked embeds leave a placeholder; nothing is inserted.

        `url` is where the page is, and `charset` what its Content-Type says, if anything. Raises ValueError
        for an unknown id or a URL that is not http or https, and Unreadable for bytes that are not in the
        page's encoding.
        """
        page = _page_url(url)
        judge = Judge(Consent.of_ids(self.policy, grants), page.host, page.path)
        pages, origin = self.pages(""), f"//{page.host}"

        def placeholder(claim: Claim, in_link: bool, elsewhere: bool) -> bytes:
            return pages.placeholder(claim, in_link, page.path, origin if elsewhere else "")

        def observe(records: Iterable[Record]) -> None:
            for record in records:
                if isinstance(record, ReachedLimit):
                    self.notices.limit(record.limit, page.path, record.offset)

        return Rewritten(*rewrite_document(html, judge, page, charset, placeholder, observe))

    def pages(self, root: str) -> Pages:
        """What visitors see of the gate where the application is mounted at `root`."""
        pages = self._pages.get(root)
        if pages is None:
            pages = Pages(self.policy, root, cookie=self.cookie.name)
            # A server names few roots; should one let visitors make them up, they must not fill the memory.
            if len(self._pages) < _MOST_ROOTS:
                self._pages[root] = pages
        return pages


def is_short(secret_key: str | bytes) -> bool:
    """True for a key that could be guessed."""
    return len(secret_key) < _LEAST_KEY


def _page_url(url: str) -> Url:
    page = resolve(url, Url("https", "", "/"))
    if page.scheme not in ("http", "https") or not page.host or parse_host(page.host) != page.host:
        raise ValueError(f"url: expected where the page is, like https://example.org/news, not {url!r}")
    return page


def _fingerprint(policy: Policy) -> bytes:
    parts = msgspec.json.encode((policy.site, policy.categories, policy.cookies, policy.services))
    return hashlib.sha256(version("consentgate").encode() + parts).digest()
