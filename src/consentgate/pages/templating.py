"""The templates, and a quick way to fill one that every response needs."""

from __future__ import annotations

import re
import secrets
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment() -> Environment:
    """The environment that all templates are rendered in: everything is escaped, nothing may be missing."""
    return Environment(
        loader=PackageLoader("consentgate.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # They ship with the package: to see if they have changed would make an event loop wait for the disk.
        auto_reload=False,
    )


class Slotted:
    """A template rendered once, but for some slots: filling them costs a join, not a rendering.

    The result is ASCII, with character references for the rest, because it goes into pages of any charset.
    """

    def __init__(self, template: str, slots: tuple[str, ...], **context: Any) -> None:
        # Random, so that no text of a policy can contain the marks; of digits, so that nothing escapes them.
        mark = secrets.token_hex(16)
        marks = {name: f"{mark}-{number}-{mark}" for number, name in enumerate(slots)}
        text = environment().get_template(template).render(**context, **marks)
        text = re.sub(r"\n\s*", "\n", text).strip()
        parts = re.split(f"{mark}-([0-9]+)-{mark}", text)
        self._fixed = [part.encode("ascii", "xmlcharrefreplace") for part in parts[::2]]
        self._slots = [slots[int(number)] for number in parts[1::2]]

    def fill(self, **values: bytes) -> bytes:
        """The template with `values` (already escaped) in its slots."""
        filled = [self._fixed[0]]
        for slot, fixed in zip(self._slots, self._fixed[1:], strict=True):
            filled += (values[slot], fixed)
        return b"".join(filled)
