"""The effect of a decision: its record is kept before the visitor gets the answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from consentgate.consent.record import Notice, NotRecorded, Record, Recorder
from consentgate.log_fields import fields

from .message import Answer
from .meter import Meter, Unrecorded

_log = logging.getLogger("consentgate")


@dataclass(frozen=True, slots=True)
class Recording:
    """An answer that waits for a `record`. Whoever carries it out may have to wait for a disk.

    `answered` is the answer once the record is durable, and `otherwise` makes the answer where it cannot be
    kept: a grant then does not count, but a refusal or withdrawal does. `meter` counts both.
    Records that have to be kept `also` are those of a visitor with two cookies.
    """

    record: Record
    notice: Notice
    recorder: Recorder
    answered: Answer
    otherwise: Callable[[], Answer]
    meter: Meter | None = None
    also: tuple[Record, ...] = ()

    def carry_out(self) -> Answer:
        """Keep the record, and return the answer."""
        try:
            for record in (self.record, *self.also):
                self.recorder.record(record, self.notice)
        except NotRecorded:
            return self._unrecorded()
        except Exception:
            # Whatever went wrong: a grant that nobody can prove does not count, and a refusal does.
            _log.exception("a decision could not be recorded", extra=fields("unrecorded", about="fault"))
            return self._unrecorded()
        if self.meter is not None:
            self.meter.decided(self.record.event)
        return self.answered

    def _unrecorded(self) -> Answer:
        if self.meter is not None:
            count_unrecorded(self.meter, self.record, "storage")
        return self.otherwise()


def count_unrecorded(meter: Meter, record: Record, why: Unrecorded) -> None:
    """Count a decision that no `record` is kept of. One that grants nothing takes effect all the same."""
    meter.not_recorded(record.event, why)
    if not record.is_grant:
        meter.decided(record.event)
