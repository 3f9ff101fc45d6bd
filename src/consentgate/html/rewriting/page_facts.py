"""What a page says of itself, as far as it was read: its canonical address and its title."""

from __future__ import annotations

from consentgate.html.tokenizer.character_references import decode_text
from consentgate.html.tokenizer.tags import Decode, Tag
from consentgate.web.url import Url, web_address

_LONGEST_TITLE = 1 << 10
"""The most bytes of a title that are kept."""


class PageFacts:
    """Collects what share links need to know of their page. Nothing waits for it: what a page says further
    down counts for what follows."""

    def __init__(self, decode: Decode) -> None:
        self.canonical = ""
        self._decode = decode
        self._title = b""
        self._has_title = False

    @property
    def title(self) -> str:
        """The page's title, in plain text; "" where there is none so far."""
        # A title that was cut may end within a character.
        return " ".join(decode_text(self._decode(self._title)).replace("\ufffd", " ").split())

    def note_link(self, tag: Tag, base: Url) -> None:
        """Take note of a `link`: the first canonical one counts."""
        if not self.canonical and "canonical" in (tag.get(b"rel") or "").lower().split():
            self.canonical = web_address(tag.get(b"href") or "", base)

    def begin_title(self) -> bool:
        """Say whether a title that begins here is the page's: the first one is."""
        is_first, self._has_title = not self._has_title, True
        return is_first

    def add_title(self, text: bytes) -> None:
        """Take the next bytes of the title."""
        self._title += text[: _LONGEST_TITLE - len(self._title)]
