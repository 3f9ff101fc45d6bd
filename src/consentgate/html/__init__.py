"""HTML as browsers read it, and the rewriter that takes out what is not allowed."""

from consentgate.web.url import Url, resolve

from .rewriting.insertion_point import Insertion
from .rewriting.rewriter import Place, Rewriter
from .rules.blocked import Blocked
from .rules.limits import Cut

__all__ = ["Blocked", "Cut", "Insertion", "Place", "Rewriter", "Url", "resolve"]
