"""Checks the place of the gate in `MIDDLEWARE`."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

_FIRST = 'Put it first: MIDDLEWARE = ["consentgate.django.ConsentMiddleware", ...].'


def misplacements(gate: type) -> Iterator[CheckMessage]:
    """Yield an error for each mistake in the place of the middleware `gate`, or of a subclass, in
    `MIDDLEWARE`."""
    places = [number for number, path in enumerate(settings.MIDDLEWARE) if _is(path, gate)]
    if not places:
        message = "The consent gate is not in MIDDLEWARE: nothing is blocked."
        yield Error(message, hint=_FIRST, id="consentgate.E006")
        return
    if places[0] > 0:
        outside = ", ".join(settings.MIDDLEWARE[: places[0]])
        message = f"The consent gate is not first in MIDDLEWARE. It cannot block what these send: {outside}."
        yield Error(message, hint=_FIRST, id="consentgate.E007")
    if len(places) > 1:
        message = "The consent gate is in MIDDLEWARE more than once."
        yield Error(message, hint="Leave only the first.", id="consentgate.E008")


def _is(path: str, gate: type) -> bool:
    try:
        middleware = import_string(path)
    except ImportError:
        # Django itself reports this.
        return False
    return isinstance(middleware, type) and issubclass(middleware, gate)
