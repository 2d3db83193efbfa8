"""What every list takes: how many at most, and where to go on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

LONGEST_PART = 1000
PART = 100

Limit = Annotated[
    int, Query(ge=1, le=LONGEST_PART, description=f"最多几项，1 到 {LONGEST_PART}，默认 {PART}")
]
Cursor = Annotated[
    str | None,
    Query(min_length=1, max_length=6000, description="上一部分的 next；没有时从头开始"),
]
