"""The consent of the visitor for whom the running code works."""

from __future__ import annotations

from contextvars import ContextVar, Token

from .consent import Consent

_current: ContextVar[Consent | None] = ContextVar("consentgate.consent", default=None)


def current_consent() -> Consent | None:
    """Return the consent of the visitor for whom the running code works; None where it works for none."""
    return _current.get()


class ActingFor:
    """A block of code that works for the visitor with this `consent`, or for nobody with None.

    Holds for the thread or task that enters it, and for the tasks that are started within.
    """

    __slots__ = ("_consent", "_token")

    def __init__(self, consent: Consent | None) -> None:
        self._consent = consent

    def __enter__(self) -> None:
        self._token: Token[Consent | None] = _current.set(self._consent)

    def __exit__(self, *error: object) -> None:
        _current.reset(self._token)
