"""The rewriter: HTML in, chunk by chunk; the same HTML without what is not allowed out."""

from __future__ import annotations

from consentgate.consent import Judge
from consentgate.web.url import Url

from .edits import apply
from .insertion_point import Insertion
from .insertions import FrameDocumentFor, LinkFor, PlaceholderFor, ShareLinks
from .records import Observe, Records
from .walker import Walker

PATIENCE = 16
"""For each byte that comes, at most this many waiting ones are read again."""


class Rewriter:
    """Rewrites one document.

    `base` is the document's own URL; `charset` a Python codec that reads it, in which ASCII is ASCII. What is
    put in comes from `placeholder`, `insertion` and `share_links`; without these it is nothing. With
    `link_for` links come in the place of embeds, and no placeholders. `observe` is told of what was
    taken out, and of what could not be read to its end.
    """

    def __init__(
        self,
        judge: Judge,
        base: Url,
        *,
        charset: str = "utf-8",
        placeholder: PlaceholderFor | None = None,
        insertion: Insertion | None = None,
        frame_document: FrameDocumentFor | None = None,
        share_links: ShareLinks | None = None,
        link_for: LinkFor | None = None,
        observe: Observe | None = None,
    ) -> None:
        self._observe = observe
        self._walker = Walker(
            judge, base, charset, placeholder, insertion, frame_document, share_links, link_for
        )
        self._waiting: list[bytes] = []
        self._size = 0
        self._credit = 0
        self._offset = 0

    @property
    def waiting(self) -> int:
        """How many bytes wait for more of the document."""
        return self._size

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the document; return what can be sent.

        What ends inside a tag, or inside something that is judged as a whole, waits. To read that again
        with each small chunk would take time that grows with its square, so how often it is depends on how
        much has come.
        """
        self._waiting.append(data)
        self._credit += PATIENCE * len(data)
        if self._size > self._credit:
            self._size += len(data)
            return b""
        self._credit -= self._size
        return self._read(final=False)

    def finish(self) -> bytes:
        """End the document; return the rest of it."""
        return self._read(final=True)

    def _read(self, *, final: bool) -> bytes:
        data = b"".join(self._waiting)
        edits, consumed = self._walker.read(data, final=final)
        output = apply(edits, data, consumed)
        if self._observe is not None:
            self._observe(Records(edits, self._walker.limits, data, self._offset))
        self._offset += consumed
        self._size = len(data) - consumed
        self._waiting = [data[consumed:]] if self._size else []
        return output
