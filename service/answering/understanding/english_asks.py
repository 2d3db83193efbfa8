"""What sort of answer an English question wants, and which arithmetic."""

from __future__ import annotations

import re

from service.answering.understanding.asks import Asks, Operation, Request

_ENGLISH_KINDS = (
    (r"how long|within how many|time limit|deadline", Asks.PERIOD),
    (r"how many (?:working |calendar )?(?:days|months|years)", Asks.PERIOD),
    (r"\brate\b|percent|proportion|what share", Asks.RATE),
    (
        r"how much (?:money|does it cost|is the fine)|what fine|maximum fine|\bcost\b|\bbudget\b",
        Asks.MONEY,
    ),
    (
        r"how many|how much|number of|count of|total of|what age|how old|^(?:the )?items\b",
        Asks.COUNT,
    ),
    (
        r"\bwhen\b|what date|which (?:day|date|year|month)|what (?:day|month|year)|on what day",
        Asks.DATE,
    ),
    (r"phone|telephone", Asks.PHONE),
    (r"\bwhy\b|how (?:did|do|does|is|are|was|were|can|to)\b", Asks.PASSAGE),
    (r"what (?:measures|problems|shortcomings|is meant|does)", Asks.PASSAGE),
    (r"\bwho\b|which (?:department|agency|bureau|organi[sz]ation|authority)", Asks.WHO),
    (r"\bwhich\b|\bwhat\b|\bname\b|called", Asks.WHICH),
)
_UNDONE = (
    r"(?:not|un|yet to be|still|remain).{0,16}"
    r"(?:finish|complet|resolv|handl|repl|clos|open|outstanding)|left over|outstanding|remaining"
)


def asked_in_english(question: str, noun: str) -> Request:
    """Say what an English question (in lower case) asks for; `noun` is its first Chinese term."""
    for pattern, kind in _ENGLISH_KINDS:
        if re.search(pattern, question):
            return Request(kind, noun=noun if kind in {Asks.WHO, Asks.WHICH} else "")
    return Request(Asks.COUNT if re.search(r"\d", question) else Asks.CLAUSE)


def operation_in_english(question: str) -> Operation | None:
    """Say which arithmetic an English question (in lower case) asks for, if any."""
    if re.search(r"difference|how many more|how many fewer|how much more", question):
        return Operation.DIFFERENCE
    if re.search(_UNDONE, question):
        return Operation.REMAINDER
    if re.search(r"altogether|in total|combined|together|\bsum\b", question):
        return Operation.SUM
    return None
