"""Tables to read in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

Cell = str | float


def print_table(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print rows under their head, labels to the left and figures to the right."""
    texts = [list(head), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    print()
    for number, row in enumerate(texts):
        cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def _text(cell: Cell) -> str:
    """A number with three figures that say something."""
    if isinstance(cell, str):
        return cell
    return f"{cell:,.0f}" if cell >= 100 else f"{cell:.1f}" if cell >= 10 else f"{cell:.2f}"
