"""A response as it came: its head, and the beginning of its body."""

from __future__ import annotations

from dataclasses import dataclass

from consentgate.gate.message import Header, header_values
from consentgate.gate.response.content_type import Kind, content_type

from .address import Address, address


@dataclass(frozen=True, slots=True)
class Response:
    """The response at `address`. The `body` is decoded; `is_cut` says that there was more of it.

    `problem` says what went wrong, in a sentence's end: then `status` may be 0, for no response at all.
    """

    address: Address
    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    is_cut: bool = False
    problem: str = ""

    def values(self, name: str) -> list[str]:
        """Return the values of the headers called `name` (lowercase), in order."""
        return header_values(self.headers, name)

    @property
    def location(self) -> Address | None:
        """Where it redirects to, None where it does not."""
        named = self.values("location")
        return address(named[0], self.address) if 300 <= self.status < 400 and named else None

    @property
    def is_html(self) -> bool:
        """True for a page. XHTML counts: what there is to find in it looks the same."""
        kind, plain, _ = content_type([*self.headers])
        types = " ".join((plain or "", *self.values("content-type"))).lower()
        return kind is Kind.HTML or "application/xhtml+xml" in types

    @property
    def charset(self) -> str | None:
        """The label of the charset that its Content-Type names, if any."""
        return content_type([*self.headers]).label
