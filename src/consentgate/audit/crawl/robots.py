"""What a site's robots.txt allows (RFC 9309)."""

from __future__ import annotations

from protego import Protego

from consentgate.audit.responses.address import Address, address
from consentgate.audit.responses.response import Response

PRODUCT = "consentgate"
"""The product token that robots.txt can name (section 2.2.1)."""
LARGEST = 500 << 10
"""The most bytes of the file that are read: what parsers have to take (section 2.5)."""


class Robots:
    """The rules of one host.

    Where the file is unavailable (4xx) everything is allowed; where it is unreachable (5xx, or no response)
    nothing is (section 2.3.1).
    """

    def __init__(self, response: Response) -> None:
        is_there = 200 <= response.status < 300
        self.why_unreachable = response.problem or f"status {response.status}"
        self.is_unreachable = response.status == 0 or response.status == 429 or response.status >= 500
        # Invalid bytes are no reason to give up the lines that can be read (section 2.5).
        text = response.body[:LARGEST].decode("utf-8-sig", "replace") if is_there else ""
        self._rules = Protego.parse(text)
        self._base = response.address

    def allow(self, target: Address) -> bool:
        """Say whether a crawler may ask for `target`."""
        return not self.is_unreachable and self._rules.can_fetch(str(target), PRODUCT)

    @property
    def delay(self) -> float:
        """The seconds that it asks crawlers to wait between requests; 0 where it does not."""
        wait = self._rules.crawl_delay(PRODUCT) or 0.0
        rate = self._rules.request_rate(PRODUCT)
        return max(wait, rate.seconds / rate.requests if rate is not None and rate.requests else 0.0)

    @property
    def sitemaps(self) -> list[Address]:
        """The sitemaps that it names."""
        named = (address(url, self._base) for url in self._rules.sitemaps)
        return [target for target in named if target is not None]
