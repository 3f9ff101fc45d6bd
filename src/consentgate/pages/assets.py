"""The files that pages load: the script (the snippet) and style sheets. Each is named by its content.

The scripts are built from the sources in the folder `static` of the project."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from consentgate.policy import Theme

from .theming import for_documents, for_pages

_STYLES_OF_A_PAGE = re.compile(r"(?P<stem>style|placeholder)-[0-9a-f]{10}\.css")
_SPACE = re.compile(r"\s*([{},>])\s*|(;|(?<=:))\s+")
_MOST_THEMES = 64


@dataclass(frozen=True)
class StaticFile:
    """A file that is the same for every visitor. Its `name` changes with its `content`, so that browsers may
    keep it for good."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Stylesheets:
    """The style sheets of one theme.

    One is for what goes `in_pages` of the site, one for the gate's `own_pages`, and one for the documents in
    the frames of embeds, which are `placeholders`.
    """

    in_pages: StaticFile
    own_pages: StaticFile
    placeholders: StaticFile

    def named(self, name: str) -> StaticFile | None:
        """Return the file that is called `name`, which may be a script, too; None where there is none.

        Styles are found by the name of another version or theme, too: a page that a cache has kept still has
        the old one, and without styles the banner would stand in the page's flow.
        """
        older = _STYLES_OF_A_PAGE.fullmatch(name)
        if older:
            return self.in_pages if older["stem"] == "style" else self.placeholders
        return next((file for file in (*_SCRIPTS, self.own_pages) if file.name == name), None)


@lru_cache(_MOST_THEMES)
def stylesheets(theme: Theme, *, beside: bool = False) -> Stylesheets:
    """Return the style sheets in a `theme`, with those for what may stand `beside` the link to the
    settings."""
    return Stylesheets(
        _styles("style", for_pages(theme), _BANNER + _BESIDE if beside else _BANNER),
        _styles("page", for_documents(theme), _PAGE),
        _styles("placeholder", for_documents(theme), _PLACEHOLDER),
    )


def visitor_stylesheet(asks: bool) -> bytes:
    """Return the styles for one visitor, in pages that are the same for everyone: where nothing `asks` the
    visitor any more, they hide the banner."""
    hide = b".consentgate-banner{display:none}.consentgate .consentgate-settings{display:block}"
    return b"" if asks else hide


def shown_to_visitor(name: str) -> bytes:
    """Return the styles for one visitor that show the corner of the page, and in it what is called `name`."""
    shown = (
        f".consentgate .consentgate-corner{{display:flex}}.consentgate .consentgate-{name}{{display:block}}"
    )
    return shown.encode()


def _script(stem: str, name: str) -> StaticFile:
    return _file(stem, ".js", "text/javascript; charset=utf-8", _text_of(f"{name}.js"))


def _styles(stem: str, properties: str, rules: str) -> StaticFile:
    return _file(stem, ".css", "text/css; charset=utf-8", properties + rules)


def _file(stem: str, ending: str, content_type: str, text: str) -> StaticFile:
    content = text.encode("ascii")
    digest = hashlib.sha256(content).hexdigest()[:10]
    return StaticFile(f"{stem}-{digest}{ending}", content_type, content)


def _text_of(name: str) -> str:
    return (files(__package__) / "static" / name).read_text("utf-8")


def _shipped_rules(name: str) -> str:
    # Comments and indentation are for readers of the source. No two tokens in these files need a line break
    # between them, nor a space beside these characters or after a colon. Before a colon it counts, and so
    # does one around the operators in calc().
    rules = re.sub(r"/\*.*?\*/\s*|^\s+", "", _text_of(name), flags=re.DOTALL | re.MULTILINE)
    return _SPACE.sub(r"\1\2", rules).replace("\n", "").replace(";}", "}")


# Read now, since an event loop must not wait for a disk.
SNIPPET = _script("snippet", "snippet")
SNIPPET_WITH_TAGS = _script("snippet", "snippet_with_tags")
"""The script that also tells vendors' tags what the visitor has consented to, and stands in for others."""
INTERACTION = _script("interaction", "interaction")
"""The script that the others fetch when a page has loaded."""
OVERLAY = _script("overlay", "overlay")
"""The script that shows in a page what was blocked there, for those who make the site."""
_SCRIPTS = SNIPPET, SNIPPET_WITH_TAGS, INTERACTION, OVERLAY
LINKS = _styles("consentgate", "", _shipped_rules("links.css"))
"""The style sheet of links in the place of embeds, for pages that load no other of ours."""
_BANNER, _BESIDE = map(_shipped_rules, ("banner.css", "regimes.css"))
_PAGE, _PLACEHOLDER = map(_shipped_rules, ("page.css", "placeholder.css"))
