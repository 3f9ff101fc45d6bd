"""consentgate: consent enforcement for Python sites, on the bytes that leave the server."""

from .consent import Consent, UnknownId
from .gate import Gate, Rewritten
from .html import Blocked
from .policy import Policies, Policy, PolicyError, PolicySource

__all__ = [
    "Blocked",
    "Consent",
    "Gate",
    "Policies",
    "Policy",
    "PolicyError",
    "PolicySource",
    "Rewritten",
    "UnknownId",
]
