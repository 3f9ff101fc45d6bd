"""A folder of files as a WSGI application, for `consentgate serve`.

Links and what begins with a dot are not served beyond the folder, and folders are not listed.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from stat import S_ISREG
from typing import IO, TYPE_CHECKING
from urllib.parse import quote
from wsgiref.util import FileWrapper

from consentgate.html.tokenizer.encoding import declares_encoding
from consentgate.web.file_types import file_type

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

INDEX, NOT_FOUND = "index.html", "404.html"
"""The page of a folder, and the page for what is not there."""

_WELL_KNOWN = ".well-known"
_AT_ONCE = 64 << 10


class StaticSite:
    """The files below `folder`. A folder's page is its `index.html`, and `404.html` is for what is missing.

    Browsers keep what they have only while it is still the same, so that a change shows at once.
    """

    def __init__(self, folder: Path) -> None:
        self._root = folder.resolve(strict=True)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if method not in ("GET", "HEAD"):
            return _say(HTTPStatus.METHOD_NOT_ALLOWED, start_response, method, [("Allow", "GET, HEAD")])
        file = self._find(path)
        if file is not None and file.is_dir():
            if not path.endswith("/"):
                return _redirect(environ, start_response)
            file = self._contained(file / INDEX)
        elif path.endswith("/"):
            file = None
        opened = _open(file)
        if file is None or opened is None:
            return self._not_found(start_response, method)
        return self._send(environ, start_response, file, opened)

    def _find(self, path: str) -> Path | None:
        """Return the file or folder that a path (PATH_INFO, which is bytes in latin-1) leads to."""
        try:
            names = path.encode("latin-1").decode("utf-8").split("/")[1:]
        except UnicodeError:
            return None
        if names and not names[-1]:
            names.pop()
        return self._contained(self._root.joinpath(*names)) if all(map(_is_plain, names)) else None

    def _contained(self, file: Path) -> Path | None:
        """Return where `file` really is, if that is below the folder; None for what leads out of it."""
        try:
            real = file.resolve(strict=True)
        except (OSError, RuntimeError):
            return None
        if not real.is_relative_to(self._root):
            return None
        return real if all(map(_is_plain, real.relative_to(self._root).parts)) else None

    def _send(
        self, environ: WSGIEnvironment, start_response: StartResponse, file: Path, opened: IO[bytes]
    ) -> Iterable[bytes]:
        status = os.fstat(opened.fileno())
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        headers = [
            ("Cache-Control", "no-cache"),
            ("ETag", tag),
            ("Last-Modified", formatdate(status.st_mtime, usegmt=True)),
        ]
        if _is_known(environ, tag, int(status.st_mtime)):
            opened.close()
            start_response(_line(HTTPStatus.NOT_MODIFIED), headers)
            return []
        headers += [("Content-Type", _type_of(file, status)), ("Content-Length", str(status.st_size))]
        start_response(_line(HTTPStatus.OK), headers)
        return _body(opened, environ["REQUEST_METHOD"])

    def _not_found(self, start_response: StartResponse, method: str) -> Iterable[bytes]:
        file = self._contained(self._root / NOT_FOUND)
        opened = _open(file)
        if file is None or opened is None:
            return _say(HTTPStatus.NOT_FOUND, start_response, method)
        status = os.fstat(opened.fileno())
        type_ = _type_of(file, status)
        headers = [("Content-Type", type_), ("Content-Length", str(status.st_size))]
        start_response(_line(HTTPStatus.NOT_FOUND), headers)
        return _body(opened, method)


def _type_of(file: Path, status: os.stat_result) -> str:
    found, coding = file_type(file.name)
    if coding or not found:
        return "application/octet-stream"
    if found == "text/html":
        # Browsers would guess the encoding of a page that does not say it by their own language.
        is_utf_8 = _is_undeclared_utf_8(file, status.st_mtime_ns, status.st_size)
    else:
        is_utf_8 = found.startswith("text/")
    return f"{found}; charset=utf-8" if is_utf_8 else found


@lru_cache(maxsize=1024)
def _is_undeclared_utf_8(file: Path, changed: int, size: int) -> bool:
    """Say whether the page in `file`, as it was `changed` last, names no encoding and is all in UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with file.open("rb") as opened:
            piece = opened.read(_AT_ONCE)
            if declares_encoding(piece):
                return False
            while piece:
                decoder.decode(piece)
                piece = opened.read(_AT_ONCE)
            decoder.decode(b"", final=True)
    except (OSError, UnicodeDecodeError):
        return False
    return True


def _is_plain(name: str) -> bool:
    """Say whether a name in a path is the plain name of something to be served."""
    if name.startswith(".") and name != _WELL_KNOWN:
        return False
    return bool(name) and not any(character in name for character in "\0\\:")


def _open(file: Path | None) -> IO[bytes] | None:
    """Open a regular file; return None for everything else, and for what may not be read."""
    try:
        # A pipe would block whoever opens it.
        return file.open("rb") if file is not None and S_ISREG(file.stat().st_mode) else None
    except OSError:
        return None


def _is_known(environ: WSGIEnvironment, tag: str, changed: int) -> bool:
    """Say whether the browser has the file as it is (RFC 9110, sections 13.1.2 and 13.1.3)."""
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return tags.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in tags.split(","))
    try:
        since = parsedate_to_datetime(environ.get("HTTP_IF_MODIFIED_SINCE", ""))
        return changed <= since.timestamp()
    except (ValueError, OverflowError):
        return False


def _body(opened: IO[bytes], method: str) -> Iterable[bytes]:
    if method == "HEAD":
        opened.close()
        return []
    return FileWrapper(opened, _AT_ONCE)


def _redirect(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Lead to a folder's own address, by which the links of its page go."""
    path = quote(f"{environ.get('SCRIPT_NAME', '')}{environ['PATH_INFO']}/", encoding="latin-1")
    query = environ.get("QUERY_STRING", "")
    location = f"{path}?{query}" if query else path
    status = HTTPStatus.MOVED_PERMANENTLY
    return _say(status, start_response, environ["REQUEST_METHOD"], [("Location", location)])


def _say(
    status: HTTPStatus, start_response: StartResponse, method: str, headers: Iterable[tuple[str, str]] = ()
) -> Iterable[bytes]:
    text = f"{_line(status)}\n".encode()
    described = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
    start_response(_line(status), [*headers, *described])
    return [] if method == "HEAD" else [text]


def _line(status: HTTPStatus) -> str:
    return f"{status.value} {status.phrase}"
