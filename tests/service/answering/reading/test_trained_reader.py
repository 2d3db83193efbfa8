"""When the rules' word stands, by the weights that are shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from index.chunk import chunk
from index.document import Chunk, Document, Hit, Metadata, Span
from index.read import read_document
from service.answering.confidence import Calibration
from service.answering.reading.reader import Evidence, Reading
from service.answering.reading.reader_model import ReaderModel
from service.answering.reading.rule_reader import RuleReader
from service.answering.reading.sentences import sentence_around
from service.answering.reading.trained_reader import WEIGHTS, TrainedReader
from service.answering.reading.values import Value, ValueKind
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.question import Inquiry, understand

TEXT = (
    "租赁合同解除的，出租人应当在承租人返还房屋后五日内退还押金。"
    "出租人应当自合同签订之日起三十日内到街道办事处办理租赁登记备案。"
)
DOCUMENT = read_document(TEXT.encode(), "办法.txt", Metadata(title="示例市住房租赁管理办法"))
HITS = [(DOCUMENT, Hit(one, 0.9, 0.9, 0.9)) for one in chunk(DOCUMENT)]
SURE = Evidence(1.0, 0.0, 1.0, words=0.9, vectors=0.9, margin=0.6)


class Proposing(RuleReader):
    """Rules that are sure of whatever they are told to propose."""

    words = ""

    def read(self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]]) -> list[Reading]:
        del inquiry
        start = DOCUMENT.text.index(self.words)
        span = Span(start, start + len(self.words))
        sentence = sentence_around(DOCUMENT, span, hits[0][1])
        inside = Span(span.start - sentence.span.start, span.end - sentence.span.start)
        return [Reading(sentence, span, Value(ValueKind.PERIOD, inside, inside), 0.9, SURE)]


def first(question: str, proposed: str, hits: Sequence[tuple[Document, Hit]] = HITS) -> Reading:
    rules = Proposing()
    rules.words = proposed
    reader = TrainedReader(rules, ReaderModel(WEIGHTS, threads=2), Calibration.bundled())
    inquiry = understand(question, date(2026, 1, 1), Lexicon.bundled())
    return reader.read(inquiry, hits)[0]


@pytest.fixture(autouse=True)
def _rules_are_sure() -> None:
    assert Calibration.bundled().of_value(SURE) > 0.6


def test_the_word_of_sure_rules_stands_as_it_is() -> None:
    reading = first("退租以后押金几天内退？", "五日内")
    assert reading.stated == "五日内"
    assert reading.evidence == SURE


def test_rules_that_the_model_is_certain_against_are_weighed_with_what_it_finds() -> None:
    reading = first("孩子出生几天内要打疫苗？", "三十日内")
    assert reading.evidence.trained is not None
    assert Calibration.bundled().of_value(reading.evidence) < Calibration.bundled().of_value(SURE)


def test_of_english_questions_the_model_has_read_too_few_to_deny() -> None:
    reading = first("Within how many days must a baby be vaccinated?", "三十日内")
    assert reading.evidence == SURE


def test_an_answer_that_begins_before_its_passage_is_not_denied() -> None:
    document, hit = HITS[0]
    later = Chunk(document.id, Span(len(TEXT) // 2, len(TEXT)), hit.chunk.path)
    reading = first("孩子出生几天内要打疫苗？", "五日内", [(document, replace(hit, chunk=later))])
    assert reading.evidence == SURE


NOTICE = (
    "示例市农业农村局关于保障节日市场供应的通知\n一、强化生产自给\n落实扶持农业生产各项政策，加快种植、养殖基地建设。"
    "动员龙头企业和广大农户尽快扩大生产。\n二、强化市场监测\n"
    "进一步强化农产品供求信息跟踪监测，及时掌握市场行情。对肉、蛋、蔬菜开展市场调查，"
    "摸清种植面积和主要品种。启动日报制度，每天及时上报供应情况。\n"
    "三、强化质量监管\n加强产地检测，严防不合格产品上市。"
)


def test_what_takes_several_sentences_is_told_in_all_of_them() -> None:
    metadata = Metadata(title="关于保障节日市场供应的通知", region="示例市")
    document = read_document(NOTICE.encode(), "通知.txt", metadata)
    hits = [(document, Hit(one, 0.9, 0.9, 0.9)) for one in chunk(document)]
    calibration = Calibration.bundled()
    reader = TrainedReader(RuleReader(), ReaderModel(WEIGHTS, threads=2), calibration)
    inquiry = understand("示例市是怎么强化市场监测的？", date(2026, 1, 1), Lexicon.bundled())
    best, *others = reader.passages(inquiry, hits)
    assert best.stated.startswith("进一步强化农产品供求信息")
    assert best.stated.endswith("每天及时上报供应情况。")
    assert best.evidence.trained is not None
    assert best.evidence.trained.chance > 0.8  # its own sentences say nothing against it
    assert [other.stated for other in others if other.stated in best.stated]
