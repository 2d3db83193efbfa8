"""What a cell of a file list says, by the field it stands under."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from index.answer_sheets.period import NotUnderstood, begin_of, end_of, last_of
from index.disclosure import disclosure_of
from index.document import Disclosure, Kind, Status
from index.fold import fold

Choice = TypeVar("Choice")
LAST_DAY = "last_day"  # the last day on which a text holds; expires_on is the day after
_DAYS = frozenset({"issued_on", "effective_on", "expires_on", "ended_on", "review_by", LAST_DAY})
_LISTS = frozenset({"recipients", "copied_to", "replaces", "replaced_by", "keywords"})
_LONGEST = 2000  # characters of one field
_APART = re.compile(r"[;；\n|｜]")
_ASIDE = re.compile(r"[(\[【{].*?[)\]】}]")
_MARKS = re.compile(r"[^\w]|_")
_KINDS: Mapping[str, Kind] = {
    "法律": Kind.LAW,
    "行政法规": Kind.ADMINISTRATIVE_REGULATION,
    "地方性法规": Kind.LOCAL_REGULATION,
    "地方法规": Kind.LOCAL_REGULATION,
    "自治条例": Kind.LOCAL_REGULATION,
    "单行条例": Kind.LOCAL_REGULATION,
    "规章": Kind.RULE,
    "部门规章": Kind.RULE,
    "政府规章": Kind.RULE,
    "地方政府规章": Kind.RULE,
    "规范性文件": Kind.NORMATIVE_DOCUMENT,
    "行政规范性文件": Kind.NORMATIVE_DOCUMENT,
    "通知": Kind.NORMATIVE_DOCUMENT,
    "意见": Kind.NORMATIVE_DOCUMENT,
    "公告": Kind.NORMATIVE_DOCUMENT,
    "报告": Kind.REPORT,
    "解读": Kind.INTERPRETATION,
    "政策解读": Kind.INTERPRETATION,
    "司法解释": Kind.INTERPRETATION,
    "办事指南": Kind.SERVICE_GUIDE,
    "服务指南": Kind.SERVICE_GUIDE,
    "问答": Kind.FAQ,
    "常见问答": Kind.FAQ,
    "常见问题": Kind.FAQ,
    "其他": Kind.OTHER,
    "其它": Kind.OTHER,
}
_ENDS: Mapping[str, Status] = {
    "修改": Status.AMENDED,
    "修订": Status.AMENDED,
    "修正": Status.AMENDED,
    "废止": Status.REPEALED,
    "失效": Status.EXPIRED,
}


class NotFitting(ValueError):
    """A value that does not fit its field; `code` is stable, `message` for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@cache
def _names() -> Mapping[str, str]:
    """Return the field that each name means."""
    table = tomllib.loads(files("index.file_list").joinpath("names.toml").read_text("utf-8"))
    return {_bare(name): field for field, names in table.items() for name in (field, *names)}


def field_of(caption: str) -> str | None:
    """Return the field that a caption names, None for one nobody knows."""
    return _names().get(_bare(caption))


def value_of(field: str, value: object) -> Any:
    """Return what a cell, or a value of TOML, says. Raises NotFitting."""
    if field in _DAYS:
        return _day(field, value)
    if field in _LISTS:
        given = value if isinstance(value, list) else _APART.split(_words(field, value))
        return [_words(field, one) for one in given if str(one).strip()]
    words = _words(field, value)
    if field == "kind":
        return _chosen(field, words, {**{one.value: one for one in Kind}, **_KINDS})
    if field == "ended_by":
        ends = (Status.AMENDED, Status.REPEALED, Status.EXPIRED)
        return _chosen(field, words, {**{one.value: one for one in ends}, **_ENDS})
    if field == "disclosure":
        return _disclosure(words)
    return words


def _words(field: str, value: object) -> str:
    if not isinstance(value, str | int | float):
        raise NotFitting("value_not_understood", f"{field} 应当是一段文字。请改正。")
    words = str(value).strip()
    if len(words) > _LONGEST:
        raise NotFitting("value_too_long", f"{field} 太长，最多 {_LONGEST} 个字。请缩短。")
    return words


def _day(field: str, value: object) -> date:
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return _after(day) if field == LAST_DAY else day
    words = str(value).strip()
    try:
        if field == LAST_DAY:
            moment = last_of(words).ends
        else:
            moment = end_of(words).ends if field == "expires_on" else begin_of(words).begins
    except NotUnderstood:
        moment = None
    if moment is None:
        message = f"“{words[:40]}”看不出是哪一天。请写成 2026-01-31。"
        raise NotFitting("date_not_understood", message)
    return moment.date()


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _disclosure(words: str) -> Disclosure:
    given = disclosure_of(words)
    if given is None and fold(words) in {"未知", "unknown", "不详"}:
        return Disclosure.UNKNOWN
    if given is None:
        message = f"“{words[:40]}”不明确。请写公开、依申请公开或不公开。"
        raise NotFitting("disclosure_not_understood", message)
    return given


def _chosen(field: str, words: str, choices: Mapping[str, Choice]) -> Choice:
    found = choices.get(words.lower())
    if found is None:
        allowed = "、".join(name for name in choices if not name.isascii())
        message = f"{field} 不能是“{words[:40]}”，可以是：{allowed}。"
        raise NotFitting("value_not_understood", message)
    return found


def _bare(caption: str) -> str:
    return _MARKS.sub("", _ASIDE.sub("", fold(caption)))
