"""No figure of one report is given for another. In small; `wenju eval siblings` does it in full."""

from datetime import date

from eval import sibling_test
from eval.sibling_test import REPORTING, Body, Family, leaks
from eval.workbench import Workbench
from index.document import Document, Metadata, Section, SectionKind, Span
from service.answering.answer import Answer, Citation, Outcome
from tests.eval.report_questions import QUESTIONS, REPORT

TAISHAN = Body("台山", "市", REPORTING.bureau, "台政数")
LUODING = Body("罗定", "市", REPORTING.bureau, "罗政数")
FAMILY = Family(((TAISHAN, 2022), (REPORTING, 2021)), ((LUODING, 2022),), questions_each=5)


def test_each_sibling_answers_for_itself_and_an_absent_one_not_at_all(
    workbench: Workbench,
) -> None:
    section = sibling_test.run(REPORT, QUESTIONS, workbench, FAMILY)
    assert len(section.results) == 20
    assert not [r for r in section.results if not r["judgement"]["right"]]
    assert not any(r["leaked"] for r in section.results)


def test_a_figure_without_a_citation_of_the_one_asked_about_is_a_leak() -> None:
    document = Document(
        id="ours",
        source="",
        sha256="",
        text="共56个事项。",
        metadata=Metadata(""),
        root=Section(SectionKind.DOCUMENT, 0, Span(0, 7)),
    )
    citation = Citation.of(document, Span(0, 7), date(2026, 1, 1))
    given = Answer("？", "1", Outcome.ANSWERED, 0.9, "56个", None, (citation,))
    assert not leaks(given, "ours")
    assert leaks(given, "another")
    assert leaks(given, None)
    assert not leaks(Answer("？", "1", Outcome.REFUSED, 0.1), None)
    assert not leaks(Answer("？", "1", Outcome.PASSAGES, 0.5, citations=(citation,)), "another")


def test_the_questions_name_place_and_year() -> None:
    variant = sibling_test.variant_of(REPORT, TAISHAN, 2021)
    questions = list(sibling_test.questions_for(variant, QUESTIONS, frozenset(), 20))
    assert len(questions) == len(QUESTIONS)
    assert all("台山" in question.question for question in questions)
    assert all("2021" in question.question for question in questions)
    assert not any("鹤山" in question.question for question in questions)
