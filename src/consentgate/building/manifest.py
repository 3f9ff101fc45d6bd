"""The manifest of a build, kept beside the files that were built. By it the next build does no more than it
has to, and removes no file that it did not write."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from .errors import BuildError
from .findings import Found

MANIFEST = ".consentgate-build.json"
"""The name of the manifest's file."""

_FORMAT = 1


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """The entry of one file: the digests of its `source` ("" for a file that the build added) and of its
    `output` ("" for a file that was left out), what was `found` in it, whether it is a page, and whether
    links replace embeds in it."""

    source: str
    output: str
    is_page: bool = False
    has_links: bool = False
    found: tuple[Found, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    """The manifest of a build: the `fingerprint` of the site, and an entry for each file by its path."""

    fingerprint: str
    files: dict[str, Entry]
    format: int = _FORMAT

    def encode(self) -> bytes:
        """Return the manifest's file. Equal manifests have equal bytes."""
        ordered = msgspec.structs.replace(self, files=dict(sorted(self.files.items())))
        return msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n"


NOTHING = Manifest("", {})
"""The manifest of a folder in which nothing was built."""


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest in `folder`, NOTHING where there is none or one in another format.

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
    """Say whether a path leads to a file in the folder: files that the manifest names may be removed."""
    parts = Path(path).parts
    return parts != () and not Path(path).anchor and ".." not in parts and "\0" not in path


def digest_of(data: bytes) -> str:
    """Return the digest of `data`."""
    return hashlib.sha256(data).hexdigest()


def digest_of_file(file: Path) -> str:
    """Return the digest of a `file`, "" where there is none."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
