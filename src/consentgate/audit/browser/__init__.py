"""Drives a real browser over a site by Playwright, and sees all that it stores and contacts."""

from .errors import CannotLook
from .watch import Watching, take_tour

__all__ = ["CannotLook", "Watching", "take_tour"]
