"""Lists in parts: a cursor names the last item that was given, so that nothing shifts.

An item that comes in or goes meanwhile makes no other appear twice or not at all.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from index.errors import InvalidRequest

Item = TypeVar("Item")


class InvalidCursor(InvalidRequest):
    """A cursor that is not ours, or of another list."""

    code: ClassVar[str] = "invalid_cursor"


def pack(*key: str | int | datetime) -> str:
    """Return a cursor for the item with this key."""
    parts = [one.isoformat() if isinstance(one, datetime) else one for one in key]
    packed = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def unpack(cursor: str | None, *kinds: type) -> Any:
    """Return the key in a cursor, None without one. Raises InvalidCursor."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return tuple(_read(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (binascii.Error, ValueError, TypeError) as error:
        raise InvalidCursor(
            "cursor 不对：请原样使用上一部分的 next，要从头开始就不带它。"
        ) from error


def part(
    items: Sequence[Item], limit: int, key: Callable[[Item], tuple[str | int | datetime, ...]]
) -> tuple[Sequence[Item], str | None]:
    """Return `limit` of the items, of which one more than that was fetched, and the next cursor."""
    given = items[:limit]
    return given, pack(*key(given[-1])) if len(items) > limit else None


def _read(value: object, kind: type) -> object:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if type(value) is not kind or (isinstance(value, int) and not 0 <= value < 1 << 63):
        raise TypeError
    return value
