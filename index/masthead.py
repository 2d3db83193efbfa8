"""The 版头 of an official text: what is printed above its title, in each of its forms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.markers import (
    YEAR_BRACKETS,
    closes_sentence,
    ends_as_title,
    is_letterhead,
    is_number_line,
)
from index.numerals import DATE, NUMERAL, is_date
from index.units import Unit, is_dated_signature

COPY_NUMBER = re.compile(r"\d{6}")  # 份号
SECRECY = re.compile(
    r"(?:绝\s*密|机\s*密|秘\s*密)(?:\s*[★☆]\s*(?:长期|[\d一二三四五六七八九十]+\s*(?:年|个月))?)?"
)
URGENCY = re.compile(r"特\s*提|特\s*急|加\s*急|平\s*急")
_ABOVE = re.compile(
    rf"(?:{COPY_NUMBER.pattern}|{SECRECY.pattern}|{URGENCY.pattern})"
    rf"(?:\s+(?:{SECRECY.pattern}|{URGENCY.pattern}))*"
)
ISSUE_NUMBER = re.compile(
    r"[（(]?\s*(?P<issue>"
    rf"(?:{YEAR_BRACKETS}|(?:19|20)\d{{2}}\s*年)?\s*第?\s*[\d{NUMERAL}]{{1,4}}\s*[期号次]"
    r")\s*[）)]?"
)  # of 纪要: 第5期, 〔2021〕2号
_MINUTES = re.compile(r"纪\s*要\s*(?:[（(][^（）()]{1,20}[）)])?$")
_AGENCY = re.compile(
    r"[\u4e00-\u9fff（）()、 \u3000]{2,40}"
    r"(?:政府|[局委办厅府部院署会室处]|中心|银行|公司|学校|大学|法院|检察院|指挥部|领导小组)"
)
_MOST_LINES = 3  # of a title


def is_above_letterhead(text: str) -> bool:
    """Say whether a line is 份号, 密级 or 紧急程度, or several of them."""
    return _ABOVE.fullmatch(text.strip()) is not None


def is_minutes(title: str) -> bool:
    """Say whether a title, or the name above it, is that of 纪要."""
    return _MINUTES.search(title.rstrip()) is not None


def is_agency_name(line: str) -> bool:
    """Say whether a line is an agency's name, as it stands above a letter or below a text."""
    return _AGENCY.fullmatch(line.strip()) is not None and not ends_as_title(line)


def masthead_length(units: Sequence[Unit]) -> int:
    """Return how many paragraphs stand above the title that only the form tells from it.

    They are 份号 and the like, the agency's name above the 文号 of a letter, and the name of
    minutes above their number, their date and the title.
    """
    above = 0
    while above < len(units) and is_above_letterhead(units[above].text):
        above += 1
    if above == len(units):
        return 0
    return _letter(units, above) or _minutes(units, above, titled=True) or above


def minutes_head_length(units: Sequence[Unit]) -> int:
    """Return how many paragraphs name, number and date minutes; 0 where there are none."""
    above = next((i for i, one in enumerate(units) if not is_above_letterhead(one.text)), 0)
    return _minutes(units, above, titled=False)


def _letter(units: Sequence[Unit], start: int) -> int:
    """Return where the name above a 函 ends: an agency's, then a 文号, then a title."""
    name = units[start].text
    if not _AGENCY.fullmatch(name) or is_letterhead(name) or ends_as_title(name):
        return 0
    number = start + 1
    while number < len(units) and is_above_letterhead(units[number].text):
        number += 1
    if number == len(units) or not is_number_line(units[number].text):
        return 0
    return start + 1 if _titled(units, number + 1) else 0


def _minutes(units: Sequence[Unit], start: int, *, titled: bool) -> int:
    """Return where the name, number and date of 纪要 end; `titled`: and a title follows."""
    if start + 1 >= len(units) or not is_minutes(units[start].text):
        return 0
    number = units[start + 1].text
    if not ISSUE_NUMBER.fullmatch(number) and not is_number_line(number):
        return 0
    position = start + 2
    if position < len(units) and (is_dated_line(units[position].text)):
        position += 1
    elif position + 1 < len(units) and is_date(units[position + 1].text):
        position += 2 if _AGENCY.fullmatch(units[position].text) else 0
    return 0 if titled and not _titled(units, position) else position


def is_dated_line(text: str) -> bool:
    """Say whether a line is a day, alone or behind the agency that dates minutes."""
    return is_date(text) or is_dated_signature(text)


def _titled(units: Sequence[Unit], start: int) -> bool:
    """Say whether the title of an official text begins at a paragraph."""
    title = ""
    for unit in units[start : start + _MOST_LINES]:
        if unit.mark or closes_sentence(unit.text) or DATE.match(unit.text):
            return False
        title += unit.text
        if ends_as_title(title) and len(title) <= 120:
            return True
    return False
