"""Which column of a sheet holds what, by the captions offices write above them."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from index.fold import fold
from index.formats.sheets import Sheet, captions, heading_end

_HEADER_WITHIN = 30  # rows that hold something
_PEOPLE = re.compile(r"工单|来电|诉求人|投诉人|身份证|回访|满意")  # of calls, not of knowledge
_COUNTS = frozenset({"序号", "编号", "行号"})
_ASIDE = re.compile(r"[(\[【{].*?[)\]】}]")
_MARKS = re.compile(r"[^\w]|_")
_NUMBERED = re.compile(r"[\d一二三四五六七八九十]+$")


class Field(StrEnum):
    """What a column may hold."""

    QUESTION = "问题"
    WORDINGS = "相似问法"
    ANSWER = "答案"
    SCRIPT = "答复口径"
    BASIS = "依据"
    AGENCY = "承办单位"
    PHONE = "联系电话"
    REGION = "地区"
    PERIOD = "有效期"
    FROM = "生效时间"
    UNTIL = "有效期至"  # a day is the last on which it holds
    ENDS = "失效时间"  # a day is the first on which it does not
    DISCLOSURE = "公开属性"


Names = Mapping[str, Field]


@cache
def _known_captions() -> tuple[Names, Names]:
    """Return the captions that name a field by themselves, and those that do beside others."""
    text = files("index.answer_sheets").joinpath("captions.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    sure, loose = (
        {name: Field[field.upper()] for field, names in tables[kind].items() for name in names}
        for kind in ("sure", "loose")
    )
    return sure, loose


@dataclass(frozen=True, slots=True)
class Header:
    """Where a sheet's captions end, and which columns hold which field, in their order."""

    first: int
    end: int
    columns: Mapping[Field, Sequence[int]]
    unused: Sequence[str]

    def __contains__(self, field: Field) -> bool:
        return field in self.columns


def find_header(sheet: Sheet) -> Header | None:
    """Return the captions of a sheet of questions and answers, None for another sheet."""
    columns = sorted({column for row in sheet.rows.values() for column in row})
    for number in itertools.islice(sheet.rows, _HEADER_WITHIN):
        if len(sheet.rows[number]) < 2:
            continue  # a title, or a note
        for end in dict.fromkeys((heading_end(number, sheet.merges), number + 1)):
            header = _header(sheet, number, end, columns)
            if header is not None:
                return header
    return None


def _header(sheet: Sheet, first: int, end: int, columns: Sequence[int]) -> Header | None:
    found = captions(sheet.rows, range(first, end), columns, sheet.merges)
    if any(_PEOPLE.search(caption) for caption in found.values()):
        return None  # calls that came in: what people asked for is nobody else's business
    sure, beside = _known_captions()
    fields = {column: _field(caption, sure) for column, caption in found.items()}
    named = set(fields.values())
    answers = {Field.ANSWER, Field.SCRIPT}
    if Field.QUESTION in named or named & answers:
        for column, caption in found.items():
            loose = _field(caption, beside)
            is_wanted = loose is Field.ANSWER or Field.QUESTION not in named
            if fields[column] is None and loose is not None and is_wanted:
                fields[column] = loose if loose not in fields.values() else None
    named = set(fields.values())
    if Field.QUESTION not in named or not named & answers:
        return None
    placed: dict[Field, list[int]] = {}
    unused = []
    for column, field in sorted(fields.items()):
        if field is None or (field in placed and field is not Field.WORDINGS):
            unused += [found[column]] if found[column] not in _COUNTS else []
        else:
            placed.setdefault(field, []).append(column)
    return Header(first, end, placed, tuple(unused))


def _field(caption: str, names: Names) -> Field | None:
    return next((names[name] for name in _readings(caption) if name in names), None)


def _readings(caption: str) -> Iterator[str]:
    """Yield what a caption may say: all of it, without asides and numbers, its lowest line."""
    for words in (caption, caption.rsplit("·", 1)[-1]):
        whole = _MARKS.sub("", _ASIDE.sub("", fold(words)))
        yield whole
        yield _NUMBERED.sub("", whole)
        inside = _MARKS.sub("", fold(words))
        yield inside
