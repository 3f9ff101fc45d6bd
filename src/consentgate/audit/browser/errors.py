"""The error of an audit that cannot look at its site."""

from __future__ import annotations


class CannotLook(Exception):
    """An audit cannot look at its site. The message says why, and what to do."""
