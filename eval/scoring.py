"""Whether the desk did right by a question of our own."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from eval.datasets import Question
from eval.matching import exact_match, fold, lenient_match, numbers
from eval.metrics import citation_right
from eval.rewriting import Squeezed
from index.document import Span
from service.answering.answer import Answer, Citation, Outcome

CLAIMS = frozenset({Outcome.ANSWERED, Outcome.COMPUTED})
REPORT = "report"  # how the sets name the report that the project ships
_NUMERAL = "0-9.〇零一二两三四五六七八九十百千万亿"
_DATE = re.compile(r"\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one question.

    `right`: an acceptable outcome, what was said is right, and so is a citation. `wrong`: a
    claim, or passages, that would mislead; neither where the desk held back too much. `value`
    leaves citations aside, and is None where nothing was claimed.
    """

    id: str
    kind: str
    question: str
    expected: tuple[str, ...]
    outcome: str
    answer: str | None
    confidence: float
    right: bool
    wrong: bool
    value: bool | None
    exact: bool | None
    cited: bool | None
    short: bool | None
    refusable: bool  # to refuse is the one right outcome
    milliseconds: float
    quotes: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Judge:
    """Compares answers with what was expected.

    `text_of` gives a document's text by its id; `report_sources` are the file names that the
    word `report` stands for, any where there are none.
    """

    text_of: Callable[[str], str]
    report_sources: frozenset[str] = frozenset()
    _read: dict[str, Squeezed] = field(default_factory=dict)

    def __call__(self, question: Question, answer: Answer, milliseconds: float = 0.0) -> Judgement:
        """Judge one answer."""
        claimed = answer.outcome in CLAIMS
        refused = answer.outcome is Outcome.REFUSED
        refusable = set(question.outcome) == {str(Outcome.REFUSED)}
        said = answer.answer or ""
        value = says(said, question.answers, question.must_contain) if claimed else None
        cited = None if refused else self.cites(answer.citations, question)
        content = value is not False and cited is not False
        return Judgement(
            id=question.id,
            kind=question.kind,
            question=question.question,
            expected=question.answers,
            outcome=str(answer.outcome),
            answer=answer.answer,
            confidence=answer.confidence,
            right=_is_acceptable(answer.outcome, question) and content,
            wrong=not refused and (not content or refusable),
            value=value,
            exact=any(exact_match(said, gold) for gold in question.answers) if claimed else None,
            cited=cited,
            short=is_short(said, question.answers) if claimed else None,
            refusable=refusable,
            milliseconds=milliseconds,
            quotes=tuple(citation.quote for citation in answer.citations),
            notices=tuple(f"{notice.kind}: {notice.message}" for notice in answer.notices),
        )

    def cites(self, citations: Sequence[Citation], question: Question) -> bool:
        """Say whether one citation, of the right document, is where the expected quote stands."""
        return question.quote is not None and any(
            self._is_from(citation, question.document) and self._holds(citation, question.quote)
            for citation in citations
        )

    def _holds(self, citation: Citation, quote: str) -> bool:
        """Say whether the citation lies where the quote stands, white space aside."""
        document = citation.document_id
        if document not in self._read:
            self._read[document] = Squeezed.of(self.text_of(document))
        text = self._read[document]
        cited = Span(
            bisect_left(text.places, citation.start), bisect_left(text.places, citation.end)
        )
        return citation_right(cited, [Span(*place) for place in text.find_all(quote)])

    def _is_from(self, citation: Citation, document: str | None) -> bool:
        if document is None or document == REPORT:
            return not self.report_sources or citation.source in self.report_sources
        named, title = fold(document), fold(citation.title)
        return named in title or title in named


def _is_acceptable(outcome: Outcome, question: Question) -> bool:
    """Say whether an outcome may be; what was computed from stated values is an answer as well."""
    accepted = set(question.outcome)
    if Outcome.ANSWERED in accepted:
        accepted.add(Outcome.COMPUTED)
    return outcome in accepted


def says(said: str, answers: Sequence[str], must_contain: Sequence[str]) -> bool:
    """Say whether what was said is one of the answers.

    It may be worded otherwise when it contains all that it must and no figure of its own,
    the dates aside where no answer is a date.
    """
    contains_all = all(contains(said, words) for words in must_contain)
    if any(lenient_match(said, gold) for gold in answers) and contains_all:
        return True
    expected = {number for gold in (*answers, *must_contain) for number in numbers(gold)}
    return bool(must_contain) and contains_all and _figures(said, answers) <= expected


def contains(text: str, words: str) -> bool:
    """Say whether `words` stand in `text`, a number only where it is whole: 56 is not in 156."""
    wanted = fold(words)
    before = f"(?<![{_NUMERAL}])" if re.match(f"[{_NUMERAL}]", wanted) else ""
    after = f"(?![{_NUMERAL}])" if re.search(f"[{_NUMERAL}]$", wanted) else ""
    folded = fold(text).rstrip(".")
    return re.search(f"{before}{re.escape(wanted)}{after}", folded) is not None


def is_short(said: str, answers: Sequence[str]) -> bool:
    """Say whether it is a value rather than a sentence: at most twice the longest, and a bit."""
    return len(fold(said)) <= 2 * max((len(fold(gold)) for gold in answers), default=0) + 12


def _figures(said: str, answers: Sequence[str]) -> set[Fraction]:
    folded = fold(said)
    if not any(_DATE.search(fold(gold)) for gold in answers):
        folded = _DATE.sub(" ", folded)
    return {number for piece in folded.split() for number in numbers(piece)}
