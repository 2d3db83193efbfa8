"""Read a spreadsheet's rows as questions and answers; what cannot come in is said by row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from index.answer_sheets.columns import Field, Header, find_header
from index.answer_sheets.doubles import without_doubles
from index.answer_sheets.period import (
    NotUnderstood,
    Period,
    begin_of,
    end_of,
    last_of,
    period_of,
)
from index.answer_sheets.sheet import AnswerRow, AnswerSheet, Remark
from index.disclosure import disclosure_of
from index.document import Disclosure, Metadata
from index.errors import EmptyDocument
from index.formats.sheets import Cell, Sheet, Workbook, filled_down

LONGEST_QUESTION = 1000
LONGEST_ANSWER = 4000
LONGEST_NOTE = 1000  # 依据, 承办单位 and the like
MOST_WORDINGS = 100
_SHOWN = 40  # characters of a question in a remark
_LIST_NUMBER = re.compile(r"^\s*(?:[(（]?\d{1,4}[)）、．]|\d{1,4}\.(?!\d)|[①-⑳])\s*")
_SPOKEN = re.compile(r"^\s*[问答]\s*[:：]\s*")
_SEPARATORS = re.compile(r"[\n;；|｜]+")
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)")
_STRICTNESS = (Disclosure.PUBLIC, Disclosure.UNKNOWN, Disclosure.ON_REQUEST, Disclosure.INTERNAL)
_PERIODS: Mapping[Field, Callable[[str], Period]] = {
    Field.PERIOD: period_of,
    Field.FROM: begin_of,
    Field.UNTIL: last_of,
    Field.ENDS: end_of,
}
_NOTES = (Field.BASIS, Field.AGENCY, Field.PHONE, Field.REGION)


@dataclass(frozen=True, slots=True)
class _Refused(Exception):
    """A row that cannot come in."""

    code: str
    message: str


def answers_in(book: Workbook, known: Metadata | None = None) -> AnswerSheet | None:
    """Read a workbook of questions and answers; None where no sheet is one.

    What is `known` of the file holds for rows that say nothing else, and a row is never more
    public than it. Raises EmptyDocument where there are captions and nothing below them.
    """
    rows: list[AnswerRow] = []
    remarks: list[Remark] = []
    headers = [(sheet, find_header(sheet)) for sheet in book.sheets]
    shown = [header for sheet, header in headers if header is not None and not sheet.hidden]
    if not shown:
        return None
    for sheet, header in headers:
        if header is None or sheet.hidden:
            remarks += _passed_over(sheet)
            continue
        if header.unused:
            remarks.append(_of_sheet(sheet, "unused_columns", "没有用到的列：", header.unused))
        remarks += (_of_sheet(sheet, "unread", one) for one in sheet.unread)
        for one in _read(sheet, header, known or Metadata("")):
            if isinstance(one, AnswerRow):
                rows.append(one)
            else:
                remarks.append(one)
    if not rows and not any(remark.row for remark in remarks):
        raise EmptyDocument("表里只有表头，没有一行问答。请填好后再添加。")
    return without_doubles(AnswerSheet(tuple(rows), tuple(remarks)))


def _passed_over(sheet: Sheet) -> Iterator[Remark]:
    if sheet.rows:
        why = "是隐藏的" if sheet.hidden else "没有“问题”和“答复”两列"
        yield _of_sheet(sheet, "sheet_passed_over", f"这个工作表{why}，没有收进。")


def _of_sheet(sheet: Sheet, code: str, words: str, listed: Sequence[str] = ()) -> Remark:
    return Remark(sheet.name, 0, "", code, words + "、".join(listed), rejected=False)


def _read(sheet: Sheet, header: Header, known: Metadata) -> Iterator[AnswerRow | Remark]:
    down = filled_down(sheet.rows, header.end, sheet.merges)
    across = {
        merge.top
        for merge in sheet.merges
        if merge.right - merge.left > 1 and merge.top >= header.end
    }
    captions = _texts(sheet.rows[header.first], header)
    for number, row in sheet.rows.items():
        if number < header.end:
            continue
        cells = _texts(down.get(number, {}) | dict(row), header)
        if not cells:
            continue  # a number in front of an empty line, or a column nobody asked for
        question = _question(cells)
        if cells == captions:
            yield _told(sheet, number, question, "captions_again", "又是一行表头，没有收进。")
        elif number in across and len(row) == 1:
            yield _told(sheet, number, question, "line_across", "横贯的一行文字，没有收进。")
        else:
            try:
                yield _row(sheet.name, number + 1, cells, known)
            except _Refused as refused:
                shown = question[:_SHOWN]
                yield Remark(sheet.name, number + 1, shown, refused.code, refused.message)


def _told(sheet: Sheet, number: int, question: str, code: str, message: str) -> Remark:
    return Remark(sheet.name, number + 1, question[:_SHOWN], code, message, rejected=False)


def _texts(cells: Mapping[int, Cell], header: Header) -> dict[Field, str]:
    """Return what stands in the columns of each field, with its line breaks."""
    found: dict[Field, str] = {}
    for field, columns in header.columns.items():
        held = (cells[column] for column in columns if column in cells)
        text = "\n".join(cell.broken or cell.text for cell in held).strip()
        if text:
            found[field] = text
    return found


def _question(cells: Mapping[Field, str]) -> str:
    text = _SPOKEN.sub("", " ".join(cells.get(Field.QUESTION, "").split()))
    return _LIST_NUMBER.sub("", text).strip() or text


def _row(sheet: str, number: int, cells: Mapping[Field, str], known: Metadata) -> AnswerRow:
    _check_readable(cells)
    question = _question(cells)
    answer, script = _answer(cells)
    _check_length(question, answer, script, cells)
    if not any(map(str.isalnum, question)):
        raise _Refused("empty_question", "问题是空的，没有收进。")
    if not any(map(str.isalnum, answer)):
        raise _Refused("empty_answer", "答复是空的，没有收进。")
    period = _period(cells, known)
    return AnswerRow(
        sheet=sheet,
        row=number,
        question=question,
        answer=answer,
        wordings=_wordings(cells, question),
        script=script,
        basis=_note(cells, Field.BASIS),
        agency=_note(cells, Field.AGENCY) or known.owner,
        phone=_note(cells, Field.PHONE),
        region=_note(cells, Field.REGION) or known.region,
        valid_from=period.begins,
        valid_until=period.ends,
        disclosure=_disclosure(cells.get(Field.DISCLOSURE, ""), known.disclosure),
    )


def _answer(cells: Mapping[Field, str]) -> tuple[str, str | None]:
    """Return the answer, and the words to say where they are written apart."""
    written = _SPOKEN.sub("", cells.get(Field.ANSWER, ""))
    spoken = _SPOKEN.sub("", cells.get(Field.SCRIPT, ""))
    return (written, spoken or None) if written else (spoken, None)


def _check_readable(cells: Mapping[Field, str]) -> None:
    for field, text in cells.items():
        if _ERROR.fullmatch(text.strip()):
            raise _Refused("broken_cell", f"“{field}”是公式出错的 {text.strip()}，没有收进。")
        if any(_is_unreadable(character) for character in text):
            raise _Refused("unreadable_text", f"“{field}”里有无法识别的字符，没有收进。")


def _is_unreadable(character: str) -> bool:
    is_control = unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n"
    return is_control or character == "\N{REPLACEMENT CHARACTER}"


def _check_length(
    question: str, answer: str, script: str | None, cells: Mapping[Field, str]
) -> None:
    measured = [
        ("问题", question, LONGEST_QUESTION),
        ("答复", answer, LONGEST_ANSWER),
        ("答复口径", script or "", LONGEST_ANSWER),
        *((field.value, cells.get(field, ""), LONGEST_NOTE) for field in _NOTES),
    ]
    for name, text, most in measured:
        if len(text) > most:
            raise _Refused(
                "too_long", f"“{name}”有 {len(text)} 个字，最多 {most} 个，没有收进。请缩短或拆开。"
            )
    for wording in _split(cells):
        if len(wording) > LONGEST_QUESTION:
            raise _Refused("too_long", f"有一条相似问法超过 {LONGEST_QUESTION} 个字，没有收进。")
    if len(_split(cells)) > MOST_WORDINGS:
        raise _Refused("too_many_wordings", f"相似问法超过 {MOST_WORDINGS} 条，没有收进。")


def _split(cells: Mapping[Field, str]) -> list[str]:
    parts = _SEPARATORS.split(cells.get(Field.WORDINGS, ""))
    stripped = (" ".join(_LIST_NUMBER.sub("", part).split()) for part in parts)
    return [part for part in stripped if any(map(str.isalnum, part))]


def _wordings(cells: Mapping[Field, str], question: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in _split(cells) if part != question))


def _note(cells: Mapping[Field, str], field: Field) -> str | None:
    text = " ".join(cells.get(field, "").split())
    return text if any(map(str.isalnum, text)) and text not in {"无", "暂无", "没有"} else None


def _period(cells: Mapping[Field, str], known: Metadata) -> Period:
    period = Period(
        datetime.combine(known.effective_on, time()) if known.effective_on else None,
        datetime.combine(known.expires_on, time()) if known.expires_on else None,
    )
    for field, read in _PERIODS.items():
        text = cells.get(field, "")
        try:
            period = period.within(read(text) if text else Period())
        except NotUnderstood as error:
            raise _Refused(
                "date_not_understood",
                f"“{field}”写的“{text[:_SHOWN]}”看不出是什么时候，没有收进。"
                "请写成 2026-01-31 或 2026-01-31 18:00。",
            ) from error
    if period.begins and period.ends and period.ends <= period.begins:
        raise _Refused("period_reversed", "有效期的结束不晚于开始，没有收进。")
    return period


def _disclosure(text: str, known: Disclosure) -> Disclosure:
    """Read 公开属性; what it says is never more public than what is known of the file."""
    if not text.strip():
        return known
    read = disclosure_of(text)
    if read is None:
        raise _Refused(
            "disclosure_not_understood",
            f"“公开属性”写的“{text[:_SHOWN]}”不明确，没有收进。请写公开、依申请公开或不公开。",
        )
    return read if known is Disclosure.UNKNOWN else max(read, known, key=_STRICTNESS.index)
