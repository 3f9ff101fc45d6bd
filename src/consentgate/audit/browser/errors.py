"""What goes wrong where a site cannot be looked at at all."""

from __future__ import annotations


class CannotLook(Exception):
    """The site cannot be looked at; the message says why, and what to do about it."""
