"""What readings say of each other: how far the best one leads, and how likely each is."""

from __future__ import annotations

from dataclasses import replace

from index.chunk import chunk
from index.document import Hit, Span
from index.read import read_document
from service.answering.reading.reader import Evidence, Reading, Trained, with_chances, with_margins
from service.answering.reading.sentences import sentence_around
from service.answering.reading.values import Value, ValueKind

TEXT = "印章分为公章、财务章和合同章。窗口共有 12 名工作人员，其中 3 名是志愿者。"
EVIDENCE = Evidence(share=0.5, lacking=0.0, fit=1.0, words=0.5, vectors=0.8)


def reading(words: str, score: float, kind: ValueKind) -> Reading:
    document = read_document(TEXT.encode(), "印章.txt")
    passage = chunk(document)[0]
    start = document.text.index(words)
    span = Span(start, start + len(words))
    sentence = sentence_around(document, span, Hit(passage, 0.9, 0.5, 0.8))
    inside = Span(span.start - sentence.span.start, span.end - sentence.span.start)
    return Reading(sentence, span, Value(kind, inside, inside), score, EVIDENCE)


def margin_of_first(*readings: Reading) -> float:
    return round(next(with_margins(readings)).evidence.margin, 3)


def test_a_list_is_not_outdone_by_its_own_parts() -> None:
    whole = reading("公章、财务章和合同章", 0.9, ValueKind.NAME)
    part = reading("财务章", 0.8, ValueKind.NAME)
    across = reading("印章分为公章", 0.7, ValueKind.NAME)
    assert margin_of_first(whole, part, across) == 0.9


def test_what_is_stated_elsewhere_is_a_rival() -> None:
    whole = reading("公章、财务章和合同章", 0.9, ValueKind.NAME)
    elsewhere = reading("志愿者", 0.8, ValueKind.NAME)
    assert margin_of_first(whole, elsewhere) == 0.1


def test_of_two_figures_in_one_span_either_may_be_meant() -> None:
    both = reading("12 名工作人员，其中 3 名", 0.9, ValueKind.COUNT)
    one = reading("3 名", 0.8, ValueKind.COUNT)
    assert margin_of_first(both, one) == 0.1


def chances(*readings: Reading) -> list[float]:
    judged = replace(EVIDENCE, trained=Trained(2.0, 1.0, 4.0, ruled=1.0))
    found = with_chances([replace(one, evidence=judged) for one in readings])
    return [round(one.evidence.trained.chance, 3) for one in found if one.evidence.trained]


def test_chances_are_shared_out_by_the_odds_of_the_scores():
    first = reading("12 名", 0.75, ValueKind.COUNT)
    second = reading("3 名", 0.5, ValueKind.COUNT)
    assert chances(first, second) == [0.75, 0.25]


def test_two_scores_near_one_may_be_far_apart():
    first = reading("12 名", 0.9999, ValueKind.COUNT)
    second = reading("3 名", 0.99, ValueKind.COUNT)
    assert chances(first, second)[0] == 0.99
    assert margin_of_first(first, second) == 0.01


def test_what_states_the_same_adds_to_a_chance_instead_of_taking_from_it():
    whole = reading("公章、财务章和合同章", 0.5, ValueKind.NAME)
    part = reading("财务章", 0.5, ValueKind.NAME)
    elsewhere = reading("志愿者", 0.5, ValueKind.NAME)
    assert chances(whole, part, elsewhere)[0] == 0.667
    again = reading("公章、财务章和合同章", 0.5, ValueKind.NAME)
    assert chances(whole, again, elsewhere)[0] == 0.667


def test_what_breaks_a_limit_of_the_question_takes_nothing_from_a_chance():
    first = reading("12 名", 0.6, ValueKind.COUNT)
    objected = replace(reading("3 名", 0.9, ValueKind.COUNT), objections=("place",))
    assert chances(first, objected)[0] == 1.0


def test_what_no_model_judged_has_no_chance():
    first = reading("12 名", 0.6, ValueKind.COUNT)
    assert next(with_chances([first])).evidence == EVIDENCE
