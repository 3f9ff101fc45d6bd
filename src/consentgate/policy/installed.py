"""The services that installed packages declare, under the entry point group `consentgate.services`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any, NamedTuple, TypeAlias

from .errors import Mistake, PolicyError
from .messages import place_of, shown
from .model import NECESSARY

GROUP = "consentgate.services"

ServiceTable: TypeAlias = Mapping[str, Any]
"""A service as a `[[service]]` table of a policy file describes it."""


class DeclaredService(NamedTuple):
    """A service that some package declares: who does, and its table."""

    declared_by: str
    table: ServiceTable


@cache
def installed_services() -> tuple[DeclaredService, ...]:
    """List the services that installed packages declare.

    Raises PolicyError where an entry point holds something else than tables, and whatever its module raises
    when it is imported.
    """
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return tuple(
        service
        for point in found
        for service in services_in(f"the entry point {shown(point.name)} of {GROUP}", point.load())
    )


def services_in(declared_by: str, declared: object) -> Iterator[DeclaredService]:
    """Yield the services that are `declared`: tables, or a function that returns such. `declared_by` is whom
    messages name.

    None of them can be necessary, since only the site itself can say so. Raises PolicyError.
    """
    tables = declared() if callable(declared) else declared
    if not isinstance(tables, Iterable) or isinstance(tables, str | Mapping):
        raise PolicyError([Mistake(declared_by, "", "", f"expected a list of tables, not {tables!r}")])
    for number, table in enumerate(tables, 1):
        if not isinstance(table, Mapping):
            place = place_of("[[service]]", number, None)
            raise PolicyError([Mistake(declared_by, place, "", f"expected a table, not {table!r}")])
        if table.get("category") == NECESSARY:
            place = place_of("[[service]]", number, table.get("id") or table.get("use"))
            expected = f"expected another than {shown(NECESSARY)}, which only the site's own policy can say"
            raise PolicyError([Mistake(declared_by, place, "category", expected)])
        yield DeclaredService(declared_by, table)
