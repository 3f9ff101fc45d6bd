"""The files of a folder, as a server of static files would serve them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from .errors import BuildError

_WELL_KNOWN = ".well-known"


class TreeFile(NamedTuple):
    """A file: its `path` below the folder, with slashes, and its `size`. `skipped` says why it cannot be
    published, "" where it can."""

    path: str
    size: int
    skipped: str = ""


def files_in(folder: Path, *, in_place: bool = False) -> list[TreeFile]:
    """List the files in `folder`, by their path.

    Folders whose names begin with a dot are passed over, but for `.well-known`. Links count as what they lead
    to, unless that is outside of the folder, or a folder around them. What is built `in_place` is listed
    once, and links to it stay links.

    Raises BuildError for what cannot be read, and for a name that is not in UTF-8.
    """
    root = folder.resolve(strict=True)
    return sorted(_files(root, root, "", (root,), in_place=in_place))


def _files(
    root: Path, folder: Path, prefix: str, around: tuple[Path, ...], *, in_place: bool
) -> Iterator[TreeFile]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise BuildError(f"{folder}: cannot be read: {error.strerror}") from None
    for entry in entries:
        path = f"{prefix}{entry.name}"
        if not _is_text(path):
            raise BuildError(f"{folder}: has a file whose name is not in UTF-8: {entry.name!a}")
        real = Path(entry.path)
        if entry.is_symlink():
            try:
                real = real.resolve(strict=True)
            except (OSError, RuntimeError):
                yield TreeFile(path, 0, "a link that leads nowhere")
                continue
            if not real.is_relative_to(root):
                yield TreeFile(path, 0, "a link that leads out of the folder")
                continue
            if in_place and _is_listed(root, real):
                continue
        status = real.stat()
        if S_ISDIR(status.st_mode):
            if _is_passed_over(entry.name):
                continue
            if real in around:
                yield TreeFile(path, 0, "a link to a folder around it")
                continue
            yield from _files(root, real, f"{path}/", (*around, real), in_place=in_place)
        elif S_ISREG(status.st_mode):
            yield TreeFile(path, status.st_size)
        else:
            yield TreeFile(path, 0, "no regular file")


def _is_passed_over(folder: str) -> bool:
    return folder.startswith(".") and folder != _WELL_KNOWN


def _is_listed(root: Path, real: Path) -> bool:
    """Say whether the file or folder at `real`, which is no link, is listed at its own place in `root`."""
    folders = (real if real.is_dir() else real.parent).relative_to(root).parts
    return not any(map(_is_passed_over, folders))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
