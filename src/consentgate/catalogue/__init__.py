"""Facts about known services: whose a URL, a script, a widget or a cookie is.

The lowest package: it knows nothing of policies, consent or HTTP, and it never opens anything.
"""

from .inline import Address, InlineScript
from .known import Entity, InlineSignature, KnownCookie, KnownService, Widget, WidgetSignature
from .lookup import Catalogue, catalogue
from .patterns import Glob, UrlIndex, UrlPattern

__all__ = [
    "Address",
    "Catalogue",
    "Entity",
    "Glob",
    "InlineScript",
    "InlineSignature",
    "KnownCookie",
    "KnownService",
    "UrlIndex",
    "UrlPattern",
    "Widget",
    "WidgetSignature",
    "catalogue",
]
