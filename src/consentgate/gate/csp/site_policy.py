"""Reads the site's own Content-Security-Policy, as far as the gate's insertions depend on it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentgate.gate.message import Header, header_values

NAME = "content-security-policy"

_NONCE = re.compile(r"(?i)'nonce-([A-Za-z0-9+/_-]+={0,2})'")
# By kind of element, the directives that decide about its file: the first one that the policy has (CSP 3,
# "get the fetch directive fallback list").
_DECIDES = {
    "script": ("script-src-elem", "script-src", "default-src"),
    "style": ("style-src-elem", "style-src", "default-src"),
    "frame": ("frame-src", "child-src", "default-src"),
    "form": ("form-action",),
}


def nonce_for(headers: list[Header], kind: str) -> str:
    """Return the nonce with which an element of this `kind` ("script" or "style") passes the policies in a
    response's `headers`; "" where they have none. A nonce of a policy that only reports counts last."""
    for name in (NAME, f"{NAME}-report-only"):
        for sources in _deciding(headers, name, kind):
            match = next(filter(None, map(_NONCE.fullmatch, sources)), None)
            if match is not None:
                return match[1]
    return ""


def keeps_out(headers: list[Header], kind: str) -> bool:
    """Say whether some policy blocks files of the site's own in elements of this `kind`, with a nonce or
    without."""
    return any(not _lets_own(sources) for sources in _deciding(headers, NAME, kind))


def keeps_out_page(headers: list[Header], kind: str, host: str) -> bool:
    """Say whether some policy keeps pages of the site's own `host` out of the page's frames (kind "frame"),
    or the page's forms from being sent there ("form")."""
    return any(
        not any(_names(source.lower(), host) for source in sources)
        for sources in _deciding(headers, NAME, kind)
    )


def _names(source: str, host: str) -> bool:
    """Say whether a source expression names the site's own `host` (CSP 3, section 6.7.2.8). The port is taken
    for the page's own."""
    if source in ("'self'", "*", "https:", "http:"):
        return True
    named = source.partition("://")[2] or source
    name = re.split("[:/]", named, maxsplit=1)[0]
    return name == host or (name[:2] == "*." and host.endswith(name[1:]))


def _lets_own(sources: list[str]) -> bool:
    words = [source.lower() for source in sources]
    if any(word.startswith("'nonce-") for word in words):
        return True
    # With 'strict-dynamic' hosts do not count. Any other host may be the site's own, which the browser knows.
    return "'strict-dynamic'" not in words and any(w == "'self'" or w[:1] != "'" for w in words)


def _deciding(headers: list[Header], name: str, kind: str) -> Iterator[list[str]]:
    """Yield what the deciding directive allows, for each policy in the headers called `name`."""
    for value in header_values(headers, name):
        for policy in value.split(","):
            directives: dict[str, list[str]] = {}
            for directive in policy.split(";"):
                key, *sources = directive.split() or [""]
                # Of several of one name the first counts.
                directives.setdefault(key.lower(), sources)
            deciding = next((directives[key] for key in _DECIDES[kind] if key in directives), None)
            if deciding is not None:
                yield deciding
