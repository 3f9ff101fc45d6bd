"""The port by which a gate tells how much of what it does: `consentgate.metrics` is for Prometheus."""

from __future__ import annotations

from typing import Literal, Protocol

from consentgate.consent.record import Event

VariantName = Literal["open", "closed"]
"""The variant of a page: whether its visitor has granted anything."""
Unrecorded = Literal["flood", "storage"]
"""Why a decision was not recorded: more came than are recorded, or nothing lasting could be written."""


class Meter(Protocol):
    """Counts. Threads share one. Nothing that it is told comes from a visitor: ids are those of the policy,
    and all other words are ours."""

    def decided(self, event: Event) -> None:
        """Count a decision that took effect."""

    def not_recorded(self, event: Event, why: Unrecorded) -> None:
        """Count a decision of which no record was kept. A grant then has no effect."""

    def blocked(self, kind: str, service: str, *, is_enforced: bool) -> None:
        """Count something of a `kind` that was blocked, or would have been where it is not enforced.

        `service` is the id of a declared one, "own" for the site's own cookies, "undeclared" for what nobody
        declared.
        """

    def page_read(self, variant: VariantName, seconds: float, size: int) -> None:
        """Count a page that was read to its end: how long that took, without the application, and how many
        bytes the application gave."""

    def closed(self, status: int) -> None:
        """Count a response of the application's that an error page with this `status` was sent for."""

    def broke_off(self) -> None:
        """Count a page that broke off in the middle, since it could not be read on."""
