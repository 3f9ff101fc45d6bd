"""What judging goes by in one document."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from consentgate.consent import Judge
from consentgate.html.tokenizer.multibyte import decoder_for, may_swallow, plain_for

from .base_url import BaseUrl
from .import_maps import ImportMaps
from .verdict import NO_EFFECTS, Edit, Effects
from .violation import Violation


class Piece(NamedTuple):
    """The piece of a document that is here now. It begins `offset` bytes into the document; with `final` no
    more is to come."""

    data: bytes
    offset: int
    final: bool


class InnerDocument(NamedTuple):
    """A document in an attribute, judged: the first violation in it, and if there is one its `html` without
    what must not load, escaped for double quotes."""

    violation: Violation | None
    html: bytes = b""
    effects: Effects = NO_EFFECTS


class InnerMarkup(NamedTuple):
    """Markup in a place where some browsers see text, judged by itself. `edits` is None where it would not
    leave the page as it found it."""

    edits: list[Edit] | None
    effects: Effects = NO_EFFECTS


class Inner(Protocol):
    """Judges what is a document or markup of its own within a document."""

    def judge_document(self, document: str) -> InnerDocument:
        """Judge the document in an attribute."""

    def judge_markup(self, markup: bytes) -> InnerMarkup:
        """Judge markup by itself."""


class DocumentContext:
    """What judging goes by in one document: the judge, the base URL, the `charset` (a Python codec), the
    import maps, and who judges what is nested in it. `has_links` says that share links may take the place of
    social buttons. Markup that is read apart from the rest of a document has a context of its own, which
    shares with that `around` it what the two have in common."""

    __slots__ = (
        *("all_passes", "base", "charset", "decode", "has_links", "import_maps", "inner", "is_multibyte"),
        *("judge", "plain"),
    )

    def __init__(
        self,
        judge: Judge,
        base: BaseUrl,
        charset: str,
        inner: Inner,
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
