"""The canonical address and the title of a page, as far as it was read."""

from __future__ import annotations

from consentgate.catalogue import LONGEST_ADDRESS, LONGEST_TEXT
from consentgate.html.tokenizer.character_references import decode_text
from consentgate.html.tokenizer.tags import Decode, Tag
from consentgate.web.url import Url, web_address

_LONGEST_TITLE = 1 << 10
"""The most bytes of a title that are kept."""


class PageFacts:
    """Collects what share links need to know of their page. Nothing waits for it: a canonical address further
    down counts for the links after it."""

    def __init__(self, decode: Decode) -> None:
        self.canonical = ""
        self._decode = decode
        self._title = b""
        self._text: str | None = None
        self._has_title = False

    @property
    def title(self) -> str:
        """The page's title, in plain text; "" where there is none so far."""
        if self._text is None:
            # A title that was cut may end within a character.
            text = decode_text(self._decode(self._title)).replace("\ufffd", " ")
            self._text = " ".join(text.split())[:LONGEST_TEXT]
        return self._text

    def note_link(self, tag: Tag, base: Url) -> None:
        """Take note of a `link`: the first canonical one counts. Each share link would repeat a long one."""
        href = tag.raw.get(b"href", b"")
        if self.canonical or len(href) > LONGEST_ADDRESS:
            return
        if "canonical" in (tag.get(b"rel") or "").lower().split():
            address = web_address(tag.decode(href), base)
            self.canonical = address if len(address) <= LONGEST_ADDRESS else ""

    def begin_title(self) -> bool:
        """Say whether a title that begins here is the page's: the first one is."""
        is_first, self._has_title = not self._has_title, True
        return is_first

    def add_title(self, text: bytes) -> None:
        """Take the next bytes of the title."""
        self._title += text[: _LONGEST_TITLE - len(self._title)]
        self._text = None
