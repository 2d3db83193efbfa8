"""Word's automatic numbers, which are printed but stand in no paragraph: 一、 （一） 1."""

from __future__ import annotations

import re
from typing import Any

from docx.oxml.ns import qn

from index.numerals import numeral

_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "chineseLegalSimplified",
    "ideographDigital",
    "japaneseCounting",
    "taiwaneseCountingThousand",
}
_CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}


class Numbering:
    """Counts the numbered paragraphs of a document and says what is printed before each."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, Any]] = {}
        self._counts: dict[str, list[int]] = {}
        self._abstract: dict[str, str] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return  # no paragraph is numbered
        for abstract in root.iter(qn("w:abstractNum")):
            levels = {int(one.get(qn("w:ilvl"))): one for one in abstract.iter(qn("w:lvl"))}
            self._levels[abstract.get(qn("w:abstractNumId"))] = levels
        for number in root.iter(qn("w:num")):
            abstract = number.find(qn("w:abstractNumId"))
            if abstract is not None:
                self._abstract[number.get(qn("w:numId"))] = abstract.get(qn("w:val"))

    def of(self, paragraph: Any, styles: dict[str, Any]) -> str:
        """Return the number printed before a paragraph, or nothing; counts it."""
        where = _place(paragraph, styles)
        if where is None:
            return ""
        number_id, level = where
        abstract = self._abstract.get(number_id, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [0] * 10)
        counts[level] = max(counts[level] + 1, _start(levels[level]))
        counts[level + 1 :] = [0] * (len(counts) - level - 1)
        pattern = levels[level].find(qn("w:lvlText"))
        text = "" if pattern is None else pattern.get(qn("w:val")) or ""
        if _format(levels[level]) in {"bullet", "none"}:
            return ""
        return re.sub(
            r"%([1-9])",
            lambda match: _printed(levels, counts, int(match[1]) - 1),
            text,
        )


def _place(paragraph: Any, styles: dict[str, Any]) -> tuple[str, int] | None:
    """Return the list and the level that a paragraph or its style is numbered by."""
    element = paragraph
    style = styles.get(paragraph.style or "")
    while element is not None:
        properties = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if properties is not None:
            number = properties.find(qn("w:numId"))
            level = properties.find(qn("w:ilvl"))
            value = "0" if number is None else number.get(qn("w:val"), "0")
            return (
                None
                if value == "0"
                else (value, 0 if level is None else int(level.get(qn("w:val"))))
            )
        element = style.element if style is not None else None
        style = getattr(style, "base_style", None) if style is not None else None
    return None


def _start(level: Any) -> int:
    start = level.find(qn("w:start"))
    return 1 if start is None else int(start.get(qn("w:val"), 1))


def _format(level: Any) -> str:
    number_format = level.find(qn("w:numFmt"))
    return "decimal" if number_format is None else str(number_format.get(qn("w:val")))


def _printed(levels: dict[int, Any], counts: list[int], level: int) -> str:
    value = max(counts[level], 1)
    number_format = _format(levels[level]) if level in levels else "decimal"
    if number_format in _CHINESE:
        return numeral(value)
    if number_format in _CIRCLED and value <= 20:
        return chr(ord("①") + value - 1)
    if number_format in {"lowerLetter", "upperLetter"} and value <= 26:
        return chr(ord("a" if number_format == "lowerLetter" else "A") + value - 1)
    return str(value)
