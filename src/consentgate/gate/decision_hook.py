"""The site's hook that is told of decisions."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from consentgate.consent.decision_taken import DecisionTaken
from consentgate.consent.hooks import call_hook, failure_of
from consentgate.log_fields import fields

_log = logging.getLogger("consentgate")


class DecisionHook:
    """Tells a site's function of decisions, once each. Threads share one.

    It is told after the visitor was answered, so that nothing it does changes that.
    """

    def __init__(self, hook: Callable[[DecisionTaken], object]) -> None:
        self._hook = hook
        self._failures: set[str] = set()
        self._lock = threading.Lock()

    def tell(self, decision: DecisionTaken) -> None:
        """Call the function with a `decision`. An error in it is logged once for each kind."""
        try:
            call_hook(self._hook, decision)
        except Exception as error:
            # Its message may have something of a visitor in it.
            kind, place = failure_of(error)
            with self._lock:
                is_new = kind not in self._failures
                self._failures.add(kind)
            if is_new:
                _log.error(
                    "on_decision failed (%s, %s). The decision has taken effect all the same. This is logged "
                    "once for each kind of error",
                    kind,
                    place,
                    extra=fields("hook failing", hook="on_decision", error=kind),
                )
