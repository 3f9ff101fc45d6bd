"""The gate: built once from a policy and a secret, shared by every request."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consentgate.catalogue import catalogue
from consentgate.consent import Consent, ConsentCookie, Judge
from consentgate.consent.choice_validity import Validity
from consentgate.consent.embed import SignedEmbeds
from consentgate.html import Blocked, Records
from consentgate.html.rewriting.document import rewrite_document
from consentgate.pages import check_templates
from consentgate.policy import Claim, Cookie, Policy
from consentgate.web.host import parse_host
from consentgate.web.url import Url, resolve

from .arguments import check_policy, check_switch, check_trusted_proxies, keys_of
from .enforcement import Enforcement
from .enforcing_exchange import EnforcingExchange
from .exchange import Exchange
from .log.advice import Advice
from .log.findings import Finding
from .message import Request
from .report_only_exchange import ReportOnlyExchange

_log = logging.getLogger("consentgate")

_LEAST_KEY = 16


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What `Gate.rewrite` returns: the page's bytes, and what was blocked in it, in order."""

    html: bytes
    blocked: list[Blocked]


class Gate:
    """Enforces a policy. Immutable; threads and tasks share one.

    `secret_key` signs the consent cookies: a key, or several from the oldest to the newest, of which the
    last one signs. `insecure` is for development over plain HTTP: the cookie is then called `consent` and
    lacks `Secure`. With `debug`, for development too, pages show what was blocked in them.
    `trusted_proxies` is how many proxies in front set `X-Forwarded-Host`.

    Raises PolicyError where the policy names templates that cannot be used, TypeError where an argument is of
    the wrong type, ValueError where a key is missing or empty or the number of proxies is negative, and warns
    where a key is short.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        secret_key: str | bytes | Sequence[str | bytes],
        insecure: bool = False,
        debug: bool = False,
        trusted_proxies: int = 0,
    ) -> None:
        check_policy(policy)
        check_templates(policy)
        keys = keys_of(secret_key)
        check_switch("insecure", insecure)
        check_switch("debug", debug)
        check_trusted_proxies(trusted_proxies)
        _warn_of_short_keys(keys)
        cookie = ConsentCookie(keys, validity=Validity.of(policy.site), insecure=insecure)
        embeds = SignedEmbeds(keys)
        self.enforcement = Enforcement(
            policy, cookie, embeds, insecure, debug, trusted_proxies, Advice(policy)
        )
        self._kind = ReportOnlyExchange if policy.site.report_only else EnforcingExchange
        if debug:
            self.enforcement.log.configuration.is_debugged()
        # Now, since an event loop must not wait for a disk.
        catalogue().read_all()

    @property
    def policy(self) -> Policy:
        """The policy that is enforced."""
        return self.enforcement.policy

    @property
    def cookie(self) -> ConsentCookie:
        """The cookie that keeps a visitor's consent."""
        return self.enforcement.cookie

    @property
    def findings(self) -> list[Finding]:
        """What this process has blocked, or would have blocked, with counts: the most frequent first.

        Empty unless the policy says `report_only` or `reports`, or `csp = "report-only"`.
        """
        return self.enforcement.log.findings.all()

    def exempting(self, *cookies: Cookie) -> Gate:
        """Return this gate with those of the `cookies` exempt too that its policy does not name: how an
        integration adds those of its framework. Those that the policy files elsewhere stay there, which the
        log says."""
        for cookie, category in self.policy.misfiled(*cookies):
            self.enforcement.log.cookies.misfiled(cookie, category)
        policy = self.policy.with_exempt(*cookies)
        if policy is self.policy:
            return self
        gate = copy.copy(self)
        gate.enforcement = self.enforcement.with_policy(policy)
        return gate

    def exchange(self, request: Request) -> Exchange:
        """Return the exchange for one request."""
        return self._kind(self.enforcement, request)

    def rewrite(
        self, html: bytes, *, url: str, grants: Iterable[str] = (), charset: str | None = None
    ) -> Rewritten:
        """Return the page `html` as it would be with consent to `grants` (ids of categories and services),
        and what was blocked in it. Blocked embeds leave a placeholder; nothing is inserted.

        `url` is where the page is, and `charset` what its Content-Type says, if anything. Raises ValueError
        for an unknown id or a URL that is not http or https, and Unreadable for bytes that are not in the
        page's encoding.
        """
        page = _page_url(url)
        judge = Judge(Consent.of_ids(self.policy, grants), page.host, page.path)
        pages, origin = self.enforcement.pages(""), f"//{page.host}"

        def placeholder(claim: Claim, in_link: bool, elsewhere: bool) -> bytes:
            return pages.placeholder(claim, in_link, page.path, origin if elsewhere else "")

        def observe(records: Records) -> None:
            for limit, offset in records.limits:
                self.enforcement.log.limits.reached(limit, page.path, offset)

        return Rewritten(*rewrite_document(html, judge, page, charset, placeholder, observe))


def is_short(secret_key: str | bytes) -> bool:
    """Say whether a key could be guessed."""
    return len(secret_key) < _LEAST_KEY


def _warn_of_short_keys(keys: Iterable[str | bytes]) -> None:
    if any(map(is_short, keys)):
        _log.warning(
            "secret_key: shorter than %d characters; who guesses it can forge consent, so make it long and "
            "random",
            _LEAST_KEY,
        )


def _page_url(url: str) -> Url:
    page = resolve(url, Url("https", "", "/"))
    if page.scheme not in ("http", "https") or not page.host or parse_host(page.host) != page.host:
        raise ValueError(f"url: expected where the page is, like https://example.org/news, not {url!r}")
    return page
