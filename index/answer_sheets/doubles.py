"""Settle which row answers a question that several rows of one file hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from index.answer_sheets.period import Period
from index.answer_sheets.sheet import AnswerRow, AnswerSheet, Remark
from index.store.wording import wording_key

_SHOWN = 40

Key = tuple[str, str]  # a folded wording, and the region it is answered for


def without_doubles(sheet: AnswerSheet) -> AnswerSheet:
    """Let each question have one answer at a time and place; say which rows gave way.

    Rows that say the same become one, with the wordings of all; of rows that differ the first
    stays. A question outranks another row's 相似问法.
    """
    rows: list[AnswerRow] = []
    remarks = list(sheet.remarks)
    held: dict[Key, list[int]] = {}
    for row in sheet.rows:
        key = key_of(row, row.question)
        other = next((n for n in held.get(key, ()) if _at_once(rows[n], row)), None)
        if other is None:
            held.setdefault(key, []).append(len(rows))
            rows.append(row)
        elif _says_the_same(rows[other], row):
            rows[other] = _joined(rows[other], row)
            remarks.append(_remark(row, "same_again", f"和{_place(rows[other])}相同，合为一条。"))
        else:
            message = f"和{_place(rows[other])}问题相同而答复或公开属性不同，没有收进。请只留一条。"
            remarks.append(_remark(row, "duplicate_question", message, rejected=True))
    return AnswerSheet(tuple(_settled(rows, held, remarks)), tuple(remarks))


def key_of(row: AnswerRow, wording: str) -> Key:
    """Return what two wordings of one file must not share."""
    return wording_key(wording), row.region or ""


def _settled(
    rows: list[AnswerRow], held: dict[Key, list[int]], remarks: list[Remark]
) -> Iterable[AnswerRow]:
    for number, row in enumerate(rows):
        kept = []
        for wording in row.wordings:
            claims = held.setdefault(key_of(row, wording), [])
            other = next((n for n in claims if n != number and _at_once(rows[n], row)), None)
            if other is None:
                kept.append(wording)
                claims.append(number)
            else:
                words = f"相似问法“{wording[:_SHOWN]}”{_place(rows[other])}已有，这一行不再收。"
                remarks.append(_remark(row, "wording_taken", words))
        yield replace(row, wordings=tuple(kept))


def _at_once(one: AnswerRow, other: AnswerRow) -> bool:
    """Say whether two rows hold at the same time."""
    periods = (Period(row.valid_from, row.valid_until) for row in (one, other))
    return next(periods).overlaps(next(periods))


def _says_the_same(one: AnswerRow, other: AnswerRow) -> bool:
    said = ((row.answer, row.script, row.disclosure) for row in (one, other))
    return next(said) == next(said)


def _joined(first: AnswerRow, second: AnswerRow) -> AnswerRow:
    wordings = dict.fromkeys((*first.wordings, *second.wordings))
    return replace(first, wordings=tuple(wordings))


def _place(row: AnswerRow) -> str:
    return f"工作表“{row.sheet}”第 {row.row} 行" if row.sheet else f"第 {row.row} 行"


def _remark(row: AnswerRow, code: str, message: str, *, rejected: bool = False) -> Remark:
    return Remark(row.sheet, row.row, row.question[:_SHOWN], code, message, rejected)
