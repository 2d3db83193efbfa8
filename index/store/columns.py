"""Column types that say the same thing to SQLite and to PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    String,
    Text,
    literal,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator

from index.document import SHANGHAI

# Only INTEGER is the row's own number in SQLite; a BIGINT key would cost a second tree.
Number = BigInteger().with_variant(Integer(), "sqlite")


def now() -> datetime:
    """Return this instant, in Shanghai."""
    return datetime.now(SHANGHAI)


def is_after(
    key: Sequence[object], columns: Sequence[InstrumentedAttribute[Any]]
) -> ColumnElement[bool]:
    """Say in SQL that a row comes after the one with this key, where all columns descend."""
    values = (literal(value, column.type) for value, column in zip(key, columns, strict=True))
    return tuple_(*columns) < tuple_(*values)


class Moment(TypeDecorator[datetime]):
    """An instant: kept in UTC, given back in Shanghai's time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: nobody could say later which one was meant."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a time stamp without its zone: {value}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone; what it holds is UTC."""
        if value is None:
            return None
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(SHANGHAI)


class Words(TypeDecorator[tuple[str, ...]]):
    """Several strings in their order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _dialect: Dialect) -> str | None:
        """Write a JSON list."""
        return None if value is None else json.dumps(list(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[str, ...] | None:
        """Read a JSON list."""
        return None if value is None else tuple(json.loads(value)) if value != "[]" else ()


class Choice(TypeDecorator[Any]):
    """One member of a `StrEnum`, kept as its value."""

    impl = String(32)
    cache_ok = True

    def __init__(self, choices: type[StrEnum]) -> None:
        super().__init__()
        self.choices = choices

    def process_bind_param(self, value: StrEnum | None, _dialect: Dialect) -> str | None:
        """Write the value."""
        return None if value is None else self.choices(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> StrEnum | None:
        """Read the member."""
        return None if value is None else self.choices(value)
