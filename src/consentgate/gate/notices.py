"""What is logged of things that nobody declared: each once, with the lines that would declare it."""

from __future__ import annotations

import logging
import threading

from consentgate.policy import Claim

_log = logging.getLogger("consentgate")

MOST = 500
"""So many names are logged by a process: they come from pages and browsers, which can make up any number."""


class Notices:
    """Logs each undeclared host and cookie that was blocked once per process. Safe to share by threads."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def cookie(self, name: str, claim: Claim) -> None:
        """The application's or a script's cookie `name` was kept back."""
        if not claim.declared and self._is_new("cookie", name):
            lines = _use(claim) or f'[[cookie]]\nname = {_toml(name)}\ncategory = "..."'
            _log.warning(
                "blocked the cookie %s, which the policy does not declare. To declare it:\n%s",
                _toml(name),
                lines,
            )

    def host(self, host: str, claim: Claim) -> None:
        """Something that would contact `host` was kept back."""
        if not claim.declared and self._is_new("host", host):
            lines = _use(claim) or f'[[service]]\nid = "..."\ncategory = "..."\nhosts = [{_toml(host)}]'
            _log.warning(
                "blocked the host %s, which the policy does not declare. To declare it:\n%s",
                _toml(host),
                lines,
            )

    def service(self, claim: Claim) -> None:
        """A script or widget that the catalogue recognised was kept back."""
        if not claim.declared and claim.service and self._is_new("service", claim.service):
            _log.warning(
                "blocked %s, which the policy does not declare. To declare it:\n%s", claim.name, _use(claim)
            )

    def _is_new(self, kind: str, name: str) -> bool:
        key = (kind, name)
        if key in self._seen:
            return False
        with self._lock:
            if key in self._seen or len(self._seen) >= MOST:
                return False
            self._seen.add(key)
            return True


def _use(claim: Claim) -> str:
    return f'[[service]]\nuse = "{claim.service}"' if claim.service else ""


def _toml(text: str) -> str:
    """`text` as a TOML string of printable characters: it comes from outside and goes into a log."""
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in text[:200])
    return f'"{escaped}"'
