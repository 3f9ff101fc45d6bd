"""Where in the document's tree the reader stands, as far as that can be told without building the tree."""

from __future__ import annotations

from dataclasses import dataclass

from .foreign_content import DEEPEST, ForeignContent
from .tags import Tag

_TABLE_PARTS = frozenset(b"table tbody thead tfoot tr td th caption colgroup".split())
_CELLS = frozenset((b"td", b"th", b"caption"))
_FOLLOWED = _TABLE_PARTS.union(
    (b"svg", b"math", b"template", b"select", b"picture", b"frameset", b"a", b"col")
)


@dataclass(slots=True)
class _Template:
    """A `template` that is open, and what was open around it.

    `has_table` is set once a part of a table began in it, `may_ignore_tags` once its parser may be one that
    ignores nearly all tags: see `Context._start_column`.
    """

    foreign_depth: int
    in_select: bool
    has_table: bool = False
    may_ignore_tags: bool = False


class Context:
    """Follows start and end tags.

    `doubtful` says from the start that it cannot be known how the tree goes on. `left_template` tells that
    a `template` was closed which had not been opened here, `too_deep` that more was open than is followed.
    """

    def __init__(self, *, doubtful: bool = False) -> None:
        self.foreign = ForeignContent()
        self.in_anchor = False
        self.left_template = self.too_deep = False
        self._doubtful = doubtful
        self._in_select = False
        self._in_picture = False
        self._between_cells = False
        self._templates: list[_Template] = []
        self._ignoring_templates = 0

    @property
    def in_doubt(self) -> bool:
        """True where it depends on the whole tree, or on the browser's age, whether the contents of
        `style`, `title` and the like are raw text: both readings are then judged."""
        return self._in_select or self.scripts_in_doubt

    @property
    def scripts_in_doubt(self) -> bool:
        """The same for `script`, which a `select` may hold in every browser."""
        return self._doubtful or self.foreign.doubtful or self._ignoring_templates > 0

    @property
    def is_plain(self) -> bool:
        """True where a tag is read as if it stood in an ordinary body: in no template, `select` or SVG."""
        if self._in_select or self._templates or self._doubtful:
            return False
        # Only a template that is open can ignore tags.
        return not (self.foreign.is_open or self.foreign.doubtful)

    @property
    def in_template(self) -> bool:
        """True inside a `template`, be it a shadow root."""
        return bool(self._templates)

    @property
    def takes_placeholder(self) -> bool:
        """True where a placeholder can stand without changing the tree around it."""
        return not (self.foreign.is_open or self._in_select or self._in_picture or self._between_cells)

    @property
    def at_rest(self) -> bool:
        """True where nothing is open that changes how the page is read."""
        return not (self.foreign.is_open or self._in_select or self._templates or self.left_template)

    def pass_by(self, quiet: list[int]) -> None:
        """Follow a run of what is quiet, given where it ends and where its groups do."""
        anchor_end, table_end, cell_end, anchor, cell, table = quiet[1:7]
        if anchor != anchor_end:
            self.in_anchor = anchor > anchor_end
        if self._templates and max(cell, table) >= 0:
            self._templates[-1].has_table = True
        into_cell, out_of_cell = max(cell, table_end), max(table, cell_end)
        if into_cell != out_of_cell:
            self._between_cells = out_of_cell > into_cell

    def start(self, tag: Tag) -> None:
        """Follow a start tag."""
        name = tag.name
        if name not in _FOLLOWED and not self.foreign.is_open:
            return
        depth, doubt = self.foreign.depth, self.scripts_in_doubt
        is_foreign = self.foreign.start(tag)
        self.too_deep = self.too_deep or self.foreign.too_deep
        if is_foreign and not doubt:
            return
        if name == b"template":
            self._start_template(_Template(depth, self._in_select))
            self._in_select = self._in_select and doubt
        elif name == b"col":
            self._start_column()
        elif name in (b"svg", b"math"):
            # A parser that ignores this tag counts the templates below it in another way.
            self._doubtful = self._doubtful or self._ignoring_templates > 0
        elif name == b"select":
            self._in_select = True
        elif name == b"picture":
            self._in_picture = True
        elif name == b"frameset":
            # It ends a body that has hardly begun, and is ignored in another; nobody knows which it was.
            self._doubtful = True
        elif name == b"a":
            self.in_anchor = True
        elif name in _TABLE_PARTS:
            self._between_cells = name not in _CELLS
            if self._templates:
                self._templates[-1].has_table = True

    def end(self, name: bytes) -> None:
        """Follow an end tag."""
        if name == b"template" and not self.foreign.has(name):
            self._end_template()
            return
        self.foreign.end(name)
        if name == b"select":
            self._in_select = False
        elif name == b"picture":
            self._in_picture = False
        elif name == b"a":
            self.in_anchor = False
        elif name in _TABLE_PARTS:
            self._between_cells = name != b"table"

    def _start_template(self, template: _Template) -> None:
        if len(self._templates) == DEEPEST:
            self._doubtful = self.too_deep = True
            return
        self._templates.append(template)

    def _start_column(self) -> None:
        """Follow a `col`. In a template in which nothing else has begun it leads to the insertion mode "in
        column group" without a column group (13.2.6.4.22), which ignores all tags but those of columns and
        templates: a `style` there is none, and what looks like its text is markup."""
        if self._templates and not (self._templates[-1].has_table or self._templates[-1].may_ignore_tags):
            self._templates[-1].may_ignore_tags = True
            self._ignoring_templates += 1

    def _end_template(self) -> None:
        if not self._templates:
            self.left_template = True
            return
        template = self._templates.pop()
        self._ignoring_templates -= template.may_ignore_tags
        self.foreign.close_to(template.foreign_depth)
        self._in_select = template.in_select
