"""The pages of the documentation: the code they show, their headings, and where their links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(
    sorted(
        path.relative_to(ROOT).as_posix()
        for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "contrib/**/*.md")
        for path in ROOT.glob(pattern)
    )
)
"""Every page, as a path from the root of the repository."""

_MARKER = re.compile(r"<!-- not run: (?P<reason>.*?) -->", re.DOTALL)
_NOT_IN_A_SLUG = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code. `words` stand behind its language, and `section` is the last heading of level two
    before it. `reason` says why it is not run, in a comment right before it: `<!-- not run: reason -->`."""

    page: str
    line: int
    language: str
    words: tuple[str, ...]
    section: str
    text: str
    reason: str | None = None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Page:
    """What a page has. `indented` are the lines on which code without a fence begins."""

    blocks: tuple[Block, ...]
    indented: tuple[int, ...]
    anchors: frozenset[str]
    links: tuple[str, ...]


@cache
def read(page: str) -> Page:
    """Return what the page at this path has."""
    reader = _Reader(page)
    for token in MarkdownIt("commonmark").enable("table").parse((ROOT / page).read_text("utf-8")):
        reader.take(token)
    return Page(tuple(reader.blocks), tuple(reader.indented), frozenset(reader.anchors), tuple(reader.links))


def blocks(page: str, language: str, section: str | None = None) -> list[str]:
    """Return the texts of the page's blocks in `language`: all, or those below the heading `section`."""
    return [
        block.text
        for block in read(page).blocks
        if block.language == language and section in (None, block.section)
    ]


@dataclass(slots=True)
class _Reader:
    page: str
    blocks: list[Block] = field(default_factory=list)
    indented: list[int] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    section: str = ""
    heading: str = ""
    reason: str | None = None

    def take(self, token: Token) -> None:
        line = token.map[0] + 1 if token.map else 0
        if token.type == "html_block":
            marker = _MARKER.fullmatch(token.content.strip())
            self.reason = marker["reason"] if marker else None
            return
        if token.type == "heading_open":
            self.heading = token.tag
        elif token.type == "inline":
            self.links.extend(_links(token))
            if self.heading:
                self._begin_section(_plain(token))
        elif token.type == "code_block":
            self.indented.append(line)
        elif token.type == "fence":
            language, *words = token.info.split() or [""]
            self.blocks.append(
                Block(self.page, line, language, tuple(words), self.section, token.content, self.reason)
            )
        self.reason = None

    def _begin_section(self, title: str) -> None:
        slug = _NOT_IN_A_SLUG.sub("", title.lower()).replace(" ", "-")
        again = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", known) is not None for known in self.anchors)
        self.anchors.append(f"{slug}-{again}" if again else slug)
        if self.heading == "h2":
            self.section = title
        self.heading = ""


def _plain(inline: Token) -> str:
    """Return a heading's text as GitHub and MyST make an anchor of it: what is between backticks counts."""
    return "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))


def _links(inline: Token) -> Iterator[str]:
    for child in inline.children or ():
        target = child.attrs.get("href" if child.type == "link_open" else "src")
        if target:
            yield str(target)
