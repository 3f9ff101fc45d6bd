"""The effect of a decision: its record is kept before the visitor is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from consentgate.consent.record import Notice, NotRecorded, Record, Recorder

from .message import Answer

_log = logging.getLogger("consentgate")


@dataclass(frozen=True, slots=True)
class Recording:
    """An answer that waits for a `record`. Whoever carries it out may have to wait for a disk.

    `answered` is the answer once the record lasts, `otherwise` where it cannot be kept: a grant then counts
    for nothing, and what takes consent back counts all the same.
    """

    record: Record
    notice: Notice
    recorder: Recorder
    answered: Answer
    otherwise: Callable[[], Answer]

    def carry_out(self) -> Answer:
        """Keep the record, and return the answer."""
        try:
            self.recorder.record(self.record, self.notice)
        except NotRecorded:
            return self.otherwise()
        except Exception:
            # Whatever it was, no grant counts that nobody can prove, and each refusal does.
            _log.exception("a decision could not be recorded")
            return self.otherwise()
        return self.answered
