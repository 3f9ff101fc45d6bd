"""Builds the files of a site, each by itself, so that several processes can share the work."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from consentgate.html.tokenizer.encoding import Unreadable
from consentgate.web.mime_sniffing import SNIFFED

from .closed_file import close_file
from .errors import BuildError
from .file_kinds import FileKind, served_as
from .manifest import Entry, digest_of, digest_of_file
from .site import BuiltSite

_STALE = (
    "was closed under another policy, address or version, and its source is gone: have the generator write "
    "the whole site again"
)


class BuiltFile(NamedTuple):
    """The file that was built at `path`: its entry, and whether its output is new and waits to be moved into
    its place."""

    path: str
    entry: Entry
    is_new: bool


@dataclass(frozen=True)
class FileBuilder:
    """Builds files from the folder `src` into the folder `waiting`, from which they are moved to `out`.

    Without `out` and `waiting` nothing is written. Where `out` is `src`, a file that is closed already stays
    where it is. With `same_site` the entries of an earlier build count for files that have not changed since.
    """

    site: BuiltSite
    src: Path
    out: Path | None
    waiting: Path | None
    same_site: bool

    def build(self, path: str, known: Entry | None) -> BuiltFile:
        """Build the file at `path`. `known` is its entry in an earlier build, if any.

        Raises BuildError for a file that cannot be read.
        """
        try:
            return self._build(path, known)
        except Unreadable as error:
            raise BuildError(
                f"{self.src / path}: cannot be read in the encoding that browsers would use: {error}"
            ) from None
        except OSError as error:
            raise BuildError(f"{error.filename or path}: {error.strerror}") from None

    def _build(self, path: str, known: Entry | None) -> BuiltFile:
        source = self.src / path
        with source.open("rb") as opened:
            served = served_as(path.rpartition("/")[2], opened.read(SNIFFED))
            if served.kind is FileKind.OTHER:
                return self._copied(path)
            opened.seek(0)
            content = opened.read()
        digest = digest_of(content)
        if known is not None and (same := self._unchanged(path, known, digest)):
            return same
        closed = close_file(content, path, served, self.site)
        is_page = served.kind is FileKind.PAGE and not served.coding
        if closed.content is None:
            return BuiltFile(path, Entry(digest, "", is_page, found=closed.found), is_new=False)
        output = digest if closed.content is content else digest_of(closed.content)
        entry = Entry(digest, output, is_page, closed.has_links, closed.found)
        is_new = self._is_new(path, output)
        if is_new and self.waiting is not None:
            _place(self.waiting, path).write_bytes(closed.content)
        return BuiltFile(path, entry, is_new)

    def _unchanged(self, path: str, known: Entry, digest: str) -> BuiltFile | None:
        """Return the file as an earlier build made it, if its entry still holds for a source with this
        `digest`."""
        if self.out == self.src and digest == known.output:
            if self.same_site:
                return BuiltFile(path, known, is_new=False)
            if known.source != known.output:
                raise BuildError(f"{self.src / path}: {_STALE}")
            return None
        if not (self.same_site and digest == known.source):
            return None
        if known.output and self._is_new(path, known.output):
            return None
        return BuiltFile(path, known, is_new=False)

    def _copied(self, path: str) -> BuiltFile:
        digest = digest_of_file(self.src / path)
        is_new = self._is_new(path, digest)
        if is_new and self.waiting is not None:
            shutil.copyfile(self.src / path, _place(self.waiting, path))
        return BuiltFile(path, Entry(digest, digest), is_new)

    def _is_new(self, path: str, output: str) -> bool:
        """Say whether an `output` with this digest is not there yet."""
        return self.out is not None and digest_of_file(self.out / path) != output


def _place(folder: Path, path: str) -> Path:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    return place
