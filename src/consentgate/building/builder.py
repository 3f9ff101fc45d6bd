"""Builds a whole site: reads one folder and writes another."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from consentgate.policy import Policy

from .closed_page import STYLE_SHEET
from .errors import BuildError
from .file_builder import FileBuilder
from .headers_file import HEADERS_FILE, with_headers, without_headers
from .manifest import MANIFEST, NOTHING, Entry, Manifest, digest_of, digest_of_file, read_manifest
from .placing import check_is_free, files_gone, put_in_place, waiting_folder
from .processes import Task, built, processes_for
from .report import Report, report_of
from .site import BuiltSite, closed_policy
from .tree import TreeFile, files_in

HeadersFor = Literal["none", "netlify"]
"""The service that is to send headers, which reads them from a file of the site."""
Progress = Callable[[int, int], None]
"""Is called with the number of files that are done, and with the number of all files."""


def build(
    src: str | os.PathLike[str],
    out: str | os.PathLike[str] | None,
    policy: Policy | None = None,
    *,
    url: str = "",
    charset: str | None = None,
    headers: HeadersFor = "none",
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Build the site in the folder `src` anew in `out`, each page in its closed form; return what was found.

    Without a `policy` nothing is declared. `url` is where the site will be, and `charset` the one that its
    server names for pages. With `headers` for "netlify" a file has the server send what the pages say in
    themselves. As many processes as `jobs` work at it, by default as many as pay. `out` may be `src`, where a
    generator writes all pages again. Without `out` nothing is written.

    Raises BuildError where something cannot be read or written: then nothing was changed.
    """
    try:
        source = _folder(src)
        target = None if out is None else Path(out).resolve()
        if target is not None:
            _check_apart(source, target)
        site = BuiltSite(policy or closed_policy(), url, charset)
        return _build(source, target, site, headers, jobs, progress)
    except OSError as error:
        raise BuildError(f"{error.filename or src}: {error.strerror or error}") from None


def _build(
    source: Path,
    target: Path | None,
    site: BuiltSite,
    headers: HeadersFor,
    jobs: int | None,
    progress: Progress | None,
) -> Report:
    before = NOTHING if target is None else read_manifest(target)
    found = files_in(source, in_place=target == source)
    tasks = [*_tasks(found, before, makes_headers=headers == "netlify")]
    gone: list[str] = []
    with waiting_folder(target) as waiting:
        builder = FileBuilder(site, source, target, waiting, before.fingerprint == site.fingerprint)
        files, new = _build_all(builder, tasks, jobs, progress)
        for path, entry, content in _our_files(source, site, files, headers):
            files[path] = entry
            if target is not None and waiting is not None and digest_of_file(target / path) != entry.output:
                (waiting / path).write_bytes(content)
                new.append(path)
        if target is not None and waiting is not None:
            after = Manifest(site.fingerprint, files)
            gone = files_gone(target, before, after, in_place=target == source)
            if target != source:
                check_is_free(target, before, new)
            put_in_place(target, waiting, new, gone, after)
    skipped = {file.path: file.skipped for file in found if file.skipped}
    return report_of(site, files, skipped, new=len(new), gone=len(gone))


def _folder(src: str | os.PathLike[str]) -> Path:
    try:
        folder = Path(src).resolve(strict=True)
    except OSError as error:
        raise BuildError(f"{src}: {error.strerror}") from None
    if not folder.is_dir():
        raise BuildError(f"{src}: expected the folder of a site that is built")
    return folder


def _check_apart(source: Path, target: Path) -> None:
    if source != target and (source.is_relative_to(target) or target.is_relative_to(source)):
        raise BuildError(f"{target}: one of the two folders is in the other: name one beside it")
    if target.exists() and not target.is_dir():
        raise BuildError(f"{target}: expected a folder")


def _tasks(found: list[TreeFile], before: Manifest, *, makes_headers: bool) -> Iterator[Task]:
    """Yield a task for each of the site's own files. Files that a build added are left out."""
    for path, size, skipped in found:
        known = before.files.get(path)
        is_ours = path == MANIFEST or (known is not None and not known.source)
        if not (skipped or is_ours or (makes_headers and path == HEADERS_FILE)):
            yield Task(path, size, known)


def _build_all(
    builder: FileBuilder, tasks: list[Task], jobs: int | None, progress: Progress | None
) -> tuple[dict[str, Entry], list[str]]:
    """Build all files. Return an entry for each, and list those that are new."""
    files: dict[str, Entry] = {}
    new: list[str] = []
    processes = processes_for(tasks) if jobs is None else max(jobs, 1)
    for number, (path, entry, is_new) in enumerate(built(builder, tasks, processes), 1):
        files[path] = entry
        if is_new:
            new.append(path)
        if progress is not None:
            progress(number, len(tasks))
    return files, new


def _our_files(
    source: Path, site: BuiltSite, files: dict[str, Entry], headers: HeadersFor
) -> Iterator[tuple[str, Entry, bytes]]:
    """Yield the files that the build adds to the site: their path, entry and content."""
    if any(entry.has_links for entry in files.values()):
        content = STYLE_SHEET.content
        yield STYLE_SHEET.name, Entry("", digest_of(content)), content
    if headers == "netlify":
        file = source / HEADERS_FILE
        own = without_headers(file.read_bytes()) if file.is_file() else b""
        content = with_headers(own, site)
        if content:
            yield HEADERS_FILE, Entry(digest_of(own) if own else "", digest_of(content)), content
