"""Keeps what was read in a file, so that a crawl which was stopped can go on: a line of JSON for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from consentgate.audit.responses.reading import Reading

VERSION = 1
_READABLE = 0o640


@dataclass(frozen=True, slots=True)
class Begun:
    """The first line of a journal: which crawl it is of."""

    start: str
    sites: tuple[str, ...]
    version: int = VERSION


class NotThatCrawl(ValueError):
    """The file is no journal, or that of another crawl. The message says which, in a sentence's end."""


class Journal:
    """The journal of the crawl `begun`, in the file at `path`.

    Each line is written at once at the end of the file: whenever the process dies, all lines but the last are
    whole. A last line that is not is passed over.
    """

    def __init__(self, path: Path, begun: Begun) -> None:
        self._path = path
        self._begun = begun

    def read(self) -> Iterator[Reading]:
        """Yield what was read before. Begins the file where there is none.

        Raises NotThatCrawl, or OSError where it can be neither read nor written.
        """
        lines = self._path.read_bytes().split(b"\n") if self._path.exists() else [b""]
        if lines == [b""]:
            self._append(msgspec.json.encode(self._begun))
            return
        _check(lines[0], self._begun)
        if lines[-1]:
            # The process died as it wrote. What comes next must not stand in the same line.
            self._append(b"")
        decoder = msgspec.json.Decoder(Reading)
        for line in lines[1:]:
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue

    def add(self, reading: Reading) -> None:
        """Write what was read. Raises OSError where that cannot be."""
        self._append(msgspec.json.encode(reading))

    def _append(self, line: bytes) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _READABLE)
        try:
            whole = line + b"\n"
            while whole:
                whole = whole[os.write(file, whole) :]
        finally:
            os.close(file)


def _check(line: bytes, begun: Begun) -> None:
    try:
        found = msgspec.json.decode(line, type=Begun)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotThatCrawl("holds no crawl; name a file that a scan has written, or a new one") from None
    if found.version != begun.version:
        raise NotThatCrawl("was written by another version; name a new file")
    if (found.start, found.sites) != (begun.start, begun.sites):
        sites = ", ".join(found.sites)
        raise NotThatCrawl(f"holds the crawl of {found.start} (on {sites}); name another file")
