"""Builds a static site anew in its closed form: nothing in it contacts others, so nobody has to be asked."""

from .builder import HeadersFor, build
from .errors import BuildError
from .findings import Found, What
from .report import Party, Report
from .site import closed_policy

__all__ = ["BuildError", "Found", "HeadersFor", "Party", "Report", "What", "build", "closed_policy"]
