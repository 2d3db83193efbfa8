"""Checks what a person says about a document before the catalogue believes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from index.document import Disclosure, Kind, Metadata, Status
from index.errors import InvalidRequest

_DATES = frozenset({"issued_on", "effective_on", "expires_on", "ended_on", "review_by"})
_LISTS = frozenset({"recipients", "copied_to", "replaces", "replaced_by", "keywords"})
_CHOICES: Mapping[str, Collection[Any]] = {
    "kind": tuple(Kind),
    "disclosure": tuple(Disclosure),
    "ended_by": (Status.AMENDED, Status.REPEALED, Status.EXPIRED),
}
_NOTHING: Mapping[str, Any] = {"kind": Kind.OTHER, "disclosure": Disclosure.UNKNOWN}
_LONGEST = 2000  # characters of one field


def edited_metadata(metadata: Metadata, changes: Mapping[str, object]) -> Metadata:
    """Return the metadata with `changes` made.

    Values come as they are or as JSON gives them: a date as YYYY-MM-DD, a list for several
    strings. None or an empty string says that nothing is known. Raises InvalidRequest.
    """
    known = {field.name for field in fields(Metadata)}
    for name in changes:
        if name not in known:
            raise InvalidRequest(
                f"没有名为 {name} 的属性，可以修改的是：{'、'.join(sorted(known))}。"
            )
    edited = replace(metadata, **{name: _value(name, value) for name, value in changes.items()})
    _check_order(edited)
    return edited


def _value(name: str, value: object) -> Any:
    if value is None or value == "":
        if name == "title":
            raise InvalidRequest("标题不能为空。")
        return _NOTHING.get(name, () if name in _LISTS else None)
    if name in _LISTS:
        return _strings(name, value)
    if name in _DATES:
        return _date(name, value)
    if name in _CHOICES:
        return _choice(name, value, _CHOICES[name])
    return _string(name, value)


def _string(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest(f"{name} 应当是一段文字。")
    if len(value) > _LONGEST:
        raise InvalidRequest(f"{name} 太长，最多 {_LONGEST} 个字。")
    return value.strip()


def _strings(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidRequest(f"{name} 应当是一个列表。")
    return tuple(_string(name, item) for item in value)


def _date(name: str, value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise InvalidRequest(f"{name} 不是日期：{value}。请写成 2026-01-31 这样。") from None


def _choice(name: str, value: object, choices: Collection[Any]) -> Any:
    for choice in choices:
        if value == choice:
            return choice
    allowed = "、".join(sorted(str(choice) for choice in choices))
    raise InvalidRequest(f"{name} 不能是 {value}，可以是：{allowed}。")


def _check_order(metadata: Metadata) -> None:
    begins, ends = metadata.valid_from, metadata.valid_until
    if begins is not None and ends is not None and ends < begins:
        raise InvalidRequest(
            f"失效日期（{ends.date()}）早于生效日期（{begins.date()}），请检查各个日期。"
        )
