"""What a browser would allow under a Content-Security-Policy: a small reading of CSP 3, section 6.7."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

FALLBACK = {
    "script-src-elem": ("script-src-elem", "script-src", "default-src"),
    "script-src-attr": ("script-src-attr", "script-src", "default-src"),
    "style-src-elem": ("style-src-elem", "style-src", "default-src"),
    "style-src-attr": ("style-src-attr", "style-src", "default-src"),
    "worker-src": ("worker-src", "child-src", "script-src", "default-src"),
    "frame-src": ("frame-src", "child-src", "default-src"),
}
FETCHES = (
    *("script-src-elem", "style-src-elem", "img-src", "connect-src", "font-src", "frame-src", "media-src"),
    *("object-src", "manifest-src", "worker-src", "child-src"),
)
PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_SOURCE = re.compile(r"(?:([a-z][a-z0-9+.-]*)://)?(\*\.)?([a-z0-9_.-]+)(?::([0-9]+|\*))?")


class Csp:
    """A policy of a page at `page`."""

    def __init__(self, text: str, page: str) -> None:
        assert re.fullmatch(r"[\x20-\x7e]*", text)
        assert "," not in text
        parts = [directive.split() for directive in text.split(";")]
        self.directives = {name: sources for name, *sources in reversed(parts)}
        assert len(self.directives) == len(parts)
        self.page = urlsplit(page)

    def sources(self, fetch: str) -> list[str] | None:
        names = FALLBACK.get(fetch, (fetch, "default-src"))
        return next((self.directives[name] for name in names if name in self.directives), None)

    def allows(self, fetch: str, url: str) -> bool:
        sources = self.sources(fetch)
        return sources is None or any(self._matches(source, url) for source in sources)

    def allows_keyword(self, fetch: str, keyword: str) -> bool:
        sources = self.sources(fetch)
        return sources is None or keyword in sources

    def _matches(self, source: str, url: str) -> bool:
        target = urlsplit(url)
        if source == "'self'":
            return target.hostname == self.page.hostname and _ports(target) == _ports(self.page)
        if source.startswith("'"):
            return False
        if source.endswith(":") and "//" not in source:
            return target.scheme == source[:-1]
        match = _SOURCE.fullmatch(source)
        assert match is not None, f"no source expression: {source}"
        scheme, wide, host, port = match.groups()
        # Browsers agree on the upgrades, but not on ws standing for http.
        upgrades = {"http": ("http", "https"), "ws": ("ws", "wss")}
        wanted = scheme or self.page.scheme
        if target.scheme not in upgrades.get(wanted, (wanted,)):
            return False
        name = target.hostname or ""
        if not (name.endswith(f".{host}") if wide else name == host):
            return False
        return port == "*" or _ports(target) == (int(port) if port else PORTS[target.scheme])


def _ports(url: object) -> int | None:
    return url.port or PORTS.get(url.scheme)
