"""How many deletions of cookies a response has room for."""

from __future__ import annotations

from collections.abc import Collection

from consentgate.gate.message import Header, Request

from .parsing import expiries

LARGEST_HEAD = 3584
"""Up to so many bytes of headers the gate adds lines that delete cookies: the next response goes on. Proxies
refuse a response whose headers do not fit into one buffer, which is 4 KiB in nginx."""
LEAST_EXPIRED = 640
MOST_EXPIRED = 4096
"""So many bytes of them there are room for, however large or small the other headers are."""


class Deletions:
    """Makes the headers that delete cookies which a `request` for `host` has shown, or may have set."""

    def __init__(self, request: Request, host: str, *, secure: bool) -> None:
        self._request = request
        self._host = host
        self._secure = secure

    def of(self, names: Collection[str], beside: list[Header], path: str = "") -> list[Header]:
        """The headers that delete the cookies `names`, as many as go out `beside` those that are there.

        `path` is where the cookies are looked for, if not where the request leads.
        """
        if not names:
            return []
        room = LARGEST_HEAD - sum(len(name) + len(value) + len(": \r\n") for name, value in beside)
        lines = expiries(
            names,
            self._host,
            self._request.root + (path or self._request.path),
            room=min(max(room, LEAST_EXPIRED), MOST_EXPIRED),
            secure=self._secure,
        )
        return [("Set-Cookie", line) for line in lines]
