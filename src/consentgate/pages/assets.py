"""The files that pages load: the script (the snippet) and style sheets. Each is named by its content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

_STYLES_OF_A_PAGE = re.compile(r"(?P<stem>style|placeholder)-[0-9a-f]{12}\.css")


@dataclass(frozen=True)
class StaticFile:
    """A file that is the same for every visitor. Its `name` changes with its `content`, so that browsers may
    keep it for good."""

    name: str
    content_type: str
    content: bytes


def named(name: str) -> StaticFile | None:
    """Return the file that is called `name`; None where there is none.

    Styles are found by the name of another version, too: a page that a cache has kept through an upgrade
    still has the old one, and without styles the banner would stand in the page's flow.
    """
    older = _STYLES_OF_A_PAGE.fullmatch(name)
    return _STYLES[older["stem"]] if older else _FILES.get(name)


def visitor_stylesheet(asks: bool) -> bytes:
    """Return the styles for one visitor, in pages that are the same for everyone: where nothing `asks` the
    visitor any more, they hide the banner."""
    hide = b".consentgate-banner{display:none}.consentgate .consentgate-settings{display:block}"
    return b"" if asks else hide


def _script(stem: str, source: str) -> StaticFile:
    return _file(stem, ".js", "text/javascript; charset=utf-8", _shipped(source))


def _styles(stem: str, source: str) -> StaticFile:
    # No two tokens in these files need the line break between them.
    return _file(stem, ".css", "text/css; charset=utf-8", _shipped(source).replace(b"\n", b""))


def _file(stem: str, ending: str, content_type: str, content: bytes) -> StaticFile:
    digest = hashlib.sha256(content).hexdigest()[:12]
    return StaticFile(f"{stem}-{digest}{ending}", content_type, content)


def _shipped(name: str) -> bytes:
    text = (files(__package__) / "static" / name).read_text("utf-8")
    # Comments and indentation are for readers of the source. No string in these files contains any.
    return re.sub(r"/\*.*?\*/\s*|^\s+", "", text, flags=re.DOTALL | re.MULTILINE).encode("ascii")


# Read now, since an event loop must not wait for a disk.
SNIPPET = _script("snippet", "snippet.js")
STYLESHEET = _styles("style", "banner.css")
"""The styles of what goes into the site's pages."""
PAGE_STYLESHEET = _styles("page", "page.css")
"""The styles of the gate's own pages."""
PLACEHOLDER_STYLESHEET = _styles("placeholder", "placeholder.css")
"""The styles of the documents in the frames of embeds."""
_STYLES = {"style": STYLESHEET, "placeholder": PLACEHOLDER_STYLESHEET}
_FILES = {file.name: file for file in (SNIPPET, PAGE_STYLESHEET)}
