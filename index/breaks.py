"""Where paragraphs begin among hard-wrapped lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.lines import Line, double_spaced, first_token_width, line_width
from index.markers import (
    SENTENCE_END,
    Style,
    closes_sentence,
    ends_as_title,
    field_name,
    is_imprint,
    is_letterhead,
    is_name,
    is_note,
    is_number_line,
    mark_at,
)
from index.numerals import DATE, is_date

_UNMISTAKABLE = {Style.PART, Style.CHAPTER, Style.DIVISION, Style.ARTICLE}
_HEADINGS = {Style.PART, Style.CHAPTER, Style.DIVISION, Style.COMMA, Style.BRACKET}
_ENACTED = re.compile(r"(?:通过|批准|公布|发布|修正|修订|施行|实施|生效)[）)]?$")
_INDENT = 2  # em, of a paragraph's first line
_HEAD_LINES = 10  # a title ends within as many lines


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the lines of a text are set: their full width in em, and what may be relied upon."""

    full: float
    measured: bool  # indents and free room come from the page, not from counted characters
    indented: bool  # the first line of a paragraph can be told by its indent
    blanks_separate: bool  # a blank line is a paragraph's end


def paragraph_starts(lines: Sequence[Line]) -> list[bool]:
    """Decide for every line whether it begins a paragraph."""
    measured = bool(lines) and all(line.room is not None for line in lines)
    full = line_width(lines)
    if not (measured or _is_wrapped(lines, full)):
        return [True] * len(lines)
    layout = _Layout(
        full,
        measured=measured,
        indented=measured or _uses_indents(lines),
        blanks_separate=not measured and not double_spaced(lines),
    )
    starts: list[bool] = []
    paragraph: list[Line] = []
    in_head = True
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        starts.append(not paragraph or _begins(paragraph, line, following, layout, in_head=in_head))
        paragraph = [line] if starts[-1] else [*paragraph, line]
        in_head = in_head and not (line.text.endswith(("：", ":")) or mark_at(line.text))
    for index in _title_continuations(lines, full):
        starts[index] = False
    return starts


def _is_wrapped(lines: Sequence[Line], full: float) -> bool:
    """Say whether lines break because they are full, not because something ends."""
    reaching = [line for line in lines if full - 3 <= line.width + line.indent <= full + 1.5]
    running_on = sum(not closes_sentence(line.text) for line in reaching)
    return (
        full > 0
        and len(lines) >= 6
        and len(reaching) >= 0.3 * len(lines)
        and running_on >= 0.2 * len(lines)
    )


def _uses_indents(lines: Sequence[Line]) -> bool:
    """Say whether the first lines of paragraphs kept their two em of indent."""
    after_close = [
        line for before, line in itertools.pairwise(lines) if closes_sentence(before.text)
    ]
    indented = sum(1.5 <= line.indent <= 2.6 for line in after_close)
    flush = sum(line.indent < 0.8 for line in lines)
    return indented > 0.3 * len(after_close) and indented >= 3 and flush > 0.2 * len(lines)


def _begins(
    paragraph: Sequence[Line],
    line: Line,
    following: Line | None,
    layout: _Layout,
    *,
    in_head: bool,
) -> bool:
    """Say whether `line` begins a paragraph and does not go on with `paragraph`."""
    before = paragraph[-1]
    signs = following is not None and is_date(following.text) and is_name(line.text)
    apart = signs or (layout.blanks_separate and line.after_blank)
    numbered = in_head and (is_number_line(line.text) or is_number_line(before.text))
    if apart or numbered or _stands_alone(line.text) or _ends_alone(before, layout.full):
        return True
    fits = first_token_width(line.text) <= _room(paragraph, layout) - 1  # broken off on purpose
    closed = closes_sentence(before.text)
    mark = mark_at(line.text)
    if layout.indented:
        aligned = layout.measured and before.indent > 2.6  # centred, or at the right
        return aligned or line.indent >= 1.5 or bool((mark or closed) and fits)
    marked = mark is not None and (closed or fits or (mark.spaced and mark.style in _UNMISTAKABLE))
    broken_off = fits and (closed or in_head or before.width < layout.full - 4)
    if marked or broken_off or (in_head and _ends_head_line(paragraph, line)):
        return True
    unfinished_heading = _is_open_heading(paragraph) and line.text[-1] not in SENTENCE_END
    return (closed or unfinished_heading) and _looks_indented(line, following, layout.full)


def _stands_alone(text: str) -> bool:
    """Say whether a line is by itself: a field, a date, a note, the imprint, the 红头."""
    return (
        field_name(text) is not None
        or is_date(text)
        or is_note(text)
        or is_imprint(text)
        or is_letterhead(text)
    )


def _ends_alone(before: Line, full: float) -> bool:
    runs_on = field_name(before.text) is not None and before.width > full - _INDENT - 2
    return _stands_alone(before.text) and not runs_on


def _ends_head_line(paragraph: Sequence[Line], line: Line) -> bool:
    """Say whether a full line of the head ends nevertheless: a title, or one entry of a 题注."""
    text = "".join(line.text for line in paragraph)
    if DATE.match(line.text):
        return _ENACTED.search(text) is not None
    return line.text.endswith(("：", ":")) and ends_as_title(text)


def _room(paragraph: Sequence[Line], layout: _Layout) -> float:
    """Return the em left free at the end of the line that the paragraph has come to."""
    before = paragraph[-1]
    if before.room is not None:
        return before.room
    lost_indent = _INDENT if len(paragraph) == 1 and not before.indent else 0
    return layout.full - lost_indent - before.indent - before.width


def _title_continuations(lines: Sequence[Line], full: float) -> list[int]:
    """Return the lines that only go on with a title broken over several centred lines."""
    title = ""
    continuations: list[int] = []
    for index, line in enumerate(lines[:_HEAD_LINES]):
        if not title and (_stands_alone(line.text) or is_number_line(line.text)):
            continue
        if (
            _stands_alone(line.text)
            or is_number_line(line.text)
            or mark_at(line.text)
            or line.text.endswith(("：", ":"))
            or closes_sentence(line.text)
            or (line.width > full + 1 and line.room is None)
        ):
            return []
        if title:
            continuations.append(index)
        title += line.text
        if ends_as_title(title):
            return continuations
    return []


def _is_open_heading(paragraph: Sequence[Line]) -> bool:
    """Say whether the paragraph so far is a numbered heading without a sentence in it."""
    text = "".join(line.text for line in paragraph)
    mark = mark_at(text)
    return mark is not None and mark.style in _HEADINGS and not re.search("[。；！？]|，$", text)


def _looks_indented(line: Line, following: Line | None, full: float) -> bool:
    """Say whether a line is full but for a paragraph's two em of indent."""
    if following is None:
        return False
    reach = line.width + line.indent
    return full - 3.2 <= reach <= full - 1.25 and (
        reach + first_token_width(following.text) > full - 2.25
    )
