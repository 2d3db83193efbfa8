"""What we accept from outside: questions and days, checked the same on every channel."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from typing import ClassVar

from index.document import SHANGHAI
from index.errors import InvalidRequest

LONGEST_QUESTION = 1000  # characters
UNREADABLE = "文字里有无法识别的字符（控制字符或乱码），请重新输入。"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)
_LAYOUT = frozenset("\t\n\r")  # a question pasted from a ticket may have them


class EmptyQuestion(InvalidRequest):
    """Nothing was asked."""

    code: ClassVar[str] = "empty_question"


class QuestionTooLong(InvalidRequest):
    """More than `LONGEST_QUESTION` characters."""

    code: ClassVar[str] = "question_too_long"


class UnreadableText(InvalidRequest):
    """Control characters, or bytes that are no text."""

    code: ClassVar[str] = "unreadable_text"


class InvalidDay(InvalidRequest):
    """Not a day of the calendar as YYYY-MM-DD."""

    code: ClassVar[str] = "invalid_day"


def accept_question(question: str) -> str:
    """Return the question as it may be asked, or raise what is wrong with it."""
    if not question.strip():
        raise EmptyQuestion("问题是空的，请输入要问的内容。")
    if len(question) > LONGEST_QUESTION:
        raise QuestionTooLong(
            f"问题有 {len(question)} 个字，最多 {LONGEST_QUESTION} 个字，请只写要问的那一句。"
        )
    if not is_readable(question):
        raise UnreadableText(UNREADABLE)
    return question


def accept_day(text: str | None) -> date | None:
    """Return the day that `text` names as YYYY-MM-DD, None for None."""
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # the form is right, the day is none, as in 2026-02-30
    raise InvalidDay("日期要写成 2026-01-31 这样的年-月-日，并且是日历上有的一天。")


def accept_moment(text: str | None) -> datetime | None:
    """Return the moment in Shanghai that `text` names; a day begins at midnight. None for None."""
    if text is None:
        return None
    if not _MOMENT.fullmatch(text):
        day = accept_day(text)
        return datetime.combine(day, time(), SHANGHAI) if day else None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise InvalidDay("时间要写成 2026-01-31T18:00 这样，并且是日历上有的时间。") from error


def is_readable(text: str) -> bool:
    """Say whether all of it is text: no control, no lone surrogate, nothing lost in decoding."""
    return not any(
        character == "\N{REPLACEMENT CHARACTER}"
        or (unicodedata.category(character) in {"Cc", "Cs"} and character not in _LAYOUT)
        for character in text
    )
