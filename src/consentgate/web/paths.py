"""Paths in URLs: their canonical spelling, and the paths that lead to the site itself."""

from __future__ import annotations

import re
from urllib.parse import quote

PATH_CHARACTERS = "/:@!$&'()*+,;=~"
"""The characters besides letters, digits and "-._" that may stand in a path (RFC 3986, section 3.3). A
backslash is not among them: browsers read it as a slash."""
_PLAIN = re.compile(r"[A-Za-z0-9\-._/:@!$&'()*+,;=~]*")


def quoted_path(path: str, encoding: str = "utf-8") -> str:
    """Return `path` with escapes for the bytes that may not stand in a URL's path. The bytes are those of
    this `encoding`, and a question mark for characters that it lacks."""
    if _PLAIN.fullmatch(path):
        return path
    return quote(path.encode(encoding, "replace"), safe=PATH_CHARACTERS)


# -- the canonical spelling ------------------------------------------------------------------------------

_ESCAPE = re.compile(r"%(?P<byte>[0-9a-fA-F]{2})?")
# One string for each byte: a long path may be nothing but escapes.
_ESCAPES = tuple(f"%{byte:02X}" for byte in range(256))
# WHATWG URL, "path percent-encode set".
_ESCAPED_IN_PATH = re.compile(r"[\x00-\x20\"#<>?^`{}\x7f-\U0010ffff]+")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def normal_path(path: str) -> str:
    """Return an absolute `path` in its canonical spelling: without `.` and `..` segments, with the escapes
    that browsers write, in uppercase, and without needless ones."""
    path = _with_normal_escapes(path)
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def resolve_path(path: str, base_path: str) -> str:
    """Return the normal path that a relative `path` leads to from a document at the normal `base_path`.

    The part of `base_path` that stays is not read again: it may be long, and many URLs may be relative to it.
    """
    path, end = _with_normal_escapes(path), max(base_path.rfind("/"), 0)
    if not path.startswith(".") and "/." not in path:
        return f"{base_path[:end]}/{path}"
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == ".." and not kept:
            end = max(base_path.rfind("/", 0, end), 0)
        elif segment == "..":
            kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return f"{base_path[:end]}/{'/'.join(kept)}"


def _with_normal_escapes(path: str) -> str:
    if "%" in path:
        path = _ESCAPE.sub(_normal_escape, path)
    return _ESCAPED_IN_PATH.sub(_escaped, path)


def _normal_escape(match: re.Match[str]) -> str:
    if match["byte"] is None:
        return "%25"
    character = chr(int(match["byte"], 16))
    return character if character in _UNRESERVED else _ESCAPES[ord(character)]


def _escaped(match: re.Match[str]) -> str:
    return "".join([_ESCAPES[byte] for byte in match[0].encode("utf-8", "replace")])


# -- on the site itself ----------------------------------------------------------------------------------

# A path that browsers resolve to the site itself has one slash, and no second one (or backslash) after it.
# Browsers drop tabs and line breaks before they look, so control characters may not be in it at all.
# Surrogates cannot be encoded.
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x1f\x7f\ud800-\udfff]*")


def local_path(text: str) -> str:
    """Return `text` if it is the path (and query) of a page on the site itself, else "/".

    This is where a visitor returns to after a decision, and it comes from the request: it must not lead to
    another host, nor run a script.
    """
    # A percent sign belongs to what is escaped already.
    return quote(text, safe=PATH_CHARACTERS + "%?") if _LOCAL.fullmatch(text) else "/"


def mount_path(root: str) -> str:
    """Return the path that the application is mounted at in the form that links begin with: "" or "/app"."""
    trimmed = root.strip("/")
    return "/" + quote(trimmed, safe=PATH_CHARACTERS + "%", errors="replace") if trimmed else ""
