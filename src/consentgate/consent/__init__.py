"""A visitor's consent: the decision, the signed cookie that carries it, the browser's signals."""

from .choice import Choice, decide
from .consent import Consent, UnknownId
from .consent_cookies import ConsentCookies
from .cookie import ConsentCookie
from .judge import Judge
from .signals import signals_in

__all__ = [
    "Choice",
    "Consent",
    "ConsentCookie",
    "ConsentCookies",
    "Judge",
    "UnknownId",
    "decide",
    "signals_in",
]
