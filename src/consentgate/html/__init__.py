"""HTML as browsers read it, and the rewriter that takes out what is not allowed."""

from consentgate.web.url import Url, resolve

from .rewriting.insertion_point import Insertion
from .rewriting.insertions import BlockedEmbed, BlockedFrame, ShareLinks
from .rewriting.records import BlockedMarkup, Records
from .rewriting.rewriter import Rewriter
from .rules.blocked import Blocked
from .rules.limits import Limit

__all__ = [
    "Blocked",
    "BlockedEmbed",
    "BlockedFrame",
    "BlockedMarkup",
    "Insertion",
    "Limit",
    "Records",
    "Rewriter",
    "ShareLinks",
    "Url",
    "resolve",
]
