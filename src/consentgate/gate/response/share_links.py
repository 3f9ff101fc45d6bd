"""Makes the share links of one page, which replace its social buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from consentgate.catalogue import LONGEST_ADDRESS, Page, ShareLink
from consentgate.gate.request.visit import Visit
from consentgate.pages import Pages
from consentgate.web.paths import local_path

# The parameters that advertisements and newsletters add to an address, to tell who followed which of them.
# The visitor's own click is not to be shared. By the documentation of Google Analytics (utm_), Google Ads
# (gclid, gbraid, wbraid), Campaign Manager (dclid), Meta (fbclid), Microsoft Advertising (msclkid), Matomo
# (mtm_, pk_), Mailchimp (mc_), HubSpot (_hsenc, _hsmi), X (twclid), TikTok (ttclid), LinkedIn (li_fat_id),
# Yandex (yclid), Instagram (igshid, igsh).
_TRACKING = re.compile(
    r"(?i)(?:utm_|mtm_|pk_)[^=]*|mc_[ce]id|_hs(?:enc|mi)|(?:g|d|fb|tw|tt|y)clid|[gw]braid|msclkid|li_fat_id|igshi?d?"
)


class SharedPage:
    """Makes the share links of one page.

    `address` returns the page's own address, "" where nobody knows it. `pages` returns the writer for the
    language of the page, which is known once a button is met. With `leaves_nothing` buttons go without a
    link."""

    def __init__(
        self, address: Callable[[], str], pages: Callable[[], Pages], *, leaves_nothing: bool
    ) -> None:
        self._address = address
        self._pages = pages
        self._leaves_nothing = leaves_nothing

    @cached_property
    def address(self) -> str:
        """The page's own address. It is made on demand, since most pages have no social buttons."""
        return self._address()

    def instead(self, link: ShareLink, page: Page) -> bytes:
        """Return the markup that replaces a social button; b"" for none."""
        if self._leaves_nothing:
            return b""
        return self._pages().share_link(link.address_on(page), link.network.name, visits=link.visits)

    def completed(self, link: ShareLink, href: str, page: Page) -> str:
        """Return the address that a link of the site's own needs to share something; "" where the link stays
        as it is."""
        return "" if self._leaves_nothing else link.completed(href, page)


def address_on(visit: Visit) -> str:
    """Return the address of the page of a `visit`, without the query where it is too long with it; "" where
    it is too long even so."""
    address = f"https:{visit.origin}{untracked(local_path(visit.way_back))}" if visit.origin else ""
    fits = (text for text in (address, address.partition("?")[0]) if len(text) <= LONGEST_ADDRESS)
    return next(fits, "")


def untracked(path: str) -> str:
    """Return a path and query without the parameters that tell which advertisement a visitor followed."""
    path, _, query = path.partition("?")
    kept = [pair for pair in query.split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0])]
    return f"{path}?{'&'.join(kept)}" if kept else path
