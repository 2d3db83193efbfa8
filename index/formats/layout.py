"""From printed characters with their places to lines, whose indents tell paragraphs.

What PDF, OFD and recognised pictures have in common. Lengths are in any one unit of the page;
`baseline` grows upwards.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.document import Recognition, Removal
from index.formats.raw import Embedded, LineBox, RawText

_SAME_LINE = 0.4  # em by which baselines of one line may differ (raised figures)
_WORD_GAP = 0.15  # em between Latin words
_WIDE_GAP = 0.5  # em between Chinese characters that is more than type-setting
_COLUMN_GAP = 2.5  # em between the cells of a table


@dataclass(frozen=True, slots=True)
class Glyph:
    """A printed character, or a run of them printed as one."""

    text: str
    x: float
    right: float
    baseline: float
    size: float


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line as it stands on the page."""

    text: str
    left: float
    right: float
    size: float


Page = Sequence[PrintedLine]


def printed_lines(glyphs: Iterable[Glyph]) -> list[PrintedLine]:
    """Gather a page's glyphs into lines, from top to bottom."""
    return [line for run in _baselines(glyphs) if (line := _joined(run)).text.strip()]


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
    body = [line for page in pages for line in page]
    pieces: list[str] = []
    boxes: list[LineBox] = []
    starts: list[int] = []
    missing: list[Removal] = []
    offset = 0
    for number, page in enumerate(pages, 1):
        starts.append(offset)
        if not page:
            missing.append(Removal(offset, "", f"第 {number} 页{unread}，未读入"))
        left, right = _edges(page, body, em)
        for line in page:
            boxes.append(LineBox(offset, (line.left - left) / em, (right - line.right) / em))
            pieces.append(line.text)
            offset += len(line.text) + 1
    return RawText(
        "\n".join(pieces),
        tuple(starts),
        tuple(boxes),
        removals=tuple(missing),
        embedded=embedded,
        recognised=tuple(recognised),
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


def _joined(glyphs: Sequence[Glyph]) -> PrintedLine:
    """Join the glyphs of a line, with a space where the print leaves one."""
    size = statistics.median(glyph.size for glyph in glyphs)
    pieces: list[str] = []
    before: Glyph | None = None
    for glyph in glyphs:
        if before is not None and not (before.text.isspace() or glyph.text.isspace()):
            gap = (glyph.x - before.right) / size
            latin = before.text.isascii() and glyph.text.isascii()
            if gap > _COLUMN_GAP:
                pieces.append("  ")
            elif gap > (_WORD_GAP if latin else _WIDE_GAP):
                pieces.append(" ")
        pieces.append(glyph.text)
        before = glyph
    printed = [glyph for glyph in glyphs if not glyph.text.isspace()] or list(glyphs)
    text = "".join(pieces).strip()
    return PrintedLine(text, printed[0].x, max(glyph.right for glyph in printed), size)
