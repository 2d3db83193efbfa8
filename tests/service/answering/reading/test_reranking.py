"""Search's order with the reader's word in it, by the weights that are shipped."""

from __future__ import annotations

import itertools

import pytest

from index.document import Chunk, Document, Hit, Metadata, Section, SectionKind, Span
from service.answering.reading.reader_model import ReaderModel
from service.answering.reading.reranking import READ, Found, Reranker
from service.answering.reading.trained_reader import WEIGHTS

QUESTION = "租客提前搬走，押金能不能要回来？"
ANSWERING = "租赁合同解除的，出租人应当在承租人返还房屋后五日内退还押金。"
SILENT = "押金收据由财务人员统一编号登记，租客留存第二联，存根归档备查。"


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return Reranker(ReaderModel(WEIGHTS, threads=2))


def found(*passages: tuple[str, float]) -> list[Found]:
    """Return passages of one document as search finds them, each with its score."""
    text = "\n".join(passage for passage, _ in passages)
    whole = Section(SectionKind.DOCUMENT, 0, Span(0, len(text)))
    document = Document("d", "d.txt", "", text, Metadata("示例市住房租赁管理办法"), whole)
    starts = itertools.accumulate((len(passage) + 1 for passage, _ in passages), initial=0)
    return [
        (document, Hit(Chunk("d", Span(start, start + len(passage))), score))
        for start, (passage, score) in zip(starts, passages, strict=False)
    ]


def order(ranked: list[Found]) -> list[str]:
    return [hit.chunk.span.of(document.text) for document, hit in ranked]


def test_what_answers_in_other_words_comes_before_what_shares_words(reranker: Reranker) -> None:
    searched = found((SILENT, 0.52), (ANSWERING, 0.5))
    assert order(reranker.reranked(QUESTION, searched)) == [ANSWERING, SILENT]


def test_what_search_is_sure_of_stays_first(reranker: Reranker) -> None:
    searched = found((SILENT, 0.9), (ANSWERING, 0.2))
    assert order(reranker.reranked(QUESTION, searched)) == [SILENT, ANSWERING]


def test_all_that_was_found_is_there_in_falling_order_and_what_is_not_read_comes_last(
    reranker: Reranker,
) -> None:
    searched = found(
        (ANSWERING, 0.6), *((f"第{n}号{SILENT}", 0.5 - n / 100) for n in range(READ + 5))
    )
    ranked = reranker.reranked(QUESTION, searched)
    assert sorted(order(ranked)) == sorted(order(searched))
    scores = [hit.score for _, hit in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert order(ranked)[READ:] == order(searched)[READ:]


def test_nothing_found_is_nothing(reranker: Reranker) -> None:
    assert reranker.reranked(QUESTION, []) == []
