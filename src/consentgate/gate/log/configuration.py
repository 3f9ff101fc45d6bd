"""Advice on how the gate is set up."""

from __future__ import annotations

import logging

from consentgate.log_fields import fields
from consentgate.policy.review.site import NOTHING_IS_BLOCKED

from .once import Once

_log = logging.getLogger("consentgate")


class ConfigurationAdvice:
    """Logs mistakes in how the gate is set up, and modes in which it does less."""

    def __init__(self, once: Once) -> None:
        self._once = once

    def second_gate(self) -> None:
        """Log that another gate is around this one."""
        if self._once.is_new("place", "doubled"):
            _log.warning(
                "this gate does nothing: another gate is around it already, and its policy counts. Leave "
                "only the outermost",
                extra=fields("setup", about="second gate"),
            )

    def inside_sessions(self) -> None:
        """Log that middleware which keeps sessions is around this gate."""
        if self._once.is_new("place", "inside sessions"):
            _log.error(
                "the gate is inside the session middleware, whose cookie passes it by in both directions. "
                "Put the gate outermost: ConsentMiddleware(app, gate) around the application, or "
                "app.add_middleware(ConsentMiddleware, gate=gate) after all others: the last is "
                "the outermost",
                extra=fields("setup", about="inside sessions"),
            )

    def only_reports(self) -> None:
        """Log that this gate blocks nothing."""
        if self._once.is_new("mode", "report only"):
            _log.warning(
                "report_only is on in [site]: %s",
                NOTHING_IS_BLOCKED,
                extra=fields("setup", about="report only"),
            )

    def finds_nothing(self) -> None:
        """Log that nothing will come into the file of findings."""
        _log.warning(
            "findings: nothing is counted, and nothing will be in the file. Write report_only = true or "
            "reports = true under [site] in the policy",
            extra=fields("setup", about="findings"),
        )

    def is_debugged(self) -> None:
        """Log that pages show what was blocked in them."""
        _log.warning(
            "debug is on: pages show what was blocked in them, which is for those who make the site",
            extra=fields("setup", about="debug"),
        )
