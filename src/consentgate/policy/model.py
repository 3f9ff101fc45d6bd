"""What a site declares: the shape of the policy file, table by table.

These classes are plain data. `loading` reads a file into them and reports every mistake at once. `claims`
finds out who a URL or a cookie belongs to.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from .lifetime import HALF_A_YEAR, THIRTEEN_MONTHS, lifetime_text

NECESSARY = "necessary"
NEVER = "never"
NONE = "none"
"""The answer in `[declaration]` that something does not exist: no officer, no transfers."""

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

AUDIENCE, UK_STATISTICS, UK_APPEARANCE = "audience", "uk-statistics", "uk-appearance"

OBJECTABLE = (UK_STATISTICS, UK_APPEARANCE)
"""The reasons for which something passes without consent until the visitor objects to it (PECR Schedule A1,
paragraphs 5 and 6)."""

Regime = Literal["eu", "uk", "us"]
"""Whose law the site keeps: nobody guesses it from a visitor's address."""


def reasons_under(regime: Regime) -> tuple[str, ...]:
    """Return the reasons that a site may give that keeps to this law."""
    return REASONS if regime == "uk" else tuple(one for one in REASONS if one not in OBJECTABLE)


Condition = Literal[
    "this-site-only",
    "anonymous-statistics",
    "not-matched",
    "not-passed-on",
    "no-shared-identifier",
    "sole-purpose",
    "not-shared",
]
"""What a site states of a measurement: a closed list."""

CONDITIONS: Mapping[str, Mapping[str, str]] = {
    AUDIENCE: {
        "this-site-only": "its sole purpose is to measure this site, for its publisher alone",
        "anonymous-statistics": "it makes anonymous statistics only",
        "not-matched": "it is not matched with other data",
        "not-passed-on": "nothing that is not anonymous goes to third parties",
        "no-shared-identifier": "no identifier is the same on several sites",
    },
    UK_STATISTICS: {
        "sole-purpose": "its sole purpose are statistics on how the site is used, so that it can be improved",
        "not-shared": "nothing is shared with others, except to help with that improvement",
    },
}
"""For each reason the conditions, in words, under which measuring needs no consent: all of them have to hold
(CNIL, audience measurement, 4 July 2025; PECR Schedule A1, paragraph 5)."""

CONSENT_COOKIE, INSECURE_CONSENT_COOKIE = "__Host-consent", "consent"
"""The names of the cookie that holds a visitor's choice: over HTTPS, and in development over plain HTTP."""

DOMAIN_COOKIE, INSECURE_DOMAIN_COOKIE = "__Secure-consent", "domain-consent"
"""The names of the cookie that holds a choice for all hosts of a domain: `__Host-` forbids that."""

CONSENT_COOKIES = frozenset((CONSENT_COOKIE, INSECURE_CONSENT_COOKIE, DOMAIN_COOKIE, INSECURE_DOMAIN_COOKIE))
"""Cookies of our own, which no policy declares."""

CspMode = Literal["on", "report-only", "off"]

BannerPosition = Literal["bar", "box", "dialog"]
"""Along the bottom of the window, in a corner of it, or in its middle."""

SettingsPosition = Literal["start", "end", "none"]
"""The corner at the bottom where a line of text starts, or where it ends."""

ShareLinkMode = Literal["links", "placeholder", "none"]
"""What comes in the place of blocked social buttons."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The `[site]` table: who answers for the site, and the switches of the gate.

    `hosts` lists what counts as the site itself (`example.org`, `*.example.org`). Where it is empty, that is
    the registrable domain of each request's host. `undeclared` is "never", or the id of the category whose
    consent opens what no service claims. The `guard` keeps the page's scripts to what is allowed, where
    headers cannot. With `report_only` nothing is blocked: what would be is counted.
    `privacy_url` and `imprint_url` are the site's own pages that the banner links to: paths or addresses on
    the web. On all hosts of `consent_domain` one answer counts. `keep_grants` and `keep_refusals` say for how
    long a visitor who has answered is not asked again. The `regime` is whose law the site keeps.
    """

    name: str
    controller: str
    contact: str
    regime: Regime = "eu"
    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    undeclared: str = NEVER
    updated: datetime.date | None = None
    gate_redirects: bool = False
    gate_forms: bool = False
    dnt: bool = True
    csp: CspMode = "on"
    connection_allowlist: CspMode = "off"
    guard: bool = True
    reports: bool = False
    report_only: bool = False
    share_links: ShareLinkMode = "links"
    prefix: str = "/_privacy/"
    privacy_url: str = ""
    imprint_url: str = ""
    consent_domain: str = ""
    keep_grants: str | None = None
    keep_refusals: str | None = None

    @property
    def grants_kept(self) -> str:
        """For how long a grant counts. In the United States, who said yes to a part has said no to the rest,
        and may not be asked about that again for 12 months (CPRA regulations, section 7025)."""
        usual = self.keep_refusals or THIRTEEN_MONTHS if self.regime == "us" else HALF_A_YEAR
        return self.keep_grants or usual

    @property
    def refusals_kept(self) -> str:
        """How long refusals are kept, where they have no time of their own: as long as grants, or in the
        United States for longer than the year that its states ask for."""
        return self.keep_refusals or (THIRTEEN_MONTHS if self.regime == "us" else self.grants_kept)


class Banner(msgspec.Struct, frozen=True, kw_only=True):
    """The `[banner]` table: where visitors are asked.

    On the paths in `not_on` there is neither banner nor link to the settings; None leaves it to the
    framework's integration to name paths. `settings` is the corner of that link, or "none" where the site has
    a link of its own to the choices page.
    """

    position: BannerPosition = "bar"
    settings: SettingsPosition = "start"
    not_on: tuple[str, ...] | None = None


class Colours(msgspec.Struct, frozen=True, kw_only=True):
    """The colours of a theme, as hexadecimal numbers like "#1a4fb4".

    Placeholders have the `surface` behind them, all else the `background`. `line` is for borders. Accepting
    and refusing are buttons in the same two colours, and a ring in the colour of links shows what has the
    focus.
    """

    background: str = "#fff"
    surface: str = "#f3f4f6"
    text: str = "#1b1d22"
    line: str = "#767b85"
    link: str = "#1a4fb4"
    button: str = "#23304d"
    button_text: str = "#fff"


class DarkColours(Colours, frozen=True, kw_only=True):
    """The `[theme.dark]` table: the colours where a page, or else the system, is dark."""

    background: str = "#1c1e23"
    surface: str = "#272a31"
    text: str = "#f1f2f4"
    line: str = "#8b919d"
    link: str = "#a9c6ff"
    button: str = "#d9e2f5"
    button_text: str = "#14171d"


class Theme(Colours, frozen=True, kw_only=True):
    """The `[theme]` table: what the banner, placeholders and the gate's own pages look like.

    `radius` is that of their corners and `button_radius` that of buttons, from "0px" to "24px"; `font` lists
    font families. `templates` is a folder with templates that replace ours.
    """

    radius: str = "6px"
    button_radius: str = "6px"
    font: str = "system-ui, sans-serif"
    templates: str = ""
    dark: DarkColours = DarkColours()


class ConsentMode(msgspec.Struct, frozen=True, kw_only=True):
    """The `[consent_mode]` table: what vendors' tags are told of a visitor's consent, for each vendor.

    True leaves it to the services in the policy; False is for a site that tells the tags itself. A table has
    for types of consent the ids (text) of the category or service that grants each.
    """

    google: bool | Mapping[str, object] = True
    uet: bool | Mapping[str, object] = True
    clarity: bool | Mapping[str, object] = True


class EarlierVersion(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier version of the declaration, in effect from `date`. `url` is where it can still be read."""

    version: str
    date: datetime.date
    url: str = ""


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """The `[declaration]` table: what the declaration has to say and only the site knows.

    `dpo` is how to reach the data protection officer, and `transfers` says on what grounds data leave the
    European Economic Area; each is "none" where there is none, and empty while the site has not answered.
    `authority` is the supervisory authority.
    """

    address: str = ""
    dpo: str = ""
    authority: str = ""
    authority_url: str = ""
    transfers: str = ""
    version: str = ""
    earlier: tuple[EarlierVersion, ...] = ()


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A `[[category]]` table: a purpose that groups services.

    `covers` names categories of the catalogue. Their services belong here, where the policy uses them and
    names no other category.
    """

    id: str
    name: str = ""
    description: str = ""
    covers: tuple[str, ...] = ()


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """The `measurement` of a cookie or service that counts visits without consent: the `conditions` that it
    meets, how long its `data_kept` are, and the `processor` that measures on the site's behalf, if any."""

    conditions: tuple[Condition, ...] = ()
    data_kept: str | None = None
    processor: str = ""


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """A `[[cookie]]` table: one of the site's own cookies. `name` may end in `*`."""

    name: str
    category: str
    reason: Reason | None = None
    lifetime: str | None = None
    purpose: str = ""
    measurement: Measurement | None = None

    @classmethod
    def exempt(cls, name: str, reason: Reason, age: float | datetime.timedelta | None) -> Cookie:
        """Declare a necessary cookie that lives for `age`, in seconds; None is until the browser closes."""
        seconds = age.total_seconds() if isinstance(age, datetime.timedelta) else age or 0
        return cls(name=name, category=NECESSARY, reason=reason, lifetime=lifetime_text(seconds))


class ServiceCookie(msgspec.Struct, frozen=True, kw_only=True):
    """A cookie that a service sets on the site's own host. `name` may end in `*`."""

    name: str
    lifetime: str | None = None
    purpose: str = ""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A `[[service]]` table: a third party, or a tracker on the site's own host (`paths` without `hosts`).

    Where there are both `hosts` and `paths`, a URL must match one of each. `urls` holds the `host/path`
    patterns of a catalogue service. `pages` limits a necessary service to some of the site's pages. `use` is
    the id of the catalogue's service that this one is, "" for none.
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
    use: str = ""
    measurement: Measurement | None = None

    @property
    def is_elsewhere(self) -> bool:
        """Whether the service runs on other hosts than the site's own."""
        return bool(self.hosts or self.urls)
