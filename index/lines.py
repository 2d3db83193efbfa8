"""The printed lines of a text: their width, their page, and which of them are page furniture."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.formats.raw import LineBox
from index.markers import CLOSING, OPENING, closes_sentence, mark_at

_PAGE_NUMBER = re.compile(
    r"(?:[—―－–\-·•]\s*(?P<dashed>\d{1,4})\s*[—―－–\-·•]"
    r"|第\s*(?P<named>\d{1,4})\s*页(?:\s*[,，/]?\s*共\s*\d+\s*页)?"
    r"|(?P<of>\d{1,4})\s*/\s*\d{1,4}|Page\s+(?P<page>\d{1,4})(?:\s+of\s+\d+)?)",
    re.IGNORECASE,
)
_FULL = 0.75  # em by which a full line may miss the line width
_INDENT = 2  # em by which a paragraph's first line is indented
MASK = "\0"  # stands where markup was, so that offsets stay
_BLANK = " \t\u3000\xa0\n\f" + MASK
_WIDE_PUNCTUATION = "“”‘’·—…"  # as wide as a Chinese character, whatever Unicode says


@dataclass(frozen=True, slots=True)
class Line:
    """A line that has something on it; offsets are into the text it was cut from.

    `indent` and `room` (free at the right) are in em and known only where the layout was
    measured; in plain text `indent` is the leading white space.
    """

    start: int
    end: int
    text: str
    width: float
    page: int | None
    indent: float = 0.0
    room: float | None = None
    after_blank: bool = False
    is_row: bool = False


def width(text: str) -> float:
    """Return how wide a text is set, in em: a Chinese character 1, a Latin one a half."""
    total = 0.0
    for character in text:
        if character == " ":
            total += 0.25  # the gap a typesetter puts between Chinese and Latin
        elif character in _WIDE_PUNCTUATION or unicodedata.east_asian_width(character) in "WFA":
            total += 1
        else:
            total += 0.5
    return total


def first_token_width(text: str) -> float:
    """Return the width of the least that a typesetter could have pulled up from a line."""
    run = re.match(r"[A-Za-z0-9.,%+\-/:@_]+", text)
    end = run.end() if run else 1
    while end < len(text) and text[end - 1] in OPENING:
        end += 1
    while end < len(text) and text[end] in CLOSING:
        end += 1
    return width(text[:end])


def split_lines(
    text: str, page_starts: Sequence[int] = (), boxes: Sequence[LineBox] = ()
) -> list[Line]:
    """Cut a text into its lines, leaving out those with nothing on them.

    Characters masked with `MASK` are no text: they keep their place and are not on the line.
    """
    measured = {box.start: box for box in boxes}
    lines: list[Line] = []
    after_blank = True
    for match in re.finditer(r"[^\n\f]*[\n\f]?", text):
        printed = match[0].rstrip(_BLANK)
        start = match.start() + len(printed) - len(printed.lstrip(_BLANK))
        end = match.start() + len(printed)
        if start == end:
            after_blank = after_blank or MASK not in match[0]
            continue
        visible = text[start:end].replace(MASK, "")
        box = measured.get(start)
        lines.append(
            Line(
                start=start,
                end=end,
                text=visible,
                width=width(visible),
                page=bisect_right(page_starts, start) or None,
                indent=box.indent if box else _leading_width(text[match.start() : start]),
                room=box.room if box else None,
                after_blank=after_blank,
                is_row=box is not None and box.is_row,
            )
        )
        after_blank = False
    return lines


def _leading_width(leading: str) -> float:
    return leading.count("\u3000") + leading.count(" ") * 0.5


def double_spaced(lines: Sequence[Line]) -> bool:
    """Say whether nearly every line is followed by a blank one, so that blanks say nothing."""
    return bool(lines) and sum(line.after_blank for line in lines) >= 0.6 * len(lines) > 3


def lost_page_starts(text: str, lines: Sequence[Line]) -> tuple[int, ...]:
    """Find pages whose form feed became a single space at the head of their first line."""
    if not double_spaced(lines):
        return ()
    starts = [
        line.start
        for line in lines[1:]
        if not line.after_blank
        and line.start
        and text[line.start - 1] == " "
        and (line.start < 2 or text[line.start - 2] in "\n\f")
    ]
    return (0, *starts) if starts else ()


def furniture(lines: Sequence[Line]) -> dict[int, str]:
    """Return the lines that belong to the page and not to the text, by index, with the reason."""
    found = {index: "页码" for index, line in enumerate(lines) if page_number(line) is not None}
    pages: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        if line.page is not None and index not in found:
            pages.setdefault(line.page, []).append(index)
    edges = {page: {*indexes[:2], *indexes[-2:]} for page, indexes in pages.items()}
    counts = Counter(
        key for indexes in edges.values() for key in {_likeness(lines[index]) for index in indexes}
    )
    needed = max(3, len(pages) * 0.5)
    for indexes in edges.values():
        for index in indexes:
            line = lines[index]
            if line.width < 30 and counts[_likeness(line)] >= needed and not mark_at(line.text):
                found[index] = "页眉页脚"
    return found


def page_number(line: Line) -> int | None:
    """Return the number that a line prints if it is nothing but a page number."""
    match = _PAGE_NUMBER.fullmatch(line.text)
    return int(next(filter(None, match.groups()))) if match else None


def _likeness(line: Line) -> str:
    """Return what a line has in common with its like on other pages; rows differ by figures."""
    if line.is_row:
        return line.text
    return re.sub(r"\d+", "#", re.sub(r"\s", "", line.text))


def line_width(lines: Sequence[Line]) -> float:
    """Find the width that explains most lines as full, or as full behind an indent; 0 if none."""
    best, best_score = 0.0, 0.0
    opens = [
        index == 0 or closes_sentence(lines[index - 1].text) or mark_at(line.text) is not None
        for index, line in enumerate(lines)
    ]
    halves = Counter(round(line.width * 2) for line in lines)
    for candidate in (half / 2 for half in range(24, 161)):
        near = sum(halves[round(candidate * 2) + step] for step in (-2, -1, 0, 1, 2))
        if near < 0.06 * len(lines):
            continue  # too few lines are that wide for it to be the width of all
        score = 0.0
        for index, line in enumerate(lines):
            short_by = candidate - line.width
            follows_short = index > 0 and lines[index - 1].width < candidate - 4
            if abs(short_by) <= _FULL:
                score += 1 - abs(short_by) * 0.2
            elif (opens[index] or follows_short) and abs(short_by - _INDENT) <= _FULL:
                score += 0.9
            elif short_by < -_FULL - 0.5:
                score -= 2
        if score > best_score:
            best, best_score = candidate, score
    return best
