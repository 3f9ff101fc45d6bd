"""The record of a build, which is kept beside what was built: so the next one does no more than it has to,
and takes away nothing that it did not write."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from .errors import BuildError
from .findings import Found

MANIFEST = ".consentgate-build.json"
"""The name of the record."""

_FORMAT = 1


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one file: the digests of its `source` ("" for a file of ours) and of its `output` (""
    for one that was left out), what was found in it, whether it `is_page`, and whether that has links in the
    place of embeds."""

    source: str
    output: str
    is_page: bool = False
    has_links: bool = False
    found: tuple[Found, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    """What was built: the `fingerprint` of the site, and an entry for each file by its path."""

    fingerprint: str
    files: dict[str, Entry]
    format: int = _FORMAT

    def encode(self) -> bytes:
        """Return the record as it is written. Equal ones have equal bytes."""
        ordered = msgspec.structs.replace(self, files=dict(sorted(self.files.items())))
        return msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n"


NOTHING = Manifest("", {})
"""The record where nothing was built."""


def read_manifest(folder: Path) -> Manifest:
    """Return the record in `folder`, that of nothing where there is none or one in another format.

    Raises BuildError where it cannot be read.
    """
    file = folder / MANIFEST
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return NOTHING
    except OSError as error:
        raise BuildError(f"{file}: cannot be read: {error.strerror}") from None
    try:
        found = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise BuildError(f"{file}: is not what a build wrote ({error}): empty the folder") from None
    if any(not _is_below(path) for path in found.files):
        raise BuildError(f"{file}: names files outside of the folder, as no build does: remove it")
    return found if found.format == _FORMAT else NOTHING


def _is_below(path: str) -> bool:
    """Say whether a path leads to a file in the folder: what the record names may be removed."""
    parts = Path(path).parts
    return parts != () and not Path(path).anchor and ".." not in parts and "\0" not in path


def digest_of(data: bytes) -> str:
    """Return the digest of `data`."""
    return hashlib.sha256(data).hexdigest()


def digest_of_file(file: Path) -> str:
    """Return the digest of what is in `file`, "" where there is no file."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
