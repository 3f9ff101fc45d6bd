"""HTML as browsers read it, and the rewriter that takes out what is not allowed."""

from .blocked import Blocked
from .cuts import Cut
from .insertion import Insertion
from .rewriter import Place, Rewriter
from .urls import Url, resolve

__all__ = ["Blocked", "Cut", "Insertion", "Place", "Rewriter", "Url", "resolve"]
