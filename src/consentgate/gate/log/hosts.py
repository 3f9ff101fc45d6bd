"""Advice on hosts, where each has a policy of its own."""

from __future__ import annotations

import logging

from consentgate.log_fields import fields
from consentgate.policy import PolicyError

from .once import Once

_log = logging.getLogger("consentgate")

_LONGEST = 100


class HostAdvice:
    """Logs why a host is not enforced by its own policy. Visitors can make up any number of hosts, so only
    some are logged. Safe to share by threads."""

    def __init__(self, once: Once) -> None:
        self._once = once

    def unknown(self, host: str, remedy: str) -> None:
        """Log that `host` has no policy, and what gives it one."""
        if self._once.is_new("unknown host", host, source="browsers"):
            _log.warning(
                "no policy for the host %a: what needs consent stays blocked there, nobody is named, and the "
                "gate's own pages are not found. If it is yours, %s",
                host[:_LONGEST],
                remedy,
                extra=fields("policy", about="unknown host"),
            )

    def mistaken(self, name: str, error: PolicyError, *, keeps: bool) -> None:
        """Log the mistakes in the policy `name`. The gate `keeps` to the one before them, or closes."""
        if self._once.is_new("mistakes", f"{name} {error}"):
            _log.error(
                "the policy of %a cannot be used, and %s: %s",
                name[:_LONGEST],
                "the one before it stays in effect" if keeps else "its hosts are closed until it is mended",
                error,
                extra=fields("policy", about="mistakes"),
            )

    def failed(self, host: str, error: Exception, *, keeps: bool) -> None:
        """Log that the policy of `host` could not be found. The gate `keeps` to what it knew before, or
        answers 503."""
        if self._once.is_new("failed host", f"{host} {type(error).__name__}", source="browsers"):
            _log.error(
                "the policy of the host %a cannot be had, and %s",
                host[:_LONGEST],
                "what was in effect before stays" if keeps else "it is answered with 503 until it can",
                exc_info=error,
                extra=fields("policy", about="unavailable"),
            )

    def works(self, host: str, error: type[Exception]) -> None:
        """Note that the policy of `host` was found again after an `error`, so that the next error is
        logged."""
        self._once.forget("failed host", f"{host} {error.__name__}", source="browsers")
