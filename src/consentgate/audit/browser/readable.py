"""Makes text of what pages tell. Strings of JavaScript may have halves of characters, which no file can
have."""

from __future__ import annotations

import re
from typing import Any

_HALVES = re.compile("[\ud800-\udfff]")


def readable(told: Any) -> Any:
    """Return what a page told, as JSON has it, with U+FFFD for halves of characters."""
    match told:
        case str():
            return _HALVES.sub("\ufffd", told)
        case list():
            return [readable(one) for one in told]
        case dict():
            return {readable(name): readable(one) for name, one in told.items()}
    return told
