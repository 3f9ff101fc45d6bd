"""Finds the policy file of a host in a folder, in which files are named after hosts.

| the file | is for |
| --- | --- |
| `shop.example.toml` | that host alone |
| `_.city.example.toml` | every host below `city.example` |
| `[2001-db8--1].toml` | the IPv6 address with colons in the places of the hyphens |
| `default.toml` | every other host |
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from consentgate.web.host import parse_host

from .claims.first_party import is_address, is_loopback

ENDING = ".toml"
BELOW = "_."
"""How files are named that are for all hosts below a domain. Windows takes no star in a name."""
DEFAULT = f"default{ENDING}"
_LOOPBACK = f"localhost{ENDING}"

_LONGEST_NAME = 253
"""The most characters of a host's name (RFC 1035, section 2.3.4)."""
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


def is_host(host: str) -> bool:
    """Say whether `host` (in its canonical spelling) is a name or an address. Visitors can send anything."""
    return len(host) <= _LONGEST_NAME and (_NAME.fullmatch(host) is not None or is_address(host))


def files_for(host: str) -> Iterator[str]:
    """Yield the names of the files that a policy for `host` can have, the most exact first."""
    yield _exact(host)
    if not is_address(host):
        parent = host.partition(".")[2]
        while parent:
            yield f"{BELOW}{parent}{ENDING}"
            parent = parent.partition(".")[2]
    if is_loopback(host):
        # All names of the visitor's own machine are one site.
        yield _LOOPBACK
    yield DEFAULT


def _exact(host: str) -> str:
    # Windows takes no colons. The brackets keep an address from being read as a name.
    return f"{host.replace(':', '-')}{ENDING}" if host.startswith("[") else f"{host}{ENDING}"


def find_file(folder: Path, host: str) -> tuple[Path, tuple[int, ...]] | None:
    """Return the file in `folder` that has the policy of `host`, and a version of it that changes when the
    file does; None where there is no such file. Raises OSError where one cannot be looked at."""
    for name in files_for(host):
        version = version_of(folder / name)
        if version is not None:
            return folder / name, version
    return None


def version_of(file: Path) -> tuple[int, ...] | None:
    """Return what changes when `file` does; None where there is no such file."""
    try:
        status = os.stat(file)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise
    return (status.st_mtime_ns, status.st_size, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def misnamed_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the policy files in `folder` whose names no host leads to, each with the name that was probably
    meant; "" where none is likely."""
    for name in sorted(os.listdir(folder)):
        if not name.endswith(ENDING) or name == DEFAULT:
            continue
        stem = name.removesuffix(ENDING)
        below = BELOW if stem.startswith((BELOW, "*.")) else ""
        written = stem[len(below) :]
        host = parse_host(written.replace("-", ":") if written.startswith("[") else written)
        meant = f"{below}{_exact(host)}" if is_host(host) and not (below and is_address(host)) else ""
        if name != meant:
            yield name, meant
