"""Advice on decisions that did not count."""

from __future__ import annotations

from consentgate.log_fields import fields
from consentgate.policy.advice.proposals import toml_text

from .naming import Log
from .once import Once

_BEHIND_A_PROXY = (
    "If that is your own site behind a proxy, let the proxy pass the Host header on, or set trusted_proxies"
)
_ORIGINS = {
    "": "Browsers send one: it was a program, or a proxy has dropped it",
    "null": "That is what a page in a sandbox or a file sends, and it proves nothing",
}


class DecisionAdvice:
    """Logs why a decision was refused, and what to do about it."""

    def __init__(self, once: Once, log: Log) -> None:
        self._once = once
        self._log = log

    def wrong_origin(self, origin: str, authority: str) -> None:
        """Log that a decision did not come from a page of the host that it was sent to."""
        if self._once.is_new("origin", f"{origin} {authority}", source="browsers"):
            self._log.warning(
                "refused a decision that came %s to the host %s (403). %s",
                f"from {toml_text(origin)}" if origin else "without an Origin header",
                toml_text(authority),
                _ORIGINS.get(origin, _BEHIND_A_PROXY),
                extra=fields("decision refused", about="origin", status=403),
            )

    def unreadable_form(self, reason: str, status: int) -> None:
        """Log that the form of a decision cannot be read, for this `reason`."""
        if self._once.is_new("form", reason, source="browsers"):
            self._log.warning(
                "refused a decision (%d), since its form says nothing that counts: %s. To do: submit the "
                "banner's own form, or one that is encoded like it: no FormData or JSON with fetch(), but "
                "new URLSearchParams(new FormData(form))",
                status,
                reason,
                extra=fields("decision refused", about="form", status=status),
            )

    def framed(self, authority: str) -> None:
        """Log that a grant came from a page inside a frame."""
        if self._once.is_new("framed", authority, source="browsers"):
            self._log.warning(
                "refused a consent that came from a page of %s inside a frame (403): another site may have "
                "covered what the visitor clicks. To do: where you frame your own pages, let visitors decide "
                "in the page around them. Content-Security-Policy: frame-ancestors keeps others from framing "
                "yours",
                toml_text(authority),
                extra=fields("decision refused", about="frame", status=403),
            )

    def flooded(self, *, is_known: bool) -> None:
        """Log that a client sends more decisions than are recorded. Without `is_known` nobody can tell
        clients apart."""
        if self._once.is_new("flood", str(is_known)):
            self._log.warning(
                "more decisions came than are recorded: consent is refused (503) until fewer come. %s",
                "They are all from one address or network"
                if is_known
                else "Nobody can tell whether they are from one client: behind a proxy set trusted_proxies",
                extra=fields("decision refused", about="flood", status=503),
            )

    def over_plain_http(self) -> None:
        """Log that a decision came over plain HTTP to a gate whose cookie is for HTTPS."""
        if self._once.is_new("decision", "insecure"):
            self._log.warning(
                "a decision came over plain http, and browsers drop the consent cookie there. While you "
                "develop: Gate(..., insecure=True); in Flask CONSENTGATE_INSECURE = True; in Django "
                'CONSENTGATE = {"INSECURE": True}. Where the site goes live, serve https',
                extra=fields("setup", about="plain http"),
            )
