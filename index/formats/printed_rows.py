"""Tables as they are printed: cells with their places, and rows as lines that keep captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.formats.layout import Glyph, PlacedLine, PrintedLine, placed_lines
from index.formats.tables import has_captions, is_form, row_line, table_lines

Filled = tuple[str, tuple[tuple[int, Glyph], ...]]  # a cell's text, and where its glyphs are in it
Column = tuple[float, float]  # its left and its right
EMPTY: Filled = ("", ())


@dataclass(frozen=True, slots=True)
class TableEnd:
    """The table a page ends with: the page after may go on with it, and not name its columns.

    `captions` are empty where nothing names the columns.
    """

    captions: tuple[str, ...]
    columns: tuple[Column, ...]
    is_ruled: bool


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table on a page, each row as many cells as there are columns.

    `before` is the table of the page before where this goes on with it.
    """

    top: float
    bottom: float
    columns: tuple[Column, ...]
    rows: tuple[tuple[Filled, ...], ...]
    size: float
    is_ruled: bool
    before: TableEnd | None = None

    def lines(self) -> list[PlacedLine]:
        """Return a line for each row, with the captions of the columns where they have them."""
        named = self.rows[0]
        if self.before is not None:
            captions = self.before.captions
            named = tuple((caption, ()) for caption in captions or [""] * len(self.columns))
            texts = [_carried(captions, row) for row in self._texts()]
        else:
            texts = list(table_lines(self._texts()))
        return [
            self._line(text, cells, named) for text, cells in zip(texts, self.rows, strict=True)
        ]

    def end(self) -> TableEnd | None:
        """Return what the page after has to know; None where each page speaks for itself."""
        if self.before is not None:
            return TableEnd(self.before.captions, self.columns, self.is_ruled)
        texts = self._texts()
        if is_form(texts):
            return None
        captions = tuple(texts[0]) if has_captions(texts) else ()
        return TableEnd(captions, self.columns, self.is_ruled)

    def _texts(self) -> list[list[str]]:
        return [[text for text, _ in cells] for cells in self.rows]

    def _line(self, text: str, cells: Sequence[Filled], captions: Sequence[Filled]) -> PlacedLine:
        """Return a row as a line; its glyphs are those of its cells, and of captions it names."""
        placed: list[tuple[int, Glyph]] = []
        cursor = 0
        for cell, caption in zip(cells, captions, strict=True):
            if not cell[0]:
                continue
            named = text.find(f"{caption[0]}：{cell[0]}", cursor) if caption[0] else -1
            if named > cursor + len("；"):  # it is another cell that reads like this
                named = -1
            if named >= 0:
                placed += [(named + start, glyph) for start, glyph in caption[1]]
                named += len(caption[0]) + 1
            start_of_cell = named if named >= 0 else text.find(cell[0], cursor)
            placed += [(start_of_cell + start, glyph) for start, glyph in cell[1]]
            cursor = start_of_cell + len(cell[0])
        left, right = self.columns[0][0], self.columns[-1][1]
        line = PrintedLine(text, left, right, self.size, is_row=True)
        return PlacedLine(line, tuple(placed))


def filled(glyphs: Sequence[Glyph]) -> Filled:
    """Return a cell's text, its lines joined, with its glyphs."""
    text = ""
    placed: list[tuple[int, Glyph]] = []
    for line in placed_lines(glyphs):
        if text and text[-1].isascii() and line.line.text[0].isascii():
            text += " "
        placed += [(len(text) + start, glyph) for start, glyph in line.glyphs]
        text += line.line.text
    return text, tuple(placed)


def _carried(captions: Sequence[str], row: Sequence[str]) -> str:
    if not captions or list(captions) == list(row):  # none, or printed again
        return " | ".join(cell for cell in row if cell)
    return row_line(captions, row)
