"""The share links of one page: what comes in the place of social buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from consentgate.catalogue import LONGEST_ADDRESS, Page, ShareLink
from consentgate.gate.request.visit import Visit
from consentgate.pages import Pages
from consentgate.web.paths import local_path

# What advertisements and newsletters add to an address, to tell who has followed which of them: the visitor's
# own click is not to be shared. By the documentation of Google Analytics (utm_), Google Ads (gclid, gbraid,
# wbraid), Campaign Manager (dclid), Meta (fbclid), Microsoft Advertising (msclkid), Matomo (mtm_, pk_),
# Mailchimp (mc_), HubSpot (_hsenc, _hsmi), X (twclid), TikTok (ttclid), LinkedIn (li_fat_id), Yandex (yclid),
# Instagram (igshid, igsh).
_TRACKING = re.compile(
    r"(?i)(?:utm_|mtm_|pk_)[^=]*|mc_[ce]id|_hs(?:enc|mi)|(?:g|d|fb|tw|tt|y)clid|[gw]braid|msclkid|li_fat_id|igshi?d?"
)


class SharedPage:
    """Makes the links on one page, whose own `address` is "" where nobody knows it. `pages` returns what
    writes them in the language of the page, which is known by the time that a button is met. Of what asks for
    none it `leaves_nothing`: then nothing comes in the place of a button."""

    def __init__(
        self, address: Callable[[], str], pages: Callable[[], Pages], *, leaves_nothing: bool
    ) -> None:
        self._address = address
        self._pages = pages
        self._leaves_nothing = leaves_nothing

    @cached_property
    def address(self) -> str:
        """The page's own address. Most pages have no social buttons, and do not need it."""
        return self._address()

    def instead(self, link: ShareLink, page: Page) -> bytes:
        """Return what is put in the place of a social button."""
        if self._leaves_nothing:
            return b""
        return self._pages().share_link(link.address_on(page), link.network.name, visits=link.visits)

    def completed(self, link: ShareLink, href: str, page: Page) -> str:
        """Return where a link of the site's own leads that is to share something."""
        return "" if self._leaves_nothing else link.completed(href, page)


def address_on(visit: Visit) -> str:
    """Return the address of the page of a `visit`, if it is not too long to be repeated in each link."""
    address = f"https:{visit.origin}{untracked(local_path(visit.way_back))}" if visit.origin else ""
    fits = (text for text in (address, address.partition("?")[0]) if len(text) <= LONGEST_ADDRESS)
    return next(fits, "")


def untracked(path: str) -> str:
    """Return a path and query without the parameters that tell by which advertisement somebody came."""
    path, _, query = path.partition("?")
    kept = [pair for pair in query.split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0])]
    return f"{path}?{'&'.join(kept)}" if kept else path
