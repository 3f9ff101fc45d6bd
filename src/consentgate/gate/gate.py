"""The gate: built once from a policy and a secret, shared by every request."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from consentgate.catalogue import catalogue
from consentgate.consent import Consent, ConsentCookie, ConsentCookies, Judge
from consentgate.consent.decision_taken import DecisionTaken
from consentgate.consent.embed import SignedEmbeds
from consentgate.consent.hooks import check_hook
from consentgate.consent.record import Metered, Recorder, RecordMeter
from consentgate.html import Blocked, Records
from consentgate.html.rewriting.document import rewrite_document
from consentgate.log_fields import fields
from consentgate.pages import check_templates
from consentgate.policy import Claim, Cookie, Policies, Policy, Site
from consentgate.web.host import parse_authority, parse_host
from consentgate.web.url import Url, resolve

from .arguments import (
    check_findings,
    check_ledger,
    check_metrics,
    check_policy,
    check_switch,
    check_trusted_proxies,
    keys_of,
)
from .decision_hook import DecisionHook
from .endpoints.handler import Effect
from .enforcement import Enforcement, takes_reports
from .enforcements import ByHost, Enforcements, OneForAll
from .enforcing_exchange import EnforcingExchange
from .exchange import Exchange
from .learnt import LearntByPolicy
from .log.advice import Advice
from .log.configuration import ConfigurationAdvice
from .log.findings import Finding, sum_of
from .log.findings_file import FindingsFile
from .log.hosts import HostAdvice
from .log.once import Once
from .looking_up import LookUp
from .message import Answer, Request
from .meter import Meter
from .record_allowance import RecordAllowance
from .report_only_exchange import ReportOnlyExchange
from .request.origin import authority_of, host_of
from .threads import Threads, in_thread

_log = logging.getLogger("consentgate")

_LEAST_KEY = 16
"""The fewest characters of a secret key that cannot be guessed."""
_MOST_THREADS = 4
_LEARNT_PER_READY = 4
"""The policies whose logs, findings and cookies are remembered, for each policy that is kept in memory."""

DeclarationForm = Literal["html", "json", "markdown"]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What `Gate.rewrite` returns: the page's bytes, and what was blocked in it, in order."""

    html: bytes
    blocked: list[Blocked]


class Gate:
    """Enforces a policy, or several by host. Immutable; threads and tasks share one.

    With `Policies`, each host has its own policy. A host without one is closed: nothing can be granted there,
    and nobody is named.

    `secret_key` signs the consent cookies: a key, or several from the oldest to the newest, of which the
    last one signs. `insecure` is for development over plain HTTP: the cookie is then called `consent` and
    lacks `Secure`. With `debug`, for development too, pages show what was blocked in them.
    `trusted_proxies` is the number of proxies in front that set `X-Forwarded-Host`. `findings` is a file to
    which each finding is appended once. All processes of a site may share it. With a `ledger` each consent is
    recorded before it counts. The gate's keys sign the records, unless the ledger has keys of its own.
    `metrics` counts what the gate and its ledger do: `consentgate.metrics.Metrics` does it for Prometheus.
    `on_decision` is called with a `DecisionTaken` for each decision that changes something, after the visitor
    was answered: once, whether that works or not.

    Raises PolicyError where the policy names templates that cannot be used, TypeError where an argument is of
    the wrong type, and ValueError where a key is missing or empty, the number of proxies is negative or there
    is no folder for `findings`. Warns where a key is short.
    """

    def __init__(
        self,
        policy: Policy | Policies,
        *,
        secret_key: str | bytes | Sequence[str | bytes],
        insecure: bool = False,
        debug: bool = False,
        trusted_proxies: int = 0,
        findings: str | os.PathLike[str] | None = None,
        ledger: Recorder | None = None,
        metrics: Meter | None = None,
        on_decision: Callable[[DecisionTaken], object] | None = None,
    ) -> None:
        check_policy(policy)
        keys = keys_of(secret_key)
        check_switch("insecure", insecure)
        check_switch("debug", debug)
        check_trusted_proxies(trusted_proxies)
        findings_file = FindingsFile(check_findings(findings)) if findings is not None else None
        _warn_of_short_keys(keys)
        check_ledger(ledger)
        check_metrics(metrics)
        check_hook("on_decision", on_decision, "a decision")
        self._keys = keys
        self._meter = metrics
        self._hook = None if on_decision is None else DecisionHook(on_decision)
        self._telling = Threads(_MOST_THREADS)
        self._recorder = None if ledger is None else ledger.signing_with(tuple(keys))
        if metrics is not None and isinstance(self._recorder, Metered):
            self._recorder.metered_by(cast(RecordMeter, metrics))
        self._recorded = RecordAllowance()
        self._recording, self._looking_up = Threads(_MOST_THREADS), Threads(_MOST_THREADS)
        self._embeds = SignedEmbeds(keys)
        self._insecure = insecure
        self._debug = debug
        self._trusted_proxies = trusted_proxies
        most = _LEARNT_PER_READY * policy.most_ready if isinstance(policy, Policies) else 1
        self._learnt = LearntByPolicy(most, findings_file)
        self.setup = ConfigurationAdvice(Once())
        self._hosts = HostAdvice(Once())
        self._policies = policy if isinstance(policy, Policies) else None
        self._framework_cookies: tuple[Cookie, ...] = ()
        # Two kinds of threads: visitors who make up hosts can fill those that search for policies, but not
        # those that recheck the policies in memory.
        self._searching, self._rechecking = Threads(_MOST_THREADS), Threads(_MOST_THREADS)
        self._rechecked: set[str] = set()
        self._enforcements = self._enforcements_of(policy)
        if isinstance(self._enforcements, ByHost) and self._enforcements.policies.is_single_file:
            # Mistakes in the only policy keep the site from starting.
            self._enforcements.load(self._any_host)
        if findings_file is not None and isinstance(policy, Policy) and not _has_findings(policy.site):
            self.setup.finds_nothing()
        if debug:
            self.setup.is_debugged()
        # Read now, since an event loop must not wait for a disk.
        catalogue().read_all()

    def _enforcements_of(self, policy: Policy | Policies) -> Enforcements:
        if isinstance(policy, Policies):
            return ByHost(policy, self._enforcement_of, self._hosts)
        return OneForAll(self._enforcement_of(policy))

    def _enforcement_of(self, policy: Policy, name: str = "") -> Enforcement:
        """Make the enforcement of a `policy`, which takes over what was learnt under its `name`. So a visitor
        who refuses has cookies deleted that the application set before the policy was loaded again."""
        check_templates(policy)
        cookies = ConsentCookies(self._keys, policy.site, insecure=self._insecure)
        learnt = self._learnt.of(name)
        log = Advice(policy, learnt.findings, name, learnt.once, self._meter)
        for misfiled, category in policy.misfiled(*self._framework_cookies):
            log.cookies.misfiled(misfiled, category)
        return Enforcement(
            policy,
            cookies,
            self._embeds,
            insecure=self._insecure,
            debug=self._debug,
            trusted_proxies=self._trusted_proxies,
            log=log,
            reports=learnt.reports,
            set_by_application=learnt.set_by_application,
            recorder=self._recorder,
            recorded=self._recorded,
            meter=self._meter,
            hook=self._hook,
        )

    @property
    def policy(self) -> Policy:
        """The policy that is enforced. Raises LookupError where that depends on the host: see
        `policy_for`."""
        return self.policy_for(self._any_host)

    def policy_for(self, host: str) -> Policy:
        """Return the policy that is enforced for `host` (with or without a port). It may have to be loaded.

        Where the host has none, that is a policy which grants nothing and names nobody.
        """
        return self.enforcement_for(host).policy

    @property
    def cookie(self) -> ConsentCookie:
        """The cookie that keeps a visitor's consent. Raises LookupError where that depends on the host: see
        `cookie_for`."""
        return self.cookie_for(self._any_host)

    def cookie_for(self, host: str) -> ConsentCookie:
        """Return the cookie that keeps the consent of a visitor of `host`."""
        host = parse_authority(host)
        return self._enforcements.for_host(host).cookies.at(host)

    def enforcement_for(self, host: str) -> Enforcement:
        """Return the enforcement of the policy of `host`. It may have to be loaded."""
        return self._enforcements.for_host(parse_authority(host))

    @property
    def _any_host(self) -> str:
        """A host by which to find the one policy of all hosts."""
        if self._policies is not None and not self._policies.is_single_file:
            raise LookupError(
                "this gate has a policy for each host: ask for policy_for(host), cookie_for(host)"
            )
        return "localhost"

    @property
    def findings(self) -> list[Finding]:
        """The things that this process has blocked, or would have blocked, with counts: the most frequent
        first.

        Empty unless the policy says `report_only` or `reports`, or `csp = "report-only"`. Of several
        policies, those count that were loaded lately. See `findings_for` for one host.
        """
        ready = (enforcement.log.findings for enforcement in self._enforcements.all_ready())
        findings = [*dict.fromkeys((*ready, *(learnt.findings for learnt in self._learnt.all())))]
        return findings[0].all() if len(findings) == 1 else sum_of(findings)

    def findings_for(self, host: str) -> list[Finding]:
        """Return what was, or would have been, blocked under the policy of `host`, as `findings` does."""
        return self.enforcement_for(host).log.findings.all()

    def exempting(self, *cookies: Cookie) -> Gate:
        """Return a gate in which the `cookies` are exempt too. So an integration adds those of its framework.
        Cookies that the policy files elsewhere stay there, and are logged."""
        gate = copy.copy(self)
        gate._framework_cookies = (*self._framework_cookies, *cookies)
        if self._policies is not None:
            gate._policies = self._policies.with_exempt(*cookies)
            gate._enforcements = gate._enforcements_of(gate._policies)
            return gate
        enforcement = self.enforcement_for(self._any_host)
        for cookie, category in enforcement.policy.misfiled(*cookies):
            enforcement.log.cookies.misfiled(cookie, category)
        policy = enforcement.policy.with_exempt(*cookies)
        if policy is enforcement.policy:
            return self
        gate._enforcements = OneForAll(enforcement.with_policy(policy))
        return gate

    def exchange(self, request: Request) -> Exchange:
        """Return the exchange for one request. The policy of its host may have to be loaded."""
        host = self._host_of(request)
        return _exchange(self._enforcements.for_host(host), request)

    def exchange_at_once(self, request: Request) -> Exchange | None:
        """Return the exchange for one request, without input or output; None where the policy of its host has
        to be loaded or looked at again, which `exchange` does."""
        enforcement = self._enforcements.ready_for(self._host_of(request))
        return None if enforcement is None else _exchange(enforcement, request)

    async def exchange_in_thread(self, request: Request) -> Exchange:
        """Return the exchange for one request. A policy is loaded, or looked at again, in a thread.

        Where a policy is in memory, one request looks whether it has changed, and the others go on with it.
        """
        host = self._host_of(request)
        kept = self._enforcements.kept_for(host)
        if kept is None:
            return await in_thread(self.exchange, request, threads=self._searching)
        if host in self._rechecked or len(self._rechecked) >= self._rechecking.most:
            return _exchange(kept, request)
        self._rechecked.add(host)
        try:
            return await in_thread(self.exchange, request, threads=self._rechecking)
        finally:
            self._rechecked.discard(host)

    async def carry_out_in_thread(self, effect: Effect) -> Answer:
        """Carry out an effect in a thread, and return the answer."""
        # Those who look at their records must not keep others from deciding.
        threads = self._looking_up if isinstance(effect, LookUp) else self._recording
        return await in_thread(effect.carry_out, threads=threads)

    async def tell_in_thread(self, afterwards: Callable[[], None]) -> None:
        """Do in a thread what an answer leaves to do `afterwards`."""
        await in_thread(afterwards, threads=self._telling)

    def _host_of(self, request: Request) -> str:
        return host_of(authority_of(request, self._trusted_proxies)) if self._policies is not None else ""

    def declaration(
        self,
        *,
        lang: str = "",
        format: DeclarationForm = "html",
        level: int = 2,
        path: str = "/",
        root: str = "",
        host: str = "",
    ) -> str:
        """Return the declaration: every cookie and service of the policy, and nothing about a visitor.

        It is in the policy's language for a page in the language `lang`. "html" is a part of a page, with
        headings from `level` on, whose link to the choices page leads back to the `path` of the page. "json"
        and "markdown" are whole documents. `root` is the path that the application is mounted at. A gate with
        a policy for each host needs the `host`.

        Raises ValueError for another format or level, and LookupError where the host is missing.
        """
        enforcement = self.enforcement_for(host or self._any_host)
        host = parse_authority(host) if host else enforcement.policy.site.consent_domain
        pages = enforcement.pages(root, lang, host)
        if format == "html":
            return pages.declaration_part(path, level=level)
        if format == "json":
            return pages.declaration_json().decode()
        if format == "markdown":
            return pages.declaration_markdown()
        raise ValueError(f'format: expected "html", "json" or "markdown", not {format!r}')

    def rewrite(
        self, html: bytes, *, url: str, grants: Iterable[str] = (), charset: str | None = None
    ) -> Rewritten:
        """Return the page `html` as it would be with consent to `grants` (ids of categories and services),
        and what was blocked in it. Blocked embeds leave a placeholder. Nothing else is inserted.

        `url` is the page's own, and `charset` the label in its Content-Type, if any. Raises ValueError for an
        unknown id or a URL that is not http or https, Unreadable for bytes that are not in the page's
        encoding, and TypeError for a page that is text.
        """
        if not isinstance(html, bytes):
            raise TypeError(f"html: expected bytes, as a response has them, not {type(html).__name__}")
        page = page_url(url)
        enforcement = self._enforcements.for_host(page.host)
        judge = Judge(Consent.of_ids(enforcement.policy, grants), page.host, page.path)
        pages, origin = enforcement.pages(""), f"//{page.host}"

        def placeholder(claim: Claim, in_link: bool, elsewhere: bool) -> bytes:
            return pages.placeholder(claim, in_link, page.path, origin if elsewhere else "")

        def observe(records: Records) -> None:
            for limit, offset in records.limits:
                enforcement.log.limits.reached(limit, page.path, offset)

        return Rewritten(*rewrite_document(html, judge, page, charset, placeholder, observe))


def _exchange(enforcement: Enforcement, request: Request) -> Exchange:
    kind = ReportOnlyExchange if enforcement.policy.site.report_only else EnforcingExchange
    return kind(enforcement, request)


def is_short(secret_key: str | bytes) -> bool:
    """Say whether a key could be guessed."""
    return len(secret_key) < _LEAST_KEY


def _has_findings(site: Site) -> bool:
    return site.report_only or takes_reports(site)


def _warn_of_short_keys(keys: Iterable[str | bytes]) -> None:
    if any(map(is_short, keys)):
        _log.warning(
            "secret_key: shorter than %d characters; who guesses it can forge consent, so make it long and "
            "random",
            _LEAST_KEY,
            extra=fields("setup", about="short key"),
        )


def page_url(url: str) -> Url:
    """Return the URL of a page. Raises ValueError where `url` is not http or https, or names no host."""
    page = resolve(url, Url("https", "", "/"))
    if page.scheme not in ("http", "https") or not page.host or parse_host(page.host) != page.host:
        raise ValueError(f"url: expected where the page is, like https://example.org/news, not {url!r}")
    return page
