"""Says what keeps a policy's declaration from being complete and dated."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from .declaration_slots import missing_in
from .errors import Found
from .policy import Policy

_FURTHEST_EAST = datetime.timedelta(hours=14)


def latest_day() -> datetime.date:
    """Return the day that it is where the sun rises first. A later one is in the future everywhere."""
    return (datetime.datetime.now(datetime.UTC) + _FURTHEST_EAST).date()


def missing_in_declaration(policy: Policy) -> Iterator[Found]:
    """Yield what a `policy` lacks for a declaration that can be shown to visitors, as `check` does."""
    yield from missing_in(policy)
    if policy.site.updated is not None and policy.site.updated > latest_day():
        yield "[site]", "updated", f"expected a day that has come, not {policy.site.updated}"
