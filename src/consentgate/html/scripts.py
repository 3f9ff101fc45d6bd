"""What a `script` element is, by its type (WHATWG HTML, 4.12.1.1 "prepare the script element")."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from .tags import Tag


class ScriptKind(Enum):
    """Whether a script runs, and how."""

    CLASSIC = "runs"
    MODULE = "runs as a module"
    DATA = "does not run"


# WHATWG MIME Sniffing, "JavaScript MIME type essence match".
JAVASCRIPT = frozenset(
    (
        *("application/ecmascript", "application/javascript", "application/x-ecmascript"),
        *("application/x-javascript", "text/ecmascript", "text/javascript", "text/javascript1.0"),
        *("text/javascript1.1", "text/javascript1.2", "text/javascript1.3", "text/javascript1.4"),
        *("text/javascript1.5", "text/jscript", "text/livescript", "text/x-ecmascript", "text/x-javascript"),
    )
)
# Types under which page optimisers park scripts that they run later: they count as if they ran at once.
_REVIVED = re.compile(
    r"rocketlazyloadscript|pmdelayedscript|[0-9a-f]+-(?:text/javascript|module)|litespeed/javascript"
)


def script_kind(tag: Tag) -> ScriptKind:
    """What becomes of the script that `tag` opens."""
    kind = tag.get(b"type")
    if kind is None:
        language = tag.get(b"language")
        kind = f"text/{language}" if language else ""
    return _kind(kind)


@lru_cache(maxsize=64)
def _kind(kind: str) -> ScriptKind:
    kind = kind.strip("\t\n\f\r ").lower()
    if kind == "module":
        return ScriptKind.MODULE
    if not kind or kind in JAVASCRIPT or _REVIVED.fullmatch(kind):
        return ScriptKind.CLASSIC
    return ScriptKind.DATA
