"""HTML as browsers read it, and the rewriter that takes out what is not allowed."""

from .blocked import Blocked
from .insertion import Insertion
from .rewriter import Rewriter, TagTooLong
from .urls import Url, resolve

__all__ = ["Blocked", "Insertion", "Rewriter", "TagTooLong", "Url", "resolve"]
