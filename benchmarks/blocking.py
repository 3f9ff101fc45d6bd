"""Does a contender block at all? Nobody shall be fast by doing nothing."""

from __future__ import annotations

import html.parser
import re
from collections.abc import Mapping
from typing import NamedTuple

from .contenders import Contender
from .pages import Page, Reference
from .questions import Questions, is_script


class Left(NamedTuple):
    """What third parties would still load: of the `references` that were in the pages, and inline
    `scripts` of theirs that would still run."""

    references: int
    scripts: int


def left_by(contender: Contender, pages: Mapping[Page, Questions]) -> Left:
    """What the contender leaves in the pages."""
    references = scripts = 0
    for page, questions in pages.items():
        found = _read(contender.rewrite(page, questions), page.charset)
        references += sum(found.holds(reference) for reference in page.references)
        scripts += sum(map(questions.script_goes, found.scripts))
    return Left(references, scripts)


def _read(output: bytes, charset: str) -> _Found:
    found = _Found()
    found.feed(output.decode(charset, "replace"))
    found.close()
    return found


class _Found(html.parser.HTMLParser):
    """What the standard library's tokenizer, which is none of the contenders' own, finds in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[tuple[str, str], list[str]] = {}
        self.sheets: list[str] = []
        self.scripts: list[str] = []
        self._texts: list[str] | None = None

    def holds(self, reference: Reference) -> bool:
        tag, attribute, url = reference
        if attribute == "@import":
            return any(url in sheet for sheet in self.sheets)
        values = self.values.get((tag, attribute), [])
        if attribute == "style":
            return any(url in value for value in values)
        if attribute in ("srcset", "imagesrcset"):
            candidate = re.compile(rf"(?:^|[\s,]){re.escape(url)}")
            return any(candidate.search(value) for value in values)
        return url in values

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            self.values.setdefault((tag, name), []).append((value or "").strip())
        self._texts = self.sheets if tag == "style" else None
        if is_script(tag, dict(attributes)):
            self._texts = self.scripts

    def handle_data(self, data: str) -> None:
        if self._texts is not None and data:
            self._texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._texts = None
