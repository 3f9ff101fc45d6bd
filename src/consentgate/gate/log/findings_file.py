"""Keeps findings in a file that the processes of a deployment share: a line of JSON for each."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from consentgate.log_fields import fields

_log = logging.getLogger("consentgate")

_LONGEST = 1000
"""The longest name that is written, in characters. No policy could declare a longer one, and browsers can
make them up."""
_MODE = 0o640
"""The permissions of a new file: its group can read it."""


class FindingsFile:
    """Appends findings to the file at `path`. Safe to share by threads, and by processes.

    Each line is appended by one call, so that no other writer's line can come between (POSIX, write). A log's
    handler does as much, and here each name is written once, so that no thread is needed beside an event
    loop. The file is opened for each line, since it may be moved away at any time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._has_failed = False

    def append(self, kind: str, name: str, service: str, policy: str = "") -> None:
        """Write one finding, with the name of the `policy`, "" for the only one. Where that fails, the
        failure is logged once, and the response goes on."""
        if len(name) > _LONGEST:
            return
        found = {"kind": kind, "name": name, "service": service}
        line = json.dumps({**found, "policy": policy} if policy else found) + "\n"
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _MODE)
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
