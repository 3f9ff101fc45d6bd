"""The text of raw text elements, such as scripts and style sheets, on its way through the rewriter."""

from __future__ import annotations

from collections.abc import Callable

from consentgate.html.rules.violation import Violation
from consentgate.html.tokenizer.script_text import LONGEST_END, ScriptText, raw_text_end

from .edits import Edits


class RawText:
    """Follows the text of the element called `name` (lowercase) up to its end tag, as it comes. The text
    passes, or is removed because of a `violation`. `note` is called with each part of it."""

    def __init__(
        self, name: bytes, violation: Violation | None, note: Callable[[bytes], None] | None = None
    ) -> None:
        self._name = name
        self._violation = violation
        self._note = note
        self._script = ScriptText() if name == b"script" else None
        self.is_open = True

    def follow_on(self, data: bytes, position: int, edits: Edits, *, final: bool) -> int:
        """Pass on the text up to the end tag, or remove it; return how far that went."""
        if self._name == b"plaintext":
            return len(data)
        text_end, ended = self._end(data, position, final=final)
        if self._violation is not None and text_end > position:
            edits.remove_more(position, text_end, self._violation)
        if self._note is not None:
            self._note(data[position:text_end])
        self.is_open = not ended
        return text_end

    def _end(self, data: bytes, position: int, *, final: bool) -> tuple[int, bool]:
        """Return where the text ends and True, or how far it has been read and False."""
        if self._script is not None:
            end = self._script.find_end(data, position)
            resume = self._script.position
        else:
            match = raw_text_end(self._name).search(data, position)
            end = match.start() if match else None
            resume = max(position, len(data) - LONGEST_END)
        if end is not None:
            return end, True
        return len(data) if final else resume, False
