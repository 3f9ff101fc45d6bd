"""Advice on headers: the application's, and those that the gate adds."""

from __future__ import annotations

from consentgate.gate.csp.build import Net
from consentgate.log_fields import fields
from consentgate.policy import Claim, Policy
from consentgate.policy.advice.proposals import LONGEST, toml_text

from .findings import Findings
from .naming import Log
from .once import Once
from .service_label import service_label

_HEADERS_TO_DECLARE = {
    "service-worker-allowed": "; a [[service]] with the script's path in paths declares it",
    "secure-session-registration": '; a [[cookie]] with reason = "authentication" declares logins',
}
_PLAIN_FORMS = {
    "link": '<URL>; rel=preload; as=style, in ASCII, each parameter once, and "quotes" without a backslash',
}


class HeaderAdvice:
    """Logs each header that was blocked, and each one of the site's own that stands in the gate's way. With
    `report_only` in the policy, blocked headers are counted as findings too."""

    def __init__(self, policy: Policy, once: Once, findings: Findings, log: Log) -> None:
        self._once = once
        self._log = log
        self._findings = findings
        self._report_only = policy.site.report_only
        self._blocked = "would block" if self._report_only else "blocked"

    def undeclarable(self, name: str) -> None:
        """Log that the application's header `name` was blocked, which no service can declare."""
        if self._report_only:
            self._findings.add("header", name)
        if self._once.is_new("header", name):
            self._log.warning(
                "%s the header %s: what it asks of browsers no consent covers, unless undeclared in "
                "[site] is a category%s",
                self._blocked,
                toml_text(name),
                _HEADERS_TO_DECLARE.get(name, ""),
                extra=fields("header", about="undeclarable"),
            )

    def link_goes_to_others(self, host: str) -> None:
        """Log that a `Link` header would load from `host`, and that no consent opens such a header."""
        if host and self._once.is_new("link", host[:LONGEST]):
            self._log.warning(
                "%s a Link header that loads from %s: caches and networks replay it to visitors who have not "
                "consented, so only a necessary service passes there, whatever the visitor consented to. "
                "Write the link into the page, where each visitor's consent counts: <link rel=... href=...>",
                self._blocked,
                toml_text(host),
                extra=fields("header", about="link"),
            )

    def not_plain(self, name: str, page: str) -> None:
        """Log that the header `name` of a `page` (a path) was blocked: browsers do not all read it alike."""
        if self._report_only:
            self._findings.add("header", name)
        if self._once.is_new("odd header", name):
            self._log.warning(
                "%s the header %s of the page %s: browsers do not all read it alike, and some may load what "
                "others do not. Write it in its plain form: %s",
                self._blocked,
                toml_text(name),
                toml_text(page),
                _PLAIN_FORMS[name],
                extra=fields("header", about="not plain"),
            )

    def redirect_refused(self, host: str, claim: Claim, page: str, *, asked: bool) -> None:
        """Log that a redirect from a `page` (a path) to `host` was refused. `asked` says whether the visitor
        asked for it."""
        if not self._once.is_new("redirect", f"{host} {claim.service}"):
            return
        if asked:
            why = "gate_redirects is on in [site]"
            rest = "Without gate_redirects every redirect of the application passes"
        else:
            why = "the browser asked for it ahead of the visitor or for a part of a page"
            rest = "Where the visitor goes there, it passes unless gate_redirects is on in [site]"
        self._log.warning(
            "refused a redirect from the page %s to the host %s (403), since %s: %s. %s",
            toml_text(page),
            toml_text(host),
            why,
            _what_opens(claim, host),
            rest,
            extra=fields("blocked", about="redirect", kind="redirect", service=service_label(claim)),
        )

    def styles_kept_out(self) -> None:
        """Log that the site's own Content-Security-Policy keeps the banner's styles out."""
        if self._once.is_new("policy", "style"):
            self._log.warning(
                "the site's own Content-Security-Policy lets no style sheet of the site pass: the banner "
                "works, but without its styles. Add 'self' or a nonce to its style-src",
                extra=fields("header", about="styles kept out"),
            )

    def consent_mode_kept_out(self) -> None:
        """Log that the site's own Content-Security-Policy keeps the script out that tells tags of consent."""
        if self._once.is_new("policy", "consent mode"):
            self._log.warning(
                "the site's own Content-Security-Policy lets no script file of the site pass: nothing tells "
                "the tags of Google and Microsoft what the visitor consented to, and they take everything as "
                "granted. Add 'self' or a nonce to its script-src",
                extra=fields("header", about="consent mode kept out"),
            )

    def policy_too_long(self, net: Net) -> None:
        """Log that a page's Content-Security-Policy has no room for all granted hosts."""
        for what, hosts in (("contact", net.without_access), ("open WebSockets to", net.without_sockets)):
            if hosts and self._once.is_new("net", f"{what} {len(hosts)}"):
                self._log.warning(
                    "the Content-Security-Policy has no room for all that was granted: scripts of the page "
                    "cannot %s %s. Name fewer hosts in the policy file, such as *.vendor.example for all of "
                    "one vendor's, and first the services that need them most%s",
                    what,
                    ", ".join(map(toml_text, hosts)),
                    "" if what == "contact" else ", such as chats",
                    extra=fields("header", about="policy too long", count=len(hosts)),
                )


def _what_opens(claim: Claim, host: str) -> str:
    """Say what would let a redirect to `host` pass."""
    if claim.unit is not None:
        return f"it passes with consent to {toml_text(claim.category or '')}"
    if claim.pages:
        return f"the policy has {toml_text(claim.service or claim.name)} on other pages only"
    if claim.declared:
        return 'category = "never" says so'
    if host.endswith(":"):
        return "no policy can name a program that it starts"
    return "a [[service]] with this host in hosts declares it"
