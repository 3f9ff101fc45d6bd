"""The state that all exchanges of a gate share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from importlib.metadata import version

import msgspec

from consentgate.catalogue import Glob
from consentgate.consent import Choice, Consent, ConsentCookies, Judge
from consentgate.consent.consent import heeds_signals_alone
from consentgate.consent.coverage import UNOBJECTED
from consentgate.consent.embed import SignedEmbeds
from consentgate.consent.record import Recorder
from consentgate.pages import Beside, Pages, Shows
from consentgate.pages.templating import digest_of
from consentgate.policy import Policy, Site
from consentgate.web.paths import normal_path
from consentgate.web.url import Url

from .cookies.filter import SetByApplication
from .cookies.sent import SentCookies
from .decision_hook import DecisionHook
from .log.advice import Advice
from .log.allowance import ReportAllowance
from .message import Request
from .meter import Meter
from .record_allowance import RecordAllowance
from .request.fetch_metadata import purpose_of
from .request.origin import authority_of, host_of, keeps_back_cookies
from .request.visit import Visit, signals_of
from .response.variants import Variant, is_asked_for_everyone

_MOST_ROOTS = 64
_VERSION_DIGITS = 16
# Now, since an event loop must not wait for a disk.
_VERSION = version("consentgate").encode()


class Closed(Enum):
    """Why a host is closed: nobody's policy is enforced there, under which nothing can be granted."""

    UNKNOWN_HOST = "the host has no policy, or one with mistakes"
    UNAVAILABLE = "nobody can say which policy the host has: it is not answered"


@dataclass(frozen=True, eq=False)
class Enforcement:
    """A policy, and what it takes to enforce it. Threads and tasks share one.

    `embeds` signs the frames that placeholders can open. `insecure`, `debug` and `trusted_proxies` are as for
    the gate. `closed` says why the policy is nobody's, None where it is a site's. `recorder` keeps the
    records of decisions, if any does.

    The rest is learnt while the process runs: `log` knows what was logged, `reports` how many reports were
    read, `set_by_application` which cookies the application has set, and `recorded` how many decisions of
    each client were recorded. `meter` counts what happens, None where nobody asks.
    """

    policy: Policy
    cookies: ConsentCookies
    embeds: SignedEmbeds
    insecure: bool
    debug: bool
    trusted_proxies: int
    log: Advice
    reports: ReportAllowance = field(default_factory=ReportAllowance)
    set_by_application: SetByApplication = field(default_factory=SetByApplication)
    closed: Closed | None = None
    recorder: Recorder | None = None
    recorded: RecordAllowance = field(default_factory=RecordAllowance)
    meter: Meter | None = None
    hook: DecisionHook | None = None
    _pages: dict[tuple[str, str, str], Pages] = field(default_factory=dict, init=False)
    _closed_variants: dict[tuple[Shows, bool, Beside], Variant] = field(default_factory=dict, init=False)

    def with_policy(self, policy: Policy) -> Enforcement:
        """Return this enforcement with another `policy`."""
        return replace(self, policy=policy)

    @cached_property
    def undecided(self) -> Consent:
        """The consent of all visitors who have granted nothing."""
        return Consent(self.policy)

    @cached_property
    def _heeds_signals_alone(self) -> bool:
        return heeds_signals_alone(self.policy)

    @cached_property
    def _without_banner(self) -> tuple[Glob, ...]:
        """The paths of pages without a banner, on which visitors cannot object."""
        return tuple(map(Glob, self.policy.banner.not_on or ()))

    def _can_object(self, request: Request, path: str) -> bool:
        """Say whether the page at `path` tells the visitor what can be objected to. A page that a shared
        cache keeps for everyone does not count, since it goes to those who have objected, too."""
        has_banner = not any(glob.matches(path) for glob in self._without_banner)
        return has_banner and not is_asked_for_everyone(request)

    def _may_have_objected(self, request: Request, authority: str, sent: SentCookies) -> bool:
        """Say whether a visitor without a valid choice may have objected all the same: the browser `sent` a
        consent cookie that cannot be read, such as after a change of the secret key, or kept it back."""
        is_unread = any(name in sent.names for name in self.cookies.names)
        return is_unread or keeps_back_cookies(request, authority)

    @cached_property
    def version(self) -> str:
        """The version of the policy in records: a digest of what it declares and of the texts that it
        replaces."""
        return hashlib.sha256(self._declared).hexdigest()[:_VERSION_DIGITS]

    @cached_property
    def _fingerprint(self) -> bytes:
        return hashlib.sha256(_VERSION + bytes([self.debug]) + self._declared).digest()

    @cached_property
    def _declared(self) -> bytes:
        policy = self.policy
        declared = policy.site, policy.categories, policy.cookies, policy.services
        # The templates' contents, and not their path, which each release of a site may change.
        theme = msgspec.structs.replace(policy.theme, templates=digest_of(policy.theme.templates))
        return msgspec.json.encode(
            (*declared, policy.banner, policy.texts, theme, policy.consent_mode, policy.declaration)
        )

    def variant_for(self, visit: Visit) -> Variant:
        """Return the variant of the page that this visitor gets."""
        consent, framed = visit.consent, visit.purpose.frame
        if consent is self.undecided:
            return self._undecided_variants[framed]
        if consent.is_open:
            return Variant(consent, self._fingerprint, framed=framed)
        key = Shows.of(consent), framed, Beside.of(consent)
        variant = self._closed_variants.get(key)
        if variant is None:
            variant = self._closed_variants[key] = Variant(consent, self._fingerprint, framed=framed)
        return variant

    # Most requests are of such visitors: without this, each would look at what the law of a regime asks for.
    @cached_property
    def _undecided_variants(self) -> tuple[Variant, Variant]:
        """The variants for visitors who have decided nothing: in a window, and in a frame."""
        return (
            Variant(self.undecided, self._fingerprint, framed=False),
            Variant(self.undecided, self._fingerprint, framed=True),
        )

    @property
    def takes_reports(self) -> bool:
        """True when browsers are asked to report what is, or would be, blocked."""
        return takes_reports(self.policy.site)

    def pages(self, root: str, lang: str = "", host: str = "") -> Pages:
        """Return the gate's own pages and insertions for visitors of `host`, where the application is mounted
        at `root`, in the policy's language for a page in the language `lang`."""
        language, cookie = self.policy.language_for(lang), self.cookies.at(host).name
        key = root, language, cookie
        pages = self._pages.get(key)
        if pages is None:
            is_known = self.closed is None
            pages = Pages(self.policy, root, language=language, cookie=cookie, has_choices=is_known)
            # A server has few roots. If it lets visitors make them up, they must not fill the memory.
            if len(self._pages) < _MOST_ROOTS * len(self.policy.languages):
                self._pages[key] = pages
        return pages

    def visit(self, request: Request, sent: SentCookies) -> Visit:
        """Return the visit of whoever makes a `request` with the cookies `sent`."""
        authority = authority_of(request, self.trusted_proxies)
        host = host_of(authority)
        path = normal_path(request.path)
        page = Url("https", host, normal_path(request.root + request.path) if request.root else path)
        choice = self.cookies.read(sent.values_of, host)
        consent = self._consent(request, path, authority, sent, choice)
        judge = everyone = Judge(consent, host, page.path)
        if consent.is_open:
            everyone = Judge(self.undecided, host, page.path)
        return Visit(request, authority, purpose_of(request), consent, judge, everyone, path, page)

    def _consent(
        self, request: Request, path: str, authority: str, sent: SentCookies, choice: Choice | None
    ) -> Consent:
        """Return the consent in effect on the page at `path`, by the `choice` in the visitor's cookie."""
        if choice is None and not self._heeds_signals_alone:
            return self.undecided
        consent = Consent.of_choice(self.policy, choice, signals_of(request, self.policy))
        if UNOBJECTED not in consent.granted:
            return consent
        may_have_objected = choice is None and self._may_have_objected(request, authority, sent)
        if may_have_objected or not self._can_object(request, path):
            return msgspec.structs.replace(consent, granted=consent.granted - {UNOBJECTED})
        return consent


def takes_reports(site: Site) -> bool:
    """Say whether browsers are asked to report what is, or would be, blocked on a `site`."""
    return site.reports or site.csp == "report-only" or (site.report_only and site.csp == "on")
