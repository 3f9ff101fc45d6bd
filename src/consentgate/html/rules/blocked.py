"""The public record of markup that was blocked."""

from __future__ import annotations

from typing import NamedTuple


class Blocked(NamedTuple):
    """One span of a page that was blocked.

    `category` is the id of the category that opens it with consent, None where no consent does. `service` is
    the id of the service it belongs to, None where nobody knows it. `kind` says what it was ("script",
    "inline script", "iframe", "img", "link", "style", "widget", ...). `url` is what it would have loaded, ""
    for an inline script or a widget. `start` and `end` are byte offsets into the input.
    """

    category: str | None
    service: str | None
    kind: str
    url: str
    start: int
    end: int
