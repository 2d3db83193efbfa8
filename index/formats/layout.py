"""From printed characters with their places to lines, whose indents tell paragraphs.

What PDF, OFD and recognised pictures have in common. Lengths are in any one unit of the page;
`baseline` grows upwards.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.document import PrintedRun, Recognition, Removal
from index.formats.raw import Embedded, LineBox, RawText

_SAME_LINE = 0.4  # em by which baselines of one line may differ (raised figures)
_WORD_GAP = 0.15  # em between Latin words
_WIDE_GAP = 0.5  # em between Chinese characters that is more than type-setting
_COLUMN_GAP = 2.5  # em between the cells of a table
_ROW_INDENT = 9.0  # em: a row joins neither what is before it nor what follows


@dataclass(frozen=True, slots=True)
class Glyph:
    """A printed character, or a run of them printed as one.

    Its box is `size` high and reaches `below` under the baseline.
    """

    text: str
    x: float
    right: float
    baseline: float
    size: float
    below: float = 0.0


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line as it stands on the page.

    `runs`, counted from the line's beginning, are set where they cannot be found again at
    little cost: in what was recognised. A table's row is a line, and a paragraph by itself.
    """

    text: str
    left: float
    right: float
    size: float
    runs: tuple[PrintedRun, ...] = ()
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line with its glyphs, each with its offset in the line's text."""

    line: PrintedLine
    glyphs: tuple[tuple[int, Glyph], ...]


Page = Sequence[PrintedLine]


def printed_lines(glyphs: Iterable[Glyph]) -> list[PrintedLine]:
    """Gather a page's glyphs into lines, from top to bottom."""
    return [placed.line for placed in placed_lines(glyphs)]


def placed_lines(glyphs: Iterable[Glyph]) -> Iterator[PlacedLine]:
    """Yield the same lines with their glyphs, for telling where each character stands."""
    return (line for run in _baselines(glyphs) if (line := _joined(run)).line.text)


def lay_out(
    pages: Sequence[Page],
    unread: str,
    *,
    embedded: Embedded | None = None,
    recognised: Sequence[Recognition] = (),
) -> RawText:
    """Put the pages' lines together, each measured against the edges of its page's body.

    At least one page has a line. `unread` says why a page without one was not read.
    """
    em = statistics.median(line.size for page in pages for line in page for _ in line.text)
    set_lines = [[line for line in page if not line.is_row] for page in pages]
    body = [line for page in set_lines for line in page] or [
        line for page in pages for line in page
    ]
    pieces: list[str] = []
    boxes: list[LineBox] = []
    starts: list[int] = []
    missing: list[Removal] = []
    runs: dict[int, list[PrintedRun]] = {}
    offset = 0
    for number, (page, lines) in enumerate(zip(pages, set_lines, strict=True), 1):
        starts.append(offset)
        if not page:
            missing.append(Removal(offset, "", f"第 {number} 页{unread}，未读入"))
        left, right = _edges(lines, body, em)
        for line in page:
            indent = _ROW_INDENT if line.is_row else (line.left - left) / em
            boxes.append(LineBox(offset, indent, (right - line.right) / em, line.is_row))
            pieces.append(line.text)
            for run in line.runs:
                moved = replace(run, source_start=offset + run.source_start)
                runs.setdefault(number, []).append(moved)
            offset += len(line.text) + 1
    return RawText(
        "\n".join(pieces),
        tuple(starts),
        tuple(boxes),
        removals=tuple(missing),
        embedded=embedded,
        recognised=tuple(replace(mark, runs=tuple(runs.get(mark.page, ()))) for mark in recognised),
    )


def _edges(page: Page, body: Page, em: float) -> tuple[float, float]:
    """Return the left and right edges of a page's body: those that several lines share."""
    lefts = [line.left for line in page]
    rights = [line.right for line in page]
    left = min((x for x in lefts if _shared(x, lefts, em)), default=None)
    right = max((x for x in rights if _shared(x, rights, em)), default=None)
    if left is None or right is None or right - left < 8 * em:
        common = Counter(round(line.left / em) for line in body).most_common(1)[0][0] * em
        left = common if left is None else left
        right = max(line.right for line in body)
    return left, right


def _shared(x: float, others: Sequence[float], em: float) -> bool:
    return sum(abs(x - other) < 0.4 * em for other in others) >= 2


def _baselines(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Gather glyphs on one baseline and order them by x, lines from top to bottom.

    Glyphs of a fallback font (curly quotes) come after their line otherwise.
    """
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.baseline):
        near = lines and abs(lines[-1][0].baseline - glyph.baseline) < _SAME_LINE * glyph.size
        if near:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [sorted(line, key=lambda glyph: glyph.x) for line in lines]


def _joined(glyphs: Sequence[Glyph]) -> PlacedLine:
    """Join the glyphs of a line, with a space where the print leaves one."""
    size = statistics.median(glyph.size for glyph in glyphs)
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    before: Glyph | None = None
    for glyph in glyphs:
        if before is not None and not (before.text.isspace() or glyph.text.isspace()):
            gap = (glyph.x - before.right) / size
            latin = before.text.isascii() and glyph.text.isascii()
            if gap > _COLUMN_GAP:
                pieces.append("  ")
            elif gap > (_WORD_GAP if latin else _WIDE_GAP):
                pieces.append(" ")
            else:
                pieces.append("")
            length += len(pieces[-1])
        pieces.append(glyph.text)
        starts.append(length)
        length += len(glyph.text)
        before = glyph
    printed = [glyph for glyph in glyphs if not glyph.text.isspace()] or list(glyphs)
    whole = "".join(pieces)
    text = whole.strip()
    cut = len(whole) - len(whole.lstrip())
    return PlacedLine(
        PrintedLine(text, printed[0].x, max(glyph.right for glyph in printed), size),
        tuple((start - cut, glyph) for start, glyph in zip(starts, glyphs, strict=True)),
    )
