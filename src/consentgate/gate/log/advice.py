"""What is logged of things that nobody declared: each once, with the lines that would declare it."""

from __future__ import annotations

import logging
import threading
from collections import Counter

from consentgate.catalogue import InlineScript, catalogue
from consentgate.gate.csp.build import Net
from consentgate.html import BlockedMarkup, Limit
from consentgate.html.tokenizer.encoding import Unreadable
from consentgate.policy import NECESSARY, NEVER, Claim, Cookie, Policy
from consentgate.policy.lifetime import lifetime_text
from consentgate.web.url import Url, resolve

from .findings import Findings
from .proposals import LONGEST, Proposals, toml_text

_log = logging.getLogger("consentgate")

MOST = 500
"""So many names of a kind are logged by a process: they come from pages and browsers, which can make up any
number. What browsers send has its own count, so that it cannot crowd out what the site does."""

_LONGEST_KEY = 1000
_HEADERS_TO_DECLARE = {
    "service-worker-allowed": "; a [[service]] with the script's path in paths declares it",
    "secure-session-registration": '; a [[cookie]] with reason = "authentication" declares logins',
}
_PLAIN_FORMS = {
    "link": '<URL>; rel=preload; as=style, in ASCII, each parameter once, and "quotes" without a backslash',
}
_BEHIND_A_PROXY = (
    "If that is your own site behind a proxy, let the proxy pass the Host header on, or set trusted_proxies"
)
_ORIGINS = {
    "": "Browsers send one: it was a program, or a proxy has dropped it",
    "null": "That is what a page in a sandbox or a file sends, and it proves nothing",
}
_FOR_A_PROGRAM = (
    "no policy can: it starts a program, which may load anything. A link with this address stays: visitors "
    "click it or not"
)


class Notices:
    """Logs each undeclared host and cookie that was blocked once per process. Safe to share by threads.

    The lines that it proposes fit into `policy` as they are.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._proposals = Proposals(policy)
        self._seen: set[tuple[str, str]] = set()
        self._told: set[tuple[str | None, ...]] = set()
        self._count: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._report_only = policy.site.report_only
        self._blocked = "would block" if self._report_only else "blocked"
        self.findings = Findings()

    def cookie(self, name: str, claim: Claim) -> None:
        """The application's cookie `name` was kept back."""
        self._find("cookie", name, claim)
        self._cookie(name, claim, source="site")

    def gates_own_cookie(self, name: str) -> None:
        """The application set a cookie under the `name` of the gate's own."""
        if self._is_new("own cookie", name):
            _log.warning(
                "%s the application's cookie %s: a cookie of this name is the gate's own, which keeps the "
                "choice. Give the application's another name",
                self._blocked,
                toml_text(name),
            )

    def odd_cookie(self, line: str) -> None:
        """The application set a cookie (the Set-Cookie header's `line`) that browsers would not store under a
        name."""
        name = line.partition(";")[0].partition("=")[0]
        if self._is_new("odd cookie", name):
            _log.warning(
                "%s a Set-Cookie header that begins with %s: it names no cookie, or has a control character, "
                "and browsers disagree about what that means. Write it as name=value; Path=/",
                self._blocked,
                toml_text(name),
            )

    def not_deleted(self, name: str) -> None:
        """A visitor who refused sends the cookie `name`, and nobody knows whose it is."""
        if self._is_new("cookie not deleted", name, source="browsers"):
            _log.warning(
                "did not delete the cookie %s of a visitor who refused: neither the policy nor the catalogue "
                "names it, and the application has not set it. If a load balancer or bot protection in front "
                'of the application sets it, leave it so, or declare it with category = "necessary" and its '
                'reason ("load-balancing", "security") for the application to see it. If a script of the '
                "site sets it, declare it with its category, and it is deleted",
                toml_text(name),
            )

    def clamped(self, name: str, asked: float, allowed: int, cookie: Cookie | None) -> None:
        """The lifetime of the exempt cookie `name` was cut from the seconds `asked` to those `allowed`. It is
        a framework's `cookie`, or none of them."""
        if self._is_new("lifetime", name):
            _log.warning(
                "%s the lifetime of the cookie %s: the application asks for %s, and the policy allows %s. To "
                "allow it, write %s\n%s",
                "would cut" if self._report_only else "cut",
                toml_text(name),
                lifetime_text(asked),
                lifetime_text(allowed),
                "into the policy:" if cookie else "where the policy declares the cookie:",
                _table(cookie, asked) if cookie else f"lifetime = {toml_text(lifetime_text(asked))}",
            )

    def outlives(self, cookie: Cookie, asked: float) -> None:
        """A framework's `cookie` goes out for `asked` seconds, longer than its settings say."""
        if self._is_new("lifetime", cookie.name):
            _log.warning(
                "the application sets the cookie %s for %s, and the choices page says %s, as the framework's "
                "settings do. It passes as it is. For the page to say so:\n%s",
                toml_text(cookie.name),
                lifetime_text(asked),
                cookie.lifetime,
                _table(cookie, asked),
            )

    def doubled(self) -> None:
        """A request came to this gate that another one had let pass already."""
        if self._is_new("place", "doubled"):
            _log.warning(
                "this gate does nothing: another gate is around it already, and its policy counts. Leave "
                "only the outermost"
            )

    def inside_sessions(self) -> None:
        """A request came to this gate through middleware that keeps sessions."""
        if self._is_new("place", "inside sessions"):
            _log.error(
                "the gate is inside the session middleware, whose cookie passes it by in both directions. "
                "Put the gate outermost: ConsentMiddleware(app, gate) around the application, or "
                "app.add_middleware(ConsentMiddleware, gate=gate) after all others: the last is the outermost"
            )

    def misfiled(self, cookie: Cookie, category: str) -> None:
        """The policy files the framework's `cookie` under a category that visitors can refuse."""
        if self._is_new("misfiled", cookie.name):
            _log.warning("%s", misfiled(cookie, category))

    def arrived(self, name: str, claim: Claim) -> None:
        """The cookie `name` came along with a request and was kept from the application."""
        self._find("cookie sent", name, claim)
        self._cookie(name, claim, source="browsers")

    def host(self, host: str, claim: Claim, url: str = "", page: str = "") -> None:
        """Something that would contact `host`, by this `url` on a `page` of that host, was kept back."""
        self._find("host", host, claim)
        self._host(host, claim, source="site", url=url, page=page)

    def reported(self, host: str, claim: Claim) -> None:
        """A browser reported that something would contact `host`."""
        self.findings.add("host reported", host, claim.service or "")
        self._host(host, claim, source="browsers", blocked="would block")

    def _host(
        self, host: str, claim: Claim, source: str, blocked: str = "", url: str = "", page: str = ""
    ) -> None:
        # Hosts are shared: maps and forms' protection come from one. Each service of them is named.
        if claim.declared or not self._is_new("host", f"{host} {claim.service or ''}", source):
            return
        if host.endswith(":"):
            self._warn(f"an address that begins with {toml_text(host)}", _FOR_A_PROGRAM, blocked)
        else:
            lines = self._proposals.host(host, claim, url, page)
            self._warn(f"the host {toml_text(host)}", lines, blocked)

    def service(self, claim: Claim) -> None:
        """A script or widget that the catalogue recognised was kept back."""
        self._find("service", claim.name, claim)
        if not claim.declared and claim.service and self._is_new("name", claim.service):
            self._warn(toml_text(claim.name), self._proposals.service(claim))

    def limit(self, limit: Limit, page: str, offset: int) -> None:
        """Tell that a limit was reached at a byte of a page (its path), which could not be read in full. Each
        page is logged once with each limit, and with the first place."""
        if self._is_new("limit", f"{limit.name} {page[:LONGEST]}"):
            _log.warning(
                "%s: at byte %d of the page %s. To do: %s", limit.what, offset, toml_text(page), limit.advice
            )

    def inline_script(self, claim: Claim, page: str, place: BlockedMarkup) -> None:
        """An inline script that calls a service was taken out of a page (its path) as a whole. One that loads
        the service itself is its snippet, and no code of the site's own."""
        text = place.text
        if not self._is_new("inline script", f"{claim.service} {hash(text)}"):
            return
        script = InlineScript(text.partition(b">")[2].rpartition(b"</")[0])
        words = catalogue().words_of_inline(script)
        if words and not script.loads:
            _log.warning(
                "%s the inline script at %s of the page %s as a whole, since it has %s in it: that is %s. To "
                "do, if there is code of your own in it: move the call to a script element of its own, or "
                "into a file of yours, behind a test that the function is there",
                self._blocked,
                place.words,
                toml_text(page),
                " and ".join(map(toml_text, words)),
                toml_text(claim.name),
            )

    def url(self, url: str, page: Url, claim: Claim) -> None:
        """Something of a `page` was kept back that would load `url`, "" where it names none."""
        is_short = len(url) <= LONGEST
        if is_short and not self._report_only and self._was_told(page.host, url, claim.service):
            return
        if self._report_only or not claim.declared:
            host = resolve(url, page).host if url else ""
            if host:
                self.host(host, claim, url, page.host)
            else:
                self.service(claim)
        if claim.pages:
            self._elsewhere(claim, page.path)

    def _was_told(self, *what: str | None) -> bool:
        """Whether this is among what was told before, as far as that is remembered: pages are full of the
        same few addresses, and to resolve each of them again takes longer than all else that is done here."""
        if what in self._told:
            return True
        if len(self._told) >= MOST:
            self._told.clear()
        self._told.add(what)
        return False

    def _elsewhere(self, claim: Claim, page: str) -> None:
        """A necessary service was kept back on a page that is none of its own."""
        if not self._is_new("elsewhere", claim.service or ""):
            return
        starred = next((pattern for pattern in claim.pages if pattern.endswith("/*")), "")
        _log.warning(
            "%s %s on the page %s: the policy has it necessary on other pages only, pages = %s%s",
            self._blocked,
            toml_text(claim.service or claim.name),
            toml_text(page),
            f"[{', '.join(map(toml_text, claim.pages))}]",
            f"; {toml_text(starred)} does not match {toml_text(starred[:-2] or '/')}" if starred[:-2] else "",
        )

    def refused_redirect(self, host: str, claim: Claim, page: str, *, asked: bool) -> None:
        """A redirect from a `page` (its path) to `host` was refused, which the visitor had `asked` for or
        not."""
        if not self._is_new("redirect", f"{host} {claim.service}"):
            return
        if claim.unit is not None:
            opens = f"it passes with consent to {toml_text(claim.category or '')}"
        elif claim.pages:
            opens = f"the policy has {toml_text(claim.service or claim.name)} on other pages only"
        elif claim.declared:
            opens = 'category = "never" says so'
        elif host.endswith(":"):
            opens = "no policy can name a program that it starts"
        else:
            opens = "a [[service]] with this host in hosts declares it"
        if asked:
            why = "gate_redirects is on in [site]"
            rest = "Without gate_redirects every redirect of the application passes"
        else:
            why = "the browser asked for it ahead of the visitor or for a part of a page"
            rest = "Where the visitor goes there, it passes unless gate_redirects is on in [site]"
        _log.warning(
            "refused a redirect from the page %s to the host %s (403), since %s: %s. %s",
            toml_text(page),
            toml_text(host),
            why,
            opens,
            rest,
        )

    def header(self, name: str) -> None:
        """The application's header `name`, which no service can declare, was kept back."""
        if self._report_only:
            self.findings.add("header", name)
        if self._is_new("header", name):
            _log.warning(
                "%s the header %s: what it asks of browsers no consent covers, unless undeclared in "
                "[site] is a category%s",
                self._blocked,
                toml_text(name),
                _HEADERS_TO_DECLARE.get(name, ""),
            )

    def odd_header(self, name: str, page: str) -> None:
        """The header `name` of a `page` (its path) was kept back, since browsers do not all read it alike."""
        if self._report_only:
            self.findings.add("header", name)
        if self._is_new("odd header", name):
            _log.warning(
                "%s the header %s of the page %s: browsers do not all read it alike, and some may load what "
                "others do not. Write it in its plain form: %s",
                self._blocked,
                toml_text(name),
                toml_text(page),
                _PLAIN_FORMS[name],
            )

    def without_styles(self) -> None:
        """The site's own Content-Security-Policy keeps the banner's styles out."""
        if self._is_new("policy", "style"):
            _log.warning(
                "the site's own Content-Security-Policy lets no style sheet of the site pass: the banner "
                "works, but without its styles. Add 'self' or a nonce to its style-src"
            )

    def net_too_long(self, net: Net) -> None:
        """Granted hosts were left out of a page's Content-Security-Policy, which has no room for them."""
        for what, hosts in (("contact", net.without_access), ("open WebSockets to", net.without_sockets)):
            if hosts and self._is_new("net", f"{what} {len(hosts)}"):
                _log.warning(
                    "the Content-Security-Policy has no room for all that was granted: scripts of the page "
                    "cannot %s %s. Name fewer hosts in the policy file, such as *.vendor.example for all of "
                    "one vendor's, and first the services that need them most%s",
                    what,
                    ", ".join(map(toml_text, hosts)),
                    "" if what == "contact" else ", such as chats",
                )

    def would_reach(self, limit: Limit) -> None:
        """Tell that a page that was only looked at would have reached a limit."""
        if self._is_new("limit", limit.name):
            _log.warning("report only: this would happen to a page: %s. To do: %s", limit.what, limit.advice)

    def only_reports(self) -> None:
        """The first response went out of a gate that blocks nothing."""
        if self._is_new("mode", "report only"):
            _log.warning("report_only is on in [site]: nothing is blocked, and what would be is counted")

    def unread(self, error: Exception) -> None:
        """A page that was only to be looked at could not be read."""
        reason = str(error) if isinstance(error, Unreadable) else type(error).__name__
        if self._is_new("unread", reason):
            _log.warning("report only: a page could not be read, and would be refused: %s", reason)

    def refused_decision(self, origin: str, authority: str) -> None:
        """A decision was refused because it did not come from a page of the host that it was sent to."""
        if self._is_new("origin", f"{origin} {authority}", source="browsers"):
            _log.warning(
                "refused a decision that came %s to the host %s (403). %s",
                f"from {toml_text(origin)}" if origin else "without an Origin header",
                toml_text(authority),
                _ORIGINS.get(origin, _BEHIND_A_PROXY),
            )

    def bad_form(self, reason: str, status: int) -> None:
        """A decision was refused because its form cannot be read, for this `reason`."""
        if self._is_new("form", reason, source="browsers"):
            _log.warning(
                "refused a decision (%d), since its form says nothing that counts: %s. To do: submit the "
                "banner's own form, or one that is encoded like it: no FormData or JSON with fetch(), but "
                "new URLSearchParams(new FormData(form))",
                status,
                reason,
            )

    def framed_decision(self, authority: str) -> None:
        """A grant was refused because it came from a page inside a frame."""
        if self._is_new("framed", authority, source="browsers"):
            _log.warning(
                "refused a consent that came from a page of %s inside a frame (403): another site may have "
                "covered what the visitor clicks. To do: where you frame your own pages, let visitors decide "
                "in the page around them. Content-Security-Policy: frame-ancestors keeps others from framing "
                "yours",
                toml_text(authority),
            )

    def insecure_decision(self) -> None:
        """A decision came over plain HTTP to a gate whose cookie is for HTTPS."""
        if self._is_new("decision", "insecure"):
            _log.warning(
                "a decision came over plain http, and browsers drop the consent cookie there. While you "
                "develop: Gate(..., insecure=True); in Flask CONSENTGATE_INSECURE = True; in Django "
                'CONSENTGATE = {"INSECURE": True}. Where the site goes live, serve https'
            )

    def _cookie(self, name: str, claim: Claim, source: str) -> None:
        if not claim.declared and self._is_new("cookie", name, source):
            self._warn(f"the cookie {toml_text(name)}", self._proposals.cookie(name, claim))

    def _find(self, kind: str, name: str, claim: Claim) -> None:
        if self._report_only:
            self.findings.add(kind, name, claim.service or "")

    def _warn(self, what: str, lines: str, blocked: str = "") -> None:
        message = (
            "%s %s, which the policy does not declare. To declare it:\n%s"
            if lines.startswith(("[[", "#"))
            else "%s %s, which the policy does not declare; %s"
        )
        _log.warning(message, blocked or self._blocked, what, lines)

    def _is_new(self, kind: str, name: str, source: str = "site") -> bool:
        key = (kind, name[:_LONGEST_KEY])
        if key in self._seen:
            return False
        with self._lock:
            if key in self._seen or self._count[f"{kind} {source}"] >= MOST:
                return False
            self._seen.add(key)
            self._count[f"{kind} {source}"] += 1
            return True


def _table(cookie: Cookie, seconds: float) -> str:
    """Write the lines that declare `cookie` with a lifetime of so many seconds."""
    return (
        f"[[cookie]]\nname = {toml_text(cookie.name)}\ncategory = {toml_text(cookie.category)}\n"
        f"reason = {toml_text(cookie.reason or '')}\nlifetime = {toml_text(lifetime_text(seconds))}"
    )


def misfiled(cookie: Cookie, category: str) -> str:
    """Say what it means that a framework's `cookie` is filed under a `category` that is not necessary."""
    effect = (
        "never passes"
        if category == NEVER
        else "does not pass before visitors consent, nor after they refuse"
    )
    return (
        f"the policy files the framework's own cookie {toml_text(cookie.name)} under {toml_text(category)}: "
        f"it {effect}, and logins and forms that need it fail. Leave it out of the policy, or write "
        f"category = {toml_text(NECESSARY)} and reason = {toml_text(cookie.reason or '')}"
    )
