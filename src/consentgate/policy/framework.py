"""Cookies that the application's framework sets by itself."""

from __future__ import annotations

from datetime import timedelta

from .lifetime import lifetime_text
from .model import NECESSARY, Cookie, Reason


def framework_cookie(name: str, reason: Reason, age: float | timedelta | None) -> Cookie:
    """Declare the cookie `name` of a framework, which lives for `age`: so many seconds, or None until the
    browser closes."""
    seconds = age.total_seconds() if isinstance(age, timedelta) else age or 0
    return Cookie(name=name, category=NECESSARY, reason=reason, lifetime=lifetime_text(seconds))
