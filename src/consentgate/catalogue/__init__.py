"""Facts about known services: which of them a URL, a script, a widget or a cookie belongs to.

The package knows nothing of policies, consent or HTTP, and it never opens anything.
"""

from .inline_scripts import Address, InlineScript
from .lookup import Catalogue, catalogue
from .model import (
    CookiePurpose,
    Entity,
    InlineSignature,
    KnownConsentMode,
    KnownCookie,
    KnownService,
    Widget,
    WidgetSignature,
)
from .patterns import Glob, UrlPattern
from .share_links import LONGEST_ADDRESS, LONGEST_TEXT, Network, Page, ShareLink
from .url_index import UrlIndex

__all__ = [
    "LONGEST_ADDRESS",
    "LONGEST_TEXT",
    "Address",
    "Catalogue",
    "CookiePurpose",
    "Entity",
    "Glob",
    "InlineScript",
    "InlineSignature",
    "KnownConsentMode",
    "KnownCookie",
    "KnownService",
    "Network",
    "Page",
    "ShareLink",
    "UrlIndex",
    "UrlPattern",
    "Widget",
    "WidgetSignature",
    "catalogue",
]
