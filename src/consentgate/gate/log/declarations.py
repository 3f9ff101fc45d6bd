"""Advice on what the policy does not declare: each host, cookie and service once, with the lines that would
declare it."""

from __future__ import annotations

from consentgate.catalogue import InlineScript, catalogue
from consentgate.gate.meter import Meter
from consentgate.html import BlockedMarkup
from consentgate.log_fields import fields
from consentgate.policy import Claim, Policy
from consentgate.policy.advice.proposals import LONGEST, Proposals, toml_text
from consentgate.policy.messages import listed
from consentgate.web.url import Url, resolve

from .findings import Findings
from .naming import Log
from .once import MOST, Once, Source
from .service_label import UNDECLARED, service_label

_DECLARE_IT = "declare the service, and the script stays: a stub takes the call"
_MOVE_THE_CALL = "move the call to a script element of its own, or into a file of yours"
_FOR_A_PROGRAM = (
    "no policy can: it starts a program, which may load anything. A link with this address stays: visitors "
    "click it or not"
)


class DeclarationAdvice:
    """Logs each undeclared host, cookie and service that was blocked. Safe to share by threads.

    The lines that it proposes fit into `policy` as they are. With `report_only` in the policy, everything
    that was blocked is counted as a finding too, declared or not.
    """

    def __init__(
        self, policy: Policy, once: Once, findings: Findings, log: Log, meter: Meter | None = None
    ) -> None:
        self._proposals = Proposals(policy)
        self._once = once
        self._log = log
        self._findings = findings
        self._meter = meter
        self._urls: set[tuple[str | None, ...]] = set()
        self._report_only = policy.site.report_only
        self._blocked = "would block" if self._report_only else "blocked"
        self._blocked_in_page = "would block" if policy.site.csp == "report-only" else self._blocked

    def cookie_set(self, name: str, claim: Claim) -> None:
        """Log that the cookie `name`, which the application set, was blocked."""
        self._count("cookie set", claim)
        self._find("cookie", name, claim)
        self._cookie(name, claim, source="site")

    def cookie_sent(self, name: str, claim: Claim) -> None:
        """Log that the cookie `name`, which a browser sent, was kept from the application."""
        self._count("cookie sent", claim)
        self._find("cookie sent", name, claim)
        self._cookie(name, claim, source="browsers")

    def host_blocked(self, host: str, claim: Claim, url: str = "", page: str = "") -> None:
        """Log that `host` was blocked, which this `url` on a page of the host `page` would contact."""
        self._find("host", host, claim)
        self._host(host, claim, source="site", url=url, page=page)

    def host_reported(self, host: str, claim: Claim) -> None:
        """Log that a browser reported what would contact `host`."""
        self._findings.add("host reported", host, claim.service or "")
        self._host(host, claim, source="browsers", blocked=self._blocked_in_page)

    def name_reported(self, kind: str, name: str, claim: Claim) -> None:
        """Log that a browser reported what a script would have stored under a `name`: a cookie or another
        `kind` of entry."""
        self._findings.add(f"{kind} reported", name, claim.service or "")
        self._cookie(name, claim, source="browsers", kind=kind)

    def _host(
        self, host: str, claim: Claim, source: Source, blocked: str = "", url: str = "", page: str = ""
    ) -> None:
        # Each service of a host is logged: maps and the protection of forms may come from the same one.
        if (
            claim.declared
            or catalogue().has_closed(claim.service)
            or not self._once.is_new("host", f"{host} {claim.service or ''}", source)
        ):
            return
        if host.endswith(":"):
            self._warn("address", f"an address that begins with {toml_text(host)}", _FOR_A_PROGRAM, blocked)
        else:
            lines = self._proposals.host(host, claim, url, page)
            self._warn("host", f"the host {toml_text(host)}", lines, blocked)

    def service_blocked(self, claim: Claim, path: str = "") -> None:
        """Log that a script or widget was blocked which the catalogue recognises, at a `path` of the site
        itself if it has one."""
        self._find("service", claim.name, claim)
        if claim.declared or catalogue().has_closed(claim.service):
            return
        if claim.service and self._once.is_new("name", claim.service):
            place = f" at {toml_text(path)} on the site itself" if path else ""
            self._warn("service", f"{toml_text(claim.name)}{place}", self._proposals.service(claim))

    def url_blocked(self, url: str, page: Url, claim: Claim, kind: str = "") -> None:
        """Log that something of this `kind` on a `page` was blocked which would load `url`, "" where it names
        none."""
        self._count(kind, claim)
        is_short = len(url) <= LONGEST
        if is_short and not self._report_only and self._was_logged(page.host, url, claim.service):
            return
        self._tell_closed(claim, page.path)
        if self._report_only or not claim.declared:
            target = resolve(url, page) if url else None
            if target is None or not target.host:
                self.service_blocked(claim)
            elif target.host == page.host:
                self.service_blocked(claim, target.path)
            else:
                self.host_blocked(target.host, claim, url, page.host)
        if claim.pages:
            self._elsewhere(claim, page.path)

    def _tell_closed(self, claim: Claim, page: str) -> None:
        """Log that a `page` (a path) has markup of a service that has closed. To declare it would not
        help."""
        if catalogue().has_closed(claim.service) and self._once.is_new("closed", claim.service or ""):
            self._log.warning(
                "%s %s on the page %s: the service has closed, and nothing comes of its markup any more. To "
                "do: take it out of your pages, and out of the policy",
                self._blocked,
                toml_text(claim.name),
                toml_text(page),
                extra=fields("blocked", about="closed service", service=service_label(claim)),
            )

    def _was_logged(self, *what: str | None) -> bool:
        """Say whether the same URL was looked at before, as far as that is remembered."""
        # Pages are full of the same few URLs, and to resolve one takes longer than everything else here.
        if what in self._urls:
            return True
        if len(self._urls) >= MOST:
            self._urls.clear()
        self._urls.add(what)
        return False

    def _elsewhere(self, claim: Claim, page: str) -> None:
        """Log that a service was blocked on a `page` (a path) which is none of those where it is
        necessary."""
        if not self._once.is_new("elsewhere", claim.service or ""):
            return
        starred = next((pattern for pattern in claim.pages if pattern.endswith("/*")), "")
        self._log.warning(
            "%s %s on the page %s: the policy has it necessary on other pages only, pages = %s%s",
            self._blocked,
            toml_text(claim.service or claim.name),
            toml_text(page),
            f"[{', '.join(map(toml_text, claim.pages))}]",
            f"; {toml_text(starred)} does not match {toml_text(starred[:-2] or '/')}" if starred[:-2] else "",
            extra=fields("blocked", about="other page", service=service_label(claim)),
        )

    def inline_script_blocked(self, claim: Claim, page: str, markup: BlockedMarkup) -> None:
        """Log that an inline script which calls a service was removed from a `page` (a path) as a whole.

        A script that loads another is not logged: it is the service's own snippet, without code of the site.
        """
        text = markup.text
        if not self._once.is_new("inline script", f"{claim.service} {hash(text)}"):
            return
        script = InlineScript(text.partition(b">")[2].rpartition(b"</")[0])
        words = catalogue().words_of_inline(script)
        if words and not script.loads_script:
            only_calls = bool(catalogue().called_by_inline(script))
            self._log.warning(
                "%s the inline script at %s of the page %s as a whole, since it has %s in it: that is %s. To "
                "do, if there is code of your own in it: %s",
                self._blocked,
                markup.place,
                toml_text(page),
                " and ".join(map(toml_text, words)),
                listed(dict.fromkeys(service.name for service in catalogue().by_inline(script))),
                _DECLARE_IT if only_calls and not claim.declared else _MOVE_THE_CALL,
                extra=fields("blocked", about="inline script", service=service_label(claim)),
            )

    def _cookie(self, name: str, claim: Claim, source: Source, kind: str = "cookie") -> None:
        # Logged once for all kinds: one declaration covers whatever is stored under the name.
        if not claim.declared and self._once.is_new("cookie", name, source):
            self._warn(kind, f"the {kind} {toml_text(name)}", self._proposals.cookie(name, claim))

    def _count(self, kind: str, claim: Claim) -> None:
        if self._meter is not None:
            self._meter.blocked(kind, service_label(claim), is_enforced=not self._report_only)

    def _find(self, kind: str, name: str, claim: Claim) -> None:
        if self._report_only:
            self._findings.add(kind, name, claim.service or "")

    def _warn(self, kind: str, what: str, lines: str, blocked: str = "") -> None:
        message = (
            "%s %s, which the policy does not declare. To declare it:\n%s"
            if lines.startswith(("[[", "#"))
            else "%s %s, which the policy does not declare; %s"
        )
        self._log.warning(
            message,
            blocked or self._blocked,
            what,
            lines,
            extra=fields("blocked", about="undeclared", service=UNDECLARED, kind=kind),
        )
