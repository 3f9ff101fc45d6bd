"""What reading a document has done, besides judging what is in it."""

from __future__ import annotations


class Effects:
    """Counts what makes a difference to what comes after it: what led to the base URL's host (`by_base`), and
    the `others`, which are cuts and modules that begin to load."""

    __slots__ = ("by_base", "others")

    def __init__(self) -> None:
        self.by_base = self.others = 0

    @property
    def total(self) -> int:
        """All of them together."""
        return self.by_base + self.others
