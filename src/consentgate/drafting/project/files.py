"""Finds the files of a project, and leaves out what is not its own work."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MOST_FILES = 5000
"""The most files that are looked at, so that a wrong folder does not take minutes."""
LARGEST = 1 << 20
"""The largest file that is read, in bytes: larger ones are data."""

_CODE = (".py",)
_MARKUP = (".html", ".htm", ".jinja", ".jinja2", ".j2")
_FOREIGN = frozenset(
    (
        *("node_modules", "__pycache__", "site-packages", "venv", "env", "virtualenv", "build", "dist"),
        *("htmlcov", "coverage", "vendor", "bower_components", "migrations", "tests", "test"),
    )
)


class Track(Protocol):
    """Follows how far the work on files has come."""

    def __call__(self, files: Sequence[Path], label: str) -> Iterable[Path]:
        """Yield the `files`, while what is done with them is called `label`."""


def untracked(files: Sequence[Path], label: str) -> Iterable[Path]:
    """Yield the `files`, and tell nobody."""
    return files


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a project's file. `file` is its path below the project."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """The paths of a project's own files. `is_cut` says that there are more than were looked at."""

    code: tuple[Path, ...]
    markup: tuple[Path, ...]
    is_cut: bool = False


def files_of(folder: Path) -> ProjectFiles:
    """List the files of the project in `folder`, but for its tests, environments, builds and links."""
    code: list[Path] = []
    markup: list[Path] = []
    for number, file in enumerate(_walk(folder)):
        if number == MOST_FILES:
            return ProjectFiles(tuple(code), tuple(markup), is_cut=True)
        if file.suffix in _CODE and not _is_test(file.name):
            code.append(file)
        elif file.name.endswith(_MARKUP):
            markup.append(file)
    return ProjectFiles(tuple(code), tuple(markup))


def read(file: Path) -> bytes | None:
    """Return what is in `file`; None where it is too large, or cannot be read."""
    try:
        if file.stat().st_size > LARGEST:
            return None
        return file.read_bytes()
    except OSError:
        return None


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files that could matter, those near the top first."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_foreign(Path(path, name)))
        for name in sorted(names):
            file = Path(path, name)
            if name.endswith((*_CODE, *_MARKUP)) and file.is_file() and not file.is_symlink():
                yield file


def _is_foreign(folder: Path) -> bool:
    is_hidden = folder.name.startswith(".")
    return is_hidden or folder.name in _FOREIGN or folder.joinpath("pyvenv.cfg").exists()


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py") or name in ("conftest.py", "tests.py")
