"""Heavy parts that few files need: each an optional extra, its absence said plainly."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """A heavy part of reading: slow, hungry, and perhaps not installed."""

    OFFICE = "office"  # LibreOffice, for the formats only it reads
    RECOGNITION = "ocr"  # 文字识别, for pages that are only pictures


EVERY_PART = frozenset(Part)


class NeedsPart(Exception):
    """A file can be read, but only with a heavy part that the caller has kept back."""

    def __init__(self, part: Part) -> None:
        super().__init__(part.value)
        self.part = part
