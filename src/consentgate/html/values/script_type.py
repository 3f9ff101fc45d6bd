"""What kind of script an element holds (WHATWG HTML, 4.12.1.1 "prepare the script element")."""

from __future__ import annotations

import re
from enum import Enum

from consentgate.html.tokenizer.tags import Tag
from consentgate.web.whitespace import ASCII_WHITESPACE


class ScriptKind(Enum):
    """What a browser does with a script."""

    CLASSIC = "runs"
    MODULE = "runs as a module"
    IMPORT_MAP = "maps module specifiers to URLs"
    SPECULATION_RULES = "names pages to prefetch"
    WEB_BUNDLE = "names a bundle of several files"
    DATA = "does nothing"

    @property
    def runs(self) -> bool:
        """True for code."""
        return self in (ScriptKind.CLASSIC, ScriptKind.MODULE)


# WHATWG MIME Sniffing, "JavaScript MIME type essence match".
JAVASCRIPT = frozenset(
    (
        *("application/ecmascript", "application/javascript", "application/x-ecmascript"),
        *("application/x-javascript", "text/ecmascript", "text/javascript", "text/javascript1.0"),
        *("text/javascript1.1", "text/javascript1.2", "text/javascript1.3", "text/javascript1.4"),
        *("text/javascript1.5", "text/jscript", "text/livescript", "text/x-ecmascript", "text/x-javascript"),
    )
)
# Types under which page optimisers park scripts that they run later. These count as if they ran at once. They
# are those of WP Rocket, Perfmatters, NitroPack, mod_pagespeed, Hummingbird, PhastPress, Debloat, rt Scripts
# Optimizer and Partytown; unknown types that name JavaScript (LiteSpeed, WP Meteor, Yett); and types after
# the number of Cloudflare's Rocket Loader. `text/plain` is not among them: only consent managers run that.
_REVIVED = re.compile(
    r"rocketlazyloadscript|pmdelayedscript|nitropack/[a-z]+|text/(?:priority)?psajs|wphb-delay-type"
    r"|text/(?:phast|debloat-script|rtscript|partytown)|[a-z]+/javascript|javascript/[a-z]+"
)
_NUMBERED = re.compile(r"[0-9a-f]+-(?=text/|application/|module\Z)")
# Where some of them keep the original type.
_ORIGINAL_TYPES = (
    *(b"data-rocket-type", b"data-perfmatters-type", b"data-wpmeteor-type", b"data-pagespeed-orig-type"),
    *(b"data-phast-original-type", b"data-wphb-type"),
)


def script_kind(tag: Tag) -> ScriptKind:
    """Return the kind of the script that `tag` opens. Of several types one that runs counts, else one that is
    not data: see `Tag.each`."""
    types = tag.each(b"type")
    if not types:
        # A preload scanner (Firefox's) fetches a file whatever its language.
        language = None if b"src" in tag.raw else tag.get(b"language")
        types = [f"text/{language}" if language else ""]
    kinds = [_kind(kind, tag) for kind in types]
    return max(kinds, key=lambda kind: (kind.runs, kind is not ScriptKind.DATA))


def _kind(kind: str, tag: Tag) -> ScriptKind:
    kind = kind.strip(ASCII_WHITESPACE).lower()
    if kind not in _KINDS:
        kind = _NUMBERED.sub("", kind, count=1)
    if kind in _KINDS:
        return _KINDS[kind]
    if _REVIVED.fullmatch(kind):
        is_module = any((tag.get(name) or "").lower() == "module" for name in _ORIGINAL_TYPES)
        return ScriptKind.MODULE if is_module else ScriptKind.CLASSIC
    return ScriptKind.DATA


_KINDS = {
    **dict.fromkeys(("", *JAVASCRIPT), ScriptKind.CLASSIC),
    "module": ScriptKind.MODULE,
    "importmap": ScriptKind.IMPORT_MAP,
    "speculationrules": ScriptKind.SPECULATION_RULES,
    "webbundle": ScriptKind.WEB_BUNDLE,
}
