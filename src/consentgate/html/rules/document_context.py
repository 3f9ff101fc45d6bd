"""The context in which the markup of one document is judged."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from consentgate.consent import Judge
from consentgate.html.tokenizer.multibyte import decoder_for, may_swallow, plain_for

from .base_url import BaseUrl
from .import_maps import ImportMaps
from .verdict import NO_EFFECTS, Edit, Effects
from .violation import Violation


class Piece(NamedTuple):
    """The piece of a document that is here now. It begins `offset` bytes into the document. With `final` no
    other follows."""

    data: bytes
    offset: int
    final: bool


class InnerDocument(NamedTuple):
    """The result of judging a document in an attribute: the first violation in it, and where there is one the
    `html` without what is not allowed, escaped for double quotes."""

    violation: Violation | None
    html: bytes = b""
    effects: Effects = NO_EFFECTS


class InnerMarkup(NamedTuple):
    """The result of judging markup in a place where some browsers see text. `edits` is None where the markup
    would change how the page is read after it."""

    edits: list[Edit] | None
    effects: Effects = NO_EFFECTS


class NestedJudge(Protocol):
    """Judges documents and markup that are nested in a document."""

    def judge_document(self, document: str) -> InnerDocument:
        """Judge the document in an attribute."""

    def judge_markup(self, markup: bytes) -> InnerMarkup:
        """Judge markup apart from what is around it."""


class DocumentContext:
    """The context in which the markup of one document is judged: the judge, the base URL, the `charset` (a
    Python codec), the import maps, and who judges nested documents. `has_links` says that share links may
    replace social buttons.

    Markup that is read apart from the rest of its document has a context of its own. `around` is the context
    of that document, with which it shares the import maps and the codecs.
    """

    __slots__ = (
        *("all_passes", "base", "charset", "decode", "has_links", "import_maps", "inner", "is_multibyte"),
        *("judge", "plain"),
    )

    def __init__(
        self,
        judge: Judge,
        base: BaseUrl,
        charset: str,
        inner: NestedJudge,
        around: DocumentContext | None = None,
        *,
        has_links: bool = False,
    ) -> None:
        self.judge = judge
        self.base = base
        self.charset = charset
        self.inner = inner
        self.has_links = has_links
        if around is None:
            self.import_maps = ImportMaps()
            self.all_passes = judge.passes_everything()
            self.decode = decoder_for(charset)
            self.plain = plain_for(charset)
            self.is_multibyte = may_swallow(charset)
        else:
            self.import_maps = around.import_maps
            self.all_passes = around.all_passes
            self.decode = around.decode
            self.plain = around.plain
            self.is_multibyte = around.is_multibyte
