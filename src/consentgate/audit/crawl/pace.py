"""How long to wait before the next request: a polite rate, and what the site asks for."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from consentgate.audit.responses.response import Response

LONGEST_WAIT = 120.0
"""The most seconds that a crawl waits because a site is busy. Where a site asks for more, the crawl ends, and
can be taken up again."""
LONGEST_DELAY = 60.0
"""The most seconds between two requests that are taken for serious."""

_BUSY = (429, 503)
_FIRST_WAIT = 5.0


class TooBusy(Exception):
    """The site asks to be left alone for longer than a crawl waits: for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the site asks to wait for {seconds:.0f} seconds")
        self.seconds = seconds


class Pace:
    """Says when the next request may go out. It does not wait itself."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._next = 0.0
        self._refusals = 0

    def slow_down(self, delay: float) -> None:
        """Wait at least `delay` seconds between requests from now on."""
        self._delay = max(self._delay, min(delay, LONGEST_DELAY))

    def wait(self, now: float) -> float:
        """Return the seconds to wait before the next request."""
        return max(0.0, self._next - now)

    def took(self, response: Response, now: float, wall: float) -> bool:
        """Take note of a `response` that came at `now`, and of the time on the wall then. Say whether to ask
        for the same again later, since the site is busy.

        Raises TooBusy where it is for too long.
        """
        self._next = now + self._delay
        if response.status not in _BUSY:
            self._refusals = 0
            return False
        asked = retry_after(response, wall)
        wait = asked if asked is not None else min(_FIRST_WAIT * 4**self._refusals, LONGEST_WAIT)
        self._refusals += 1
        if wait > LONGEST_WAIT:
            raise TooBusy(wait)
        self._next = now + max(wait, self._delay)
        return True


def retry_after(response: Response, wall: float) -> float | None:
    """Return the seconds that a `response` asks to wait for (RFC 9110, section 10.2.3), None where it names
    none that can be read."""
    for value in response.values("retry-after"):
        text = value.strip()
        if text.isascii() and text.isdigit():
            return float(text[:9])
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - wall)
        except (ValueError, OverflowError):
            continue
    return None
