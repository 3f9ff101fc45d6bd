"""Puts what was built into its place: in full, or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import BuildError
from .manifest import MANIFEST, Manifest, digest_of_file

_WAITING = ".consentgate-build-"


@contextmanager
def waiting_folder(out: Path | None) -> Iterator[Path | None]:
    """Make a folder, on the same disk as `out`, for files that wait to be moved to their place in `out`. It
    is removed at the end. None without `out`."""
    if out is None:
        yield None
        return
    try:
        made = not out.exists()
        out.mkdir(parents=True, exist_ok=True)
        waiting = Path(tempfile.mkdtemp(prefix=_WAITING, dir=out))
    except OSError as error:
        raise BuildError(f"{out}: cannot be written: {error.strerror}") from None
    try:
        yield waiting
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
        if made:
            # A build that failed leaves nothing behind.
            with contextlib.suppress(OSError):
                out.rmdir()


def files_gone(out: Path, before: Manifest, after: Manifest, *, in_place: bool) -> list[str]:
    """List the files in `out` that have to go: those that an earlier build wrote and this one did not, unless
    somebody has changed them since. In a folder that is built `in_place` all files go that were left out."""
    gone = []
    for path, entry in before.files.items():
        now = after.files.get(path)
        is_gone = entry.output and (now is None or not now.output)
        if is_gone and digest_of_file(out / path) == entry.output and not _link_on_the_way(out, path):
            gone.append(path)
    if in_place:
        gone += [path for path, entry in after.files.items() if not entry.output and path not in gone]
    return gone


def check_is_free(out: Path, before: Manifest, new: Iterable[str]) -> None:
    """Raise BuildError where a `new` file would replace one in `out` that no build wrote, or a link would
    lead it out of that folder."""
    for path in new:
        link = _link_on_the_way(out, path)
        if link is not None:
            raise BuildError(f"{link}: is a link, and what is built would go where it leads: remove it")
        known = before.files.get(path)
        if known is None or not known.output:
            place = out / path
            taken = next((one for one in (*_folders(out, path), place) if _is_taken(one, place)), None)
            if taken is not None:
                raise BuildError(
                    f"{taken}: is there already, and no build wrote it: empty or name another folder"
                )


def put_in_place(out: Path, waiting: Path, new: Iterable[str], gone: Iterable[str], after: Manifest) -> None:
    """Move the `new` files from the folder `waiting` to `out`, remove the files that are `gone`, and write
    the manifest `after` the build.

    Raises BuildError where something cannot be written.
    """
    try:
        for path in gone:
            (out / path).unlink(missing_ok=True)
            _remove_empty(out, path)
        for path in new:
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(waiting / path, out / path)
        record = waiting / MANIFEST
        record.write_bytes(after.encode())
        os.replace(record, out / MANIFEST)
    except OSError as error:
        raise BuildError(f"{error.filename or out}: cannot be written: {error.strerror}") from None


def _folders(out: Path, path: str) -> Iterator[Path]:
    """Yield the folders between `out` and the file at `path` in it."""
    return (out / folder for folder in reversed(Path(path).parents) if folder != Path())


def _link_on_the_way(out: Path, path: str) -> Path | None:
    return next((folder for folder in _folders(out, path) if folder.is_symlink()), None)


def _is_taken(one: Path, place: Path) -> bool:
    """Say whether the `place` of a file, or a folder on the way to it, is something else already."""
    return os.path.lexists(one) if one == place else one.exists() and not one.is_dir()


def _remove_empty(out: Path, path: str) -> None:
    """Remove the folders around a removed file that are empty now."""
    for folder in Path(path).parents:
        if folder == Path():
            return
        try:
            (out / folder).rmdir()
        except OSError:
            return
