"""Understand a question: what it asks for, about what, and under which limits."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from index.fold import fold
from service.answering.understanding.asks import (
    TOLD_BY_PASSAGES,
    Asks,
    Operation,
    Request,
    asked_in_chinese,
    asked_operation,
)
from service.answering.understanding.english_asks import asked_in_english, operation_in_english
from service.answering.understanding.everyday import official_for
from service.answering.understanding.facts import Fact, asked_fact
from service.answering.understanding.language import is_english
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.limits import Limits, find_document_number, find_limits
from service.answering.understanding.numerals import (
    parse_number,
    plain_numbers,
    without_number,
)
from service.answering.understanding.terms import Term, bare, chinese_terms, english_terms

_RAMBLING = 30  # characters from which a question is a story with a question in it
_CHINESE_MARKS = str.maketrans("?,;!:()", "？，；！：（）")
_ASIDE = 0.35  # what words of the story weigh against those of the question
_CLAUSE = re.compile(r"[^，。；！？,;!?\n]+[，。；！？,;!?\n]?")
_QUESTION_WORD = re.compile(
    r"多少|几|哪|什么|谁|[吗吧呢]|何|率|百分比|为什么|怎|如何|是不是|是否|how|what|which|who|when"
)
_DATE_WORD = re.compile(
    r"(?:19|20)?\d{2}年?|\d{1,2}[月日号]|[两几多]+[个批项件条台宗名家部]?|\d+日.?"
)
_NAMES_OF_NAMES = frozenset({"主题", "口号", "题目", "标题", "名称", "名字"})
_LIMIT_WORDS = frozenset(
    {"今年", "去年", "本年", "明年", "前年", "上年", "拟", "计划", "已经", "年拟"}
)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question, understood. `wording` is in standard words and folded."""

    question: str
    wording: str
    english: bool
    request: Request
    terms: tuple[Term, ...]
    limits: Limits
    fact: Fact | None = None
    operation: Operation | None = None
    document_number: str | None = None
    vague: bool = False
    official: tuple[str, ...] = ()  # words that official texts have for its everyday ones

    @property
    def asks(self) -> Asks:
        """What sort of answer would satisfy the question."""
        return self.request.kind

    @property
    def search_text(self) -> str:
        """What to search for: the question, and other words that it may mean.

        An English question takes Chinese words along, everyday words the official ones.
        """
        if not self.english:
            return " ".join([self.wording, *self.official])
        return " ".join([self.question, *(term.text for term in self.terms)])


def understand(question: str, today: date, lexicon: Lexicon, about: str = "") -> Inquiry:
    """Read a question as a hotline agent would type it: Chinese, Cantonese or English.

    `about` is what was named before it, in the same breath.
    """
    read = _understand_english if is_english(question) else _understand_chinese
    inquiry = read(question, today, lexicon)
    return _said_after(inquiry, read(about, today, lexicon)) if about else inquiry


def _said_after(inquiry: Inquiry, before: Inquiry) -> Inquiry:
    """Return a question with what was named before it: words of less say, place and year."""
    own, named = inquiry.limits, before.limits
    limits = replace(
        own,
        places=own.places or named.places,
        years=own.years or named.years,
        agencies=own.agencies or named.agencies,
    )
    known = {term.text for term in inquiry.terms}
    more = (replace(t, weight=t.weight * _ASIDE) for t in before.terms if t.text not in known)
    wording = f"{before.wording}，{inquiry.wording}"
    official = tuple(dict.fromkeys((*before.official, *inquiry.official)))
    terms = (*inquiry.terms, *more)
    vague = inquiry.vague and before.vague
    return replace(
        inquiry, wording=wording, limits=limits, terms=terms, official=official, vague=vague
    )


def _understand_chinese(question: str, today: date, lexicon: Lexicon) -> Inquiry:
    wording = fold(lexicon.standard_wording(question))  # before folding, which knows no 嗰
    wording = plain_numbers(lexicon.standard_wording(wording).translate(_CHINESE_MARKS))
    fact, rest = asked_fact(wording, english=False)
    number = find_document_number(wording)
    limits = find_limits(wording, today)
    request = asked_in_chinese(wording)
    if number is not None and fact is None and request.kind in TOLD_BY_PASSAGES | {Asks.WHICH}:
        fact = Fact.TITLE
    if request.claim is not None:  # it is checked against what is found, not looked for
        rest = without_number(rest, request.claim)
    terms = _weighed(chinese_terms(_without_number(rest), lexicon), wording)
    terms = _without_limits(terms, limits, request.claim)
    terms = _without_naming(terms, request)
    vague = not terms and fact is None and not limits.ordinals and not limits.titles
    return Inquiry(
        question,
        wording,
        english=False,
        request=request,
        terms=terms,
        limits=limits,
        fact=fact,
        operation=asked_operation(wording),
        document_number=number,
        vague=vague,
        official=official_for(wording, lexicon),
    )


def _understand_english(question: str, today: date, lexicon: Lexicon) -> Inquiry:
    lowered = question.lower()
    fact, rest = asked_fact(lowered, english=True)
    terms = english_terms(rest, lexicon)
    chinese = " ".join(term.text for term in terms)
    limits = find_limits(f"{lowered} {chinese}", today)
    terms = _without_limits(terms, limits, None)
    return Inquiry(
        question,
        " ".join([fold(question), chinese, *_counted_batches(lowered)]),
        english=True,
        request=asked_in_english(lowered, terms[0].text if terms else ""),
        terms=terms,
        limits=limits,
        fact=fact,
        operation=operation_in_english(lowered),
        document_number=find_document_number(question),
        vague=not terms and fact is None,
    )


def _counted_batches(lowered: str) -> list[str]:
    return ["两批"] if re.search(r"\b(?:both|two)\b.{0,20}batch", lowered) else []


def _without_number(wording: str) -> str:
    wording = re.sub(r"第?\s?\d{1,4}\s?号(?:文件|文|公文)", "", wording)
    wording = re.sub(r"二[〇零○][〇零○一二三四五六七八九]{2}年?", "", wording)
    return re.sub(
        r"[\u4e00-\u9fff]{2,8}?\s?(?:[〔\[【（(]\d{4}[〕\]】）)]|\d{4}年)\s?\d{1,5}号文?",
        "",
        wording,
    )


def _weighed(terms: tuple[Term, ...], wording: str) -> tuple[Term, ...]:
    """In a long story, let the clauses that ask weigh more than the rest."""
    clauses = _CLAUSE.findall(wording)
    if len(wording) < _RAMBLING or len(clauses) < 3:
        return terms
    asking = bare("".join(clause for clause in clauses if _QUESTION_WORD.search(clause)))
    return tuple(
        term if term.text in asking else replace(term, weight=term.weight * _ASIDE)
        for term in terms
    )


def _without_naming(terms: tuple[Term, ...], request: Request) -> tuple[Term, ...]:
    """Leave out 主题 or 标题 where it only says that a name is asked for."""
    if request.kind is not Asks.WHICH or request.noun not in _NAMES_OF_NAMES:
        return terms
    return tuple(term for term in terms if term.text != request.noun) or terms


def _without_limits(
    terms: tuple[Term, ...], limits: Limits, claim: Decimal | None
) -> tuple[Term, ...]:
    """Leave out words that the limits stand for; those are checked apart, and strictly."""
    fixed = "".join((*limits.ordinals, *limits.places))
    kept = []
    for term in terms:
        stated = parse_number(term.text.rstrip("%"))
        if term.text in fixed or term.text in _LIMIT_WORDS or _DATE_WORD.fullmatch(term.text):
            continue
        if any(term.text in bare(phrase) for phrase in limits.excepted):
            continue
        if stated is not None and (stated == claim or len(term.text) < 3):
            continue
        kept.append(term)
    return tuple(kept)
