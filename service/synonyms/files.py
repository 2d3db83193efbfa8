"""Tables of synonyms as files: xlsx and csv under the captions offices use, and TOML."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from index.errors import InvalidRequest
from index.fold import fold
from index.formats import open_workbook
from index.formats.encoding import decode
from index.formats.sheets import Sheet, Workbook
from index.store.synonyms import Synonym
from service.synonyms.checking import StateNotUnderstood, SynonymRefused
from service.synonyms.keeping import Row
from service.synonyms.table import Entry

_HEADER_WITHIN = 30  # rows that hold something
_APART = re.compile(r"[\n;；|｜、,，/／]+")
_ASIDE = re.compile(r"[(\[【{].*?[)\]】}]|[\s*]")
_ENTRIES = "synonyms"
_FORMULA = ("=", "+", "-", "@")


class Field(StrEnum):
    """What a column may hold."""

    WORD = "口语词"
    OFFICIAL = "规范用语"
    NOTE = "说明"
    STATE = "状态"
    CHANGED_BY = "修改人"
    CHANGED_AT = "修改时间"


_CAPTIONS: Mapping[Field, str] = {
    Field.WORD: """
        口语词 口语 口头语 口头说法 俗称 俗语 俗名 大白话 群众说法 市民说法 百姓说法 群众语言
        日常说法 常用说法 通俗说法 通俗词 词语 词 同义词 近义词 别名 别称 简称 word""",
    Field.OFFICIAL: """
        规范用语 规范词 规范说法 规范名称 规范术语 官方用语 官方词 官方说法 官方名称 正式用语
        正式说法 正式名称 标准词 标准用语 标准说法 标准名称 政策用语 书面语 书面用语
        全称 对应词 official""",
    Field.NOTE: "说明 备注 适用范围 范围 注释 用法 类别 分类 note",
    Field.STATE: "状态 启用 是否启用 启用状态 enabled state",
    Field.CHANGED_BY: "修改人 更新人 changed_by",
    Field.CHANGED_AT: "修改时间 更新时间 changed_at",
}
_FIELDS = {caption: field for field, names in _CAPTIONS.items() for caption in names.split()}
_ON = frozenset({"启用", "是", "有效", "在用", "开", "on", "yes", "true", "1", "y", ""})
_OFF = frozenset({"停用", "否", "无效", "不用", "关", "off", "no", "false", "0", "n"})
# tomllib takes time by the square of a key's parts; no key of ours has two.
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){20}""")
_NAMES = {"word": Field.WORD, "official": Field.OFFICIAL, "note": Field.NOTE}


def read_synonyms(content: bytes, source: str) -> list[Row]:
    """Read the lines of a file, numbered as a spreadsheet does, in TOML by the entry's number.

    Raises ReadError, or InvalidRequest for what is no table of synonyms at all.
    """
    if PurePath(source).suffix.lower() == ".toml":
        return list(_of_toml(content))
    book = open_workbook(content, source)
    if book is None:
        raise InvalidRequest("同义词表应是 xlsx、xls、csv 或 TOML 文件。")
    return _of_workbook(book)


def written(entries: Iterable[Entry], suffix: str) -> bytes:
    """Write entries as a file that `read_synonyms` reads. Raises InvalidRequest."""
    writers = {".toml": _as_toml, ".csv": _as_csv, ".xlsx": _as_xlsx}
    if suffix.lower() not in writers:
        raise InvalidRequest("请导出成 .xlsx、.csv 或 .toml 文件。")
    return writers[suffix.lower()](list(entries))


def official_words(text: str) -> tuple[str, ...]:
    """Return the official words that stand apart in a cell."""
    return tuple(part.strip() for part in _APART.split(text) if part.strip())


def _of_toml(content: bytes) -> Iterator[Row]:
    text = decode(content)
    if _LONG_KEY.search(text):
        raise InvalidRequest("这个 TOML 文件里有很长的键名，不是同义词表。")
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is no TOML error
        raise InvalidRequest(f"同义词表不是合格的 TOML：{error}。请改正后重试。") from error
    entries = given.get(_ENTRIES)
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise InvalidRequest(
            '表里没有 [[synonyms]]。请为每个词写一段：word = "低保"，official = ["最低生活保障"]。'
        )
    unknown = {name for one in entries for name in one} - {*_NAMES, "enabled"}
    if unknown:
        raise InvalidRequest(
            f"同义词表里有不认识的项：{'、'.join(sorted(unknown))}。可用的见 docs/synonyms.md。"
        )
    for number, one in enumerate(entries, 1):
        texts = {field: _text(one.get(name)) for name, field in _NAMES.items()}
        official = one.get("official")
        several = official if isinstance(official, list) else official_words(texts[Field.OFFICIAL])
        state = _text(one.get("enabled")).lower()
        yield _row(number, texts, tuple(map(_text, several)), state, has_note="note" in one)


def _of_workbook(book: Workbook) -> list[Row]:
    rows: list[Row] = []
    found = False
    for sheet in book.sheets:
        header = None if sheet.hidden else _header(sheet)
        if header is None:
            continue
        found = True
        first, columns = header
        for number, cells in sheet.rows.items():
            texts = {
                field: _as_written((cells[at].broken or cells[at].text).strip())
                for at, field in columns.items()
                if at in cells
            }
            if number > first and any(texts.values()):
                official = official_words(texts.get(Field.OFFICIAL, ""))
                state = fold(texts.get(Field.STATE, ""))
                has_note = Field.NOTE in columns.values()
                rows.append(_row(number + 1, texts, official, state, has_note=has_note))
    if not found:
        raise InvalidRequest("表里没有“口语词”和“规范用语”两列，不知道哪个词对应哪个词。")
    return rows


def _header(sheet: Sheet) -> tuple[int, dict[int, Field]] | None:
    for number in itertools.islice(sheet.rows, _HEADER_WITHIN):
        columns: dict[int, Field] = {}
        for at, cell in sheet.rows[number].items():
            field = _FIELDS.get(_ASIDE.sub("", fold(cell.text)))
            if field is not None and field not in columns.values():
                columns[at] = field
        if {Field.WORD, Field.OFFICIAL} <= set(columns.values()):
            return number, columns
    return None


def _row(
    number: int,
    texts: Mapping[Field, str],
    official: tuple[str, ...],
    state: str,
    *,
    has_note: bool,
) -> Row:
    word = texts.get(Field.WORD, "").strip()
    note = texts.get(Field.NOTE) or None
    given: Synonym | SynonymRefused = Synonym(word, official, note, state in _ON)
    if state not in _ON | _OFF:
        given = StateNotUnderstood(f"状态“{state[:20]}”应写“启用”或“停用”。")
    return Row(number, word, given, has_note)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _as_toml(entries: list[Entry]) -> bytes:
    pieces = ["# 口语词与规范用语，见 docs/synonyms.md。\n"]
    for entry in entries:
        one = entry.synonym
        lines = [
            f"[[{_ENTRIES}]]",
            f"word = {_quoted(one.word)}",
            f"official = [{', '.join(map(_quoted, one.official))}]",
            *([f"note = {_quoted(one.note)}"] if one.note else []),
            *([] if one.enabled else ["enabled = false"]),
        ]
        pieces.append("\n".join(lines) + "\n")
    return "\n".join(pieces).encode()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a basic string of TOML is written as JSON's


def _as_csv(entries: list[Entry]) -> bytes:
    written_to = io.StringIO(newline="")
    csv.writer(written_to).writerows([list(Field), *map(_cells, entries)])
    return written_to.getvalue().encode("utf-8-sig")  # or Excel takes it for another encoding


def _as_xlsx(entries: list[Entry]) -> bytes:
    from openpyxl import Workbook as Book  # noqa: PLC0415  for this alone

    book = Book()
    sheet = book.active
    sheet.title = "同义词"
    for cells in [list(map(str, Field)), *map(_cells, entries)]:
        sheet.append(cells)
    for column, width in zip("ABCDEF", (18, 40, 24, 8, 16, 20), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    written_to = io.BytesIO()
    book.save(written_to)
    return written_to.getvalue()


def _cells(entry: Entry) -> list[str]:
    one = entry.synonym
    at = entry.changed_at
    texts = [
        one.word,
        "；".join(one.official),
        one.note or "",
        "启用" if one.enabled else "停用",
        entry.changed_by or "",
        at.strftime("%Y-%m-%d %H:%M") if at else "",
    ]
    return [_harmless(text) for text in texts]


def _harmless(text: str) -> str:
    """Keep a spreadsheet program from taking what somebody wrote for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _as_written(text: str) -> str:
    """Undo `_harmless`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
