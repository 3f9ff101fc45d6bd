"""Keeps findings in a file that the processes of a deployment share: a line of JSON for each."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from consentgate.log_fields import fields

_log = logging.getLogger("consentgate")

_LONGEST = 1000
"""The longest name that is written: no policy could declare a longer one, and browsers can make it up."""
_READABLE = 0o640


class FindingsFile:
    """Appends findings to the file at `path`. Safe to share by threads, and by processes.

    Each line is written by one call at the end of the file, where no other writer's can come between
    (POSIX, write). That is as much as a log's handler does, and for each name once, so that an event loop
    need not wait for a thread. The file is opened for each line: it may be moved away at any time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._has_failed = False

    def append(self, kind: str, name: str, service: str, policy: str = "") -> None:
        """Write one finding under a `policy`, whose name is "" where there is but one. Where that fails, the
        log says so once, and the response goes on."""
        if len(name) > _LONGEST:
            return
        found = {"kind": kind, "name": name, "service": service}
        line = json.dumps({**found, "policy": policy} if policy else found) + "\n"
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _READABLE)
            try:
                os.write(file, line.encode("ascii"))
            finally:
                os.close(file)
        except OSError as error:
            if not self._has_failed:
                self._has_failed = True
                _log.error(
                    "findings: cannot write to %s: %s. Let the server's user write there",
                    self._path,
                    error.strerror,
                    extra=fields("setup", about="findings file"),
                )
