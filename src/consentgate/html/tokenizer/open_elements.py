"""Which elements are open, as far as that can be told without building the document's tree."""

from __future__ import annotations

from dataclasses import dataclass

from .element_sets import FOREIGN_ROOTS, TABLE_CELLS, TABLE_PARTS
from .foreign_content import DEEPEST, ForeignContent
from .tags import Tag

# A `col` has a rule of its own: see `OpenElements._start_column`.
_AROUND_CELLS = TABLE_PARTS - {b"col"} | {b"table"}
_FOLLOWED = TABLE_PARTS | FOREIGN_ROOTS | {b"table", b"template", b"select", b"picture", b"frameset", b"a"}

PASSED_TAGS = ("anchor_end", "table_end", "cell_end", "anchor", "cell", "table")
"""The first groups of a pattern that skips markup: each tells where it last passed such a tag (-1 for
nowhere). They are end tags of links, of tables, and of a table's other parts; and start tags of links, of
cells, and of tables and their other parts. See `OpenElements.pass_by`."""
_PASSED = slice(1, 1 + len(PASSED_TAGS))


@dataclass(slots=True)
class _Template:
    """An open `template`, and what was open around it.

    `has_table` is set once a part of a table began in it, `may_ignore_tags` once its parser may be one that
    ignores nearly all tags: see `OpenElements._start_column`.
    """

    foreign_depth: int
    in_select: bool
    has_table: bool = False
    may_ignore_tags: bool = False


class OpenElements:
    """The open elements that change how the bytes after them are read, from start and end tags alone.

    With `doubtful` the tree around this markup is not known from the start. `left_template` says that a
    `template` was closed which had not been opened here, `too_deep` that more was open than is followed.
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
        `style`, `title` and the like are raw text: then both readings are judged."""
        return self._in_select or self.scripts_in_doubt

    @property
    def scripts_in_doubt(self) -> bool:
        """True where the contents of `script` are in doubt, too. In a `select` they are not: browsers keep
        scripts there."""
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

    def pass_by(self, ends: list[int]) -> None:
        """Follow a run of markup that was skipped. `ends` has the end of the run, and then the ends of its
        groups, of which the first are PASSED_TAGS."""
        anchor_end, table_end, cell_end, anchor, cell, table = ends[_PASSED]
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
        foreign_depth, doubt = self.foreign.depth, self.scripts_in_doubt
        is_foreign = self.foreign.start(tag)
        self.too_deep = self.too_deep or self.foreign.too_deep
        if is_foreign and not doubt:
            return
        if name == b"template":
            self._start_template(_Template(foreign_depth, self._in_select))
            self._in_select = self._in_select and doubt
        elif name == b"col":
            self._start_column()
        elif name in FOREIGN_ROOTS:
            # A `template` below it is foreign, but one of HTML to a parser that ignores this tag.
            self._doubtful = self._doubtful or self._ignoring_templates > 0
        elif name == b"frameset":
            # It replaces a body that has hardly begun, and is ignored in any other. Which it was is unknown.
            self._doubtful = True
        elif name in _AROUND_CELLS:
            self._between_cells = name not in TABLE_CELLS
            if self._templates:
                self._templates[-1].has_table = True
        else:
            self._set_open(name, is_open=True)

    def end(self, name: bytes) -> None:
        """Follow an end tag."""
        if name == b"template" and not self.foreign.has(name):
            self._end_template()
            return
        self.foreign.end(name)
        if name in _AROUND_CELLS:
            # A table may stand in a cell of another one.
            self._between_cells = name != b"table"
        else:
            self._set_open(name, is_open=False)

    def _set_open(self, name: bytes, *, is_open: bool) -> None:
        """Take note that an element of which one is open at a time begins or ends."""
        if name == b"select":
            self._in_select = is_open
        elif name == b"picture":
            self._in_picture = is_open
        elif name == b"a":
            self.in_anchor = is_open

    def _start_template(self, template: _Template) -> None:
        if len(self._templates) == DEEPEST:
            self._doubtful = self.too_deep = True
            return
        self._templates.append(template)

    def _start_column(self) -> None:
        """Follow a `col`. In a template in which no part of a table has begun it leads to the insertion mode
        "in column group" without a column group (13.2.6.4.22). That mode ignores all tags but those of
        columns and templates: a `style` there is none, and what looks like its text is markup."""
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
