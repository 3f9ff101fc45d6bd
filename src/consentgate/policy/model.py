"""What a site declares: the shape of the policy file, table by table.

These classes are plain data. Reading a file into them, with every mistake reported at once, is the
work of `loading`; finding out who a URL or a cookie belongs to is the work of `claims`.
"""

from __future__ import annotations

import datetime
from typing import Literal, get_args

import msgspec

from .lifetime import lifetime_text

NECESSARY = "necessary"
NEVER = "never"

Reason = Literal[
    "choice",
    "authentication",
    "security",
    "basket",
    "payment",
    "load-balancing",
    "ui-preference",
    "paywall-quota",
    "transmission",
    "requested-service",
    "audience",
    "uk-statistics",
    "uk-appearance",
]
"""Why something needs no consent: a closed list (ePrivacy Art. 5(3); CNIL 2020-091; PECR Schedule A1)."""

REASONS: tuple[str, ...] = get_args(Reason)

CONSENT_COOKIE, INSECURE_CONSENT_COOKIE = "__Host-consent", "consent"
"""What the cookie that holds a visitor's choice is called, and while a site is developed over plain HTTP."""

CspMode = Literal["on", "report-only", "off"]


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The `[site]` table: who answers for the site, and the switches of the gate.

    `hosts` lists what counts as the site itself (`example.org`, `*.example.org`); empty, it is the
    registrable domain of each request's host. `undeclared` is the id of the category whose consent opens
    what no service claims, or "never". With `report_only` nothing is blocked, and what would be is counted.
    """

    name: str
    controller: str
    contact: str
    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    undeclared: str = NEVER
    updated: datetime.date | None = None
    gate_redirects: bool = False
    gate_forms: bool = False
    dnt: bool = True
    csp: CspMode = "on"
    connection_allowlist: CspMode = "off"
    report_only: bool = False
    prefix: str = "/_privacy/"


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A `[[category]]` table: a purpose that groups services.

    `covers` names the catalogue's categories whose services belong here when the policy uses them
    without naming a category of its own.
    """

    id: str
    name: str = ""
    description: str = ""
    covers: tuple[str, ...] = ()


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """A `[[cookie]]` table: a cookie of the site's own. `name` may end in `*`."""

    name: str
    category: str
    reason: Reason | None = None
    lifetime: str | None = None
    purpose: str = ""

    @classmethod
    def exempt(cls, name: str, reason: Reason, age: float | datetime.timedelta | None) -> Cookie:
        """Declare a necessary cookie that lives for `age`, in seconds; None is until the browser closes."""
        seconds = age.total_seconds() if isinstance(age, datetime.timedelta) else age or 0
        return cls(name=name, category=NECESSARY, reason=reason, lifetime=lifetime_text(seconds))


class ServiceCookie(msgspec.Struct, frozen=True, kw_only=True):
    """A cookie that a service sets on the site's own host. `name` may end in `*`."""

    name: str
    lifetime: str | None = None


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A `[[service]]` table: a third party, or a tracker on the site's own host (`paths` without `hosts`).

    With both `hosts` and `paths`, a URL must match one of each. `urls` holds the `host/path` patterns of
    a catalogue service. `pages` limits a necessary service to some of the site's pages.
    """

    id: str
    name: str
    category: str
    reason: Reason | None = None
    pages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    cookies: tuple[ServiceCookie, ...] = ()
    controller: str = ""
    privacy_url: str = ""
    purpose: str = ""
