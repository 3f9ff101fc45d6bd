"""The state that all exchanges of a gate share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from importlib.metadata import version

import msgspec

from consentgate.catalogue import Glob
from consentgate.consent import Consent, ConsentCookies, Judge
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
    """Why nobody's policy is enforced, under which nothing can be granted."""

    UNKNOWN_HOST = "the host has no policy, or one with mistakes"
    UNAVAILABLE = "nobody can say which policy the host has: it is not answered"


@dataclass(frozen=True, eq=False)
class Enforcement:
    """A policy, and what it takes to enforce it. Threads and tasks share one.

    `embeds` signs what placeholders give back. `insecure`, `debug` and `trusted_proxies` are as for the gate.
    What the fields after them hold grows while the process runs: what was logged, how many reports were read,
    which cookies the application has set. `closed` says why the policy is nobody's, if it is. `recorder`
    keeps the records of decisions, if any does, as many as are `recorded` of one client. `meter` counts, if
    anybody wants to know.
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
    _pages: dict[tuple[str, str, str], Pages] = field(default_factory=dict, init=False)
    _closed: dict[tuple[Shows, bool, Beside], Variant] = field(default_factory=dict, init=False)

    def with_policy(self, policy: Policy) -> Enforcement:
        """Return the same with another `policy`."""
        return replace(self, policy=policy)

    @cached_property
    def undecided(self) -> Consent:
        """The consent of all visitors who have granted nothing."""
        return Consent(self.policy)

    @cached_property
    def _heeds_signals_alone(self) -> bool:
        return heeds_signals_alone(self.policy)

    @cached_property
    def _uninformed(self) -> tuple[Glob, ...]:
        """The paths of pages on which visitors are told nothing, and cannot object."""
        return tuple(map(Glob, self.policy.banner.not_on or ()))

    def _can_object(self, request: Request, path: str) -> bool:
        """Say whether the page at `path` tells visitors what they can object to. One that a shared cache
        keeps for all goes to those who have objected, too."""
        return not (is_asked_for_everyone(request) or any(glob.matches(path) for glob in self._uninformed))

    def _may_have_objected(self, request: Request, authority: str, sent: SentCookies) -> bool:
        """Say whether a visitor without a valid choice may have objected all the same: the browser `sent` a
        consent cookie that cannot be read, say after the secret key was changed, or kept it back."""
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
        # What is in the templates, and not where they are, which each release of a site may change.
        theme = msgspec.structs.replace(policy.theme, templates=digest_of(policy.theme.templates))
        return msgspec.json.encode(
            (*declared, policy.banner, policy.texts, theme, policy.consent_mode, policy.declaration)
        )

    def variant_for(self, visit: Visit) -> Variant:
        """Return the variant of the page that this visitor gets."""
        consent, framed = visit.consent, visit.purpose.frame
        if consent.is_open:
            return Variant(consent, self._fingerprint, framed=framed)
        key = Shows.of(consent), framed, Beside.of(consent)
        variant = self._closed.get(key)
        if variant is None:
            variant = self._closed[key] = Variant(consent, self._fingerprint, framed=framed)
        return variant

    @property
    def takes_reports(self) -> bool:
        """True when browsers are asked to report what is, or would be, blocked."""
        return takes_reports(self.policy.site)

    def pages(self, root: str, lang: str = "", host: str = "") -> Pages:
        """Return what visitors of `host` see of the gate where the application is mounted at `root`, in the
        policy's language for a page in the language `lang`."""
        language, cookie = self.policy.language_for(lang), self.cookies.at(host).name
        key = root, language, cookie
        pages = self._pages.get(key)
        if pages is None:
            is_known = self.closed is None
            pages = Pages(self.policy, root, language=language, cookie=cookie, has_choices=is_known)
            # A server names few roots; should one let visitors make them up, they must not fill the memory.
            if len(self._pages) < _MOST_ROOTS * len(self.policy.languages):
                self._pages[key] = pages
        return pages

    def visit(self, request: Request, sent: SentCookies) -> Visit:
        """Return what is known of the visitor who makes a `request` with the cookies `sent`."""
        policy = self.policy
        authority = authority_of(request, self.trusted_proxies)
        host = host_of(authority)
        path = normal_path(request.path)
        page = Url("https", host, normal_path(request.root + request.path) if request.root else path)
        choice = self.cookies.read(sent.values_of, host)
        consent = self.undecided
        judge = everyone = Judge(consent, host, page.path)
        if choice is not None or self._heeds_signals_alone:
            consent = Consent.of_choice(policy, choice, signals_of(request, policy))
            if UNOBJECTED in consent.granted and (
                not self._can_object(request, path)
                or (choice is None and self._may_have_objected(request, authority, sent))
            ):
                consent = msgspec.structs.replace(consent, granted=consent.granted - {UNOBJECTED})
            judge = Judge(consent, host, page.path)
            everyone = everyone if consent.is_open else judge
        return Visit(request, authority, purpose_of(request), consent, judge, everyone, path, page)


def takes_reports(site: Site) -> bool:
    """Say whether browsers are asked to report what is, or would be, blocked on a `site`."""
    return site.reports or site.csp == "report-only" or (site.report_only and site.csp == "on")
