"""Advice on pages that were not read to their end."""

from __future__ import annotations

from consentgate.html import Limit
from consentgate.html.tokenizer.encoding import Unreadable
from consentgate.log_fields import fields
from consentgate.policy.advice.proposals import LONGEST, toml_text

from .naming import Log
from .once import Once


class LimitAdvice:
    """Logs which limit a page reached, and what to do about it."""

    def __init__(self, once: Once, log: Log) -> None:
        self._once = once
        self._log = log

    def reached(self, limit: Limit, page: str, offset: int) -> None:
        """Log that a `page` (a path) reached a limit at the byte `offset`. Only the first place in a page is
        logged for each limit."""
        if self._once.is_new("limit", f"{limit.name} {page[:LONGEST]}"):
            self._log.warning(
                "%s: at byte %d of the page %s. To do: %s",
                limit.what,
                offset,
                toml_text(page),
                limit.advice,
                extra=fields("limit", about=limit.name),
            )

    def would_be_reached(self, limit: Limit) -> None:
        """Log that a page which was only observed would have reached a limit."""
        if self._once.is_new("limit", limit.name):
            self._log.warning(
                "report only: this would happen to a page: %s. To do: %s",
                limit.what,
                limit.advice,
                extra=fields("limit", about=limit.name),
            )

    def unreadable(self, why: str | Exception) -> None:
        """Log that a page which was only observed would have been refused."""
        # The text of an error may come from the page, so only the error's name is logged, unless it is ours.
        reason = str(why) if isinstance(why, str | Unreadable) else type(why).__name__
        if self._once.is_new("unread", reason):
            self._log.warning(
                "report only: a page could not be read, and would be refused: %s",
                reason,
                extra=fields("limit", about="unreadable"),
            )
