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
"""The most waiting bytes that are read again for each byte that comes."""


class Rewriter:
    """Rewrites one document.

    `base` is the document's own URL. `charset` is the Python codec that it is read with, in which every ASCII
    byte is the ASCII character. `placeholder`, `insertion`, `frame_document` and `share_links` make what is
    inserted, and without them nothing is. With `link_for`, links replace embeds, and no placeholders do.
    `observe` is called with the records of what was blocked, and of the limits that were reached.
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
        self._waiting_size = 0
        self._credit = 0
        self._offset = 0

    @property
    def waiting(self) -> int:
        """How many bytes wait for more of the document."""
        return self._waiting_size

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the document; return what can be sent.

        A tag that is cut off waits, and so does what is judged as a whole. To read it again with each small
        chunk would take quadratic time, so each byte that comes pays for a few that are read again.
        """
        self._waiting.append(data)
        self._credit += PATIENCE * len(data)
        if self._waiting_size > self._credit:
            self._waiting_size += len(data)
            return b""
        self._credit -= self._waiting_size
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
        self._waiting_size = len(data) - consumed
        self._waiting = [data[consumed:]] if self._waiting_size else []
        return output
