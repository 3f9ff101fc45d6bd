"""The effect of a request for the visitor's own record: it is read before the visitor is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from consentgate.consent.record import NotReadable
from consentgate.log_fields import fields

from .message import Answer

_log = logging.getLogger("consentgate")


@dataclass(frozen=True, slots=True)
class LookUp:
    """An answer that waits for a record to be read. Whoever carries it out may have to wait for a database.

    `answered` reads and makes the answer; `otherwise` makes the one for a record that cannot be read.
    """

    answered: Callable[[], Answer]
    otherwise: Callable[[], Answer]

    def carry_out(self) -> Answer:
        """Read the record, and return the answer."""
        try:
            return self.answered()
        except NotReadable:
            return self.otherwise()
        except Exception:
            _log.exception("a visitor's record could not be shown", extra=fields("record not shown"))
            return self.otherwise()
