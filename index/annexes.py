"""Where a document's annexes begin, what each is called, and what 附件说明 lists."""

from __future__ import annotations

from collections.abc import Sequence

from index.frame import TAIL_LINES, continues_copies, is_agency_line, may_be_entry, title_length
from index.markers import (
    Style,
    annex_title,
    field_name,
    is_annex_heading,
    is_imprint,
    is_note,
)
from index.masthead import minutes_head_length
from index.numerals import is_date
from index.units import Unit, is_dated_signature


def regions(units: Sequence[Unit]) -> list[Sequence[Unit]]:
    """Cut a document into its main text and its annexes, each of which has a frame of its own."""
    bounds = [0]
    for index in range(max(1, minutes_head_length(units) + 1), len(units)):
        if _begins_annex(units, index) and index - bounds[-1] > 1:
            bounds.append(index)
    return [units[start:end] for start, end in zip(bounds, [*bounds[1:], len(units)], strict=True)]


def listed_annexes(units: Sequence[Unit]) -> range:
    """Return the 附件说明 below the last article of a regulation: 附件：1.…, an entry a line."""
    articles = [
        index
        for index, unit in enumerate(units)
        if unit.mark is not None and unit.mark.style is Style.ARTICLE
    ]
    for start in range(articles[-1] + 1 if articles else len(units), len(units)):
        if field_name(units[start].text) == "附件":
            stop = start + 1
            while stop < len(units) and may_be_entry(units[stop], units[stop - 1]):
                stop += 1
            return range(start, stop)
    return range(len(units), len(units))


def _begins_annex(units: Sequence[Unit], index: int) -> bool:
    if is_annex_heading(units[index].text) or _is_listed_annex(units, index):
        return True
    if _is_tail_line(units[index].text) or continues_copies(units, index):
        return False
    if not _follows_signature(units, index):
        return False
    return not is_agency_line(units[index]) or title_length(units, index) > 0


def _is_listed_annex(units: Sequence[Unit], index: int) -> bool:
    """Say whether a paragraph is 附件1：… and a title that the 附件说明 above it has named."""
    title = annex_title(units[index].text)
    if not title:
        return False
    return any(
        unit.text.endswith(title)
        and (field_name(unit.text) == "附件" or (unit.mark and unit.mark.style is Style.DOT))
        for unit in units[:index]
    )


def _is_tail_line(text: str) -> bool:
    return (
        is_date(text)
        or is_dated_signature(text)
        or is_imprint(text)
        or is_note(text)
        or field_name(text) is not None
    )


def _follows_signature(units: Sequence[Unit], index: int) -> bool:
    """Say whether a text has been signed and dated by the paragraph before `index`."""
    position = index - 1
    while position > max(1, index - TAIL_LINES) and _is_tail_line(units[position].text):
        text = units[position].text
        if is_imprint(text) or is_dated_signature(text):
            return True
        if is_date(text):
            return is_agency_line(units[position - 1]) and position > 2
        position -= 1
    return False
