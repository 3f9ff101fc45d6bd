"""The policy: what a site declares, and who every URL and cookie belongs to."""

from .claims.claim import OWN, UNDECLARED, Claim, Groups, Unit
from .claims.first_party import OwnHosts, own_hosts
from .errors import Mistake, PolicyError
from .installed import DeclaredService, services_in
from .lifetime import LONGEST, lifetime_seconds
from .model import (
    NECESSARY,
    NEVER,
    NONE,
    REASONS,
    Banner,
    Category,
    Cookie,
    Declaration,
    EarlierVersion,
    Service,
    ServiceCookie,
    Site,
    Theme,
)
from .policies import Policies, PolicySource
from .policy import Policy

__all__ = [
    "LONGEST",
    "NECESSARY",
    "NEVER",
    "NONE",
    "OWN",
    "REASONS",
    "UNDECLARED",
    "Banner",
    "Category",
    "Claim",
    "Cookie",
    "Declaration",
    "DeclaredService",
    "EarlierVersion",
    "Groups",
    "Mistake",
    "OwnHosts",
    "Policies",
    "Policy",
    "PolicyError",
    "PolicySource",
    "Service",
    "ServiceCookie",
    "Site",
    "Theme",
    "Unit",
    "lifetime_seconds",
    "own_hosts",
    "services_in",
]
