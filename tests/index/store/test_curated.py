from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from index.document import SHANGHAI, Disclosure, Span
from index.errors import CuratedNotFound, InvalidRequest
from index.store.curated import CuratedAnswers, Draft
from index.store.database import Database
from index.store.gaps import Gaps, Miss
from index.store.wording import Basis, wording_key

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=SHANGHAI)
DRAFT = Draft(
    question="政务服务中心几点开门？",
    answer="工作日上午 9 时。",
    wordings=("办事大厅的上班时间", "几点上班"),
    script="工作日上午九时。",
    basis=Basis("0123456789abcdef", Span(10, 20)),
)


@pytest.fixture
def curated(database: Database) -> CuratedAnswers:
    return CuratedAnswers(database)


def test_a_draft_is_kept_as_it_was_written(curated: CuratedAnswers) -> None:
    kept = curated.add(DRAFT)
    assert kept.draft == DRAFT
    assert curated.get(kept.id) == kept
    assert curated.all() == [kept]


@pytest.mark.parametrize(
    "question",
    [
        "政务服务中心几点开门？",
        "政务服务中心 几点开门",
        "政務服務中心幾點開門?",
        "几点上班！",
        "“办事大厅”的上班时间",
    ],
)
def test_a_question_is_the_same_whatever_its_width_script_and_marks(
    curated: CuratedAnswers, question: str
) -> None:
    kept = curated.add(DRAFT)
    assert curated.find(question, NOW) == [kept]


@pytest.mark.parametrize("question", ["政务服务中心几点关门？", "几点", "1.5 万元", "？"])
def test_another_question_is_another_question(curated: CuratedAnswers, question: str) -> None:
    curated.add(DRAFT)
    assert curated.find(question, NOW) == []


def test_marks_alone_are_no_wording_that_matches_everything() -> None:
    assert wording_key("？？") != wording_key("")


@pytest.mark.parametrize(("minutes", "holds"), [(-1, False), (0, True), (59, True), (60, False)])
def test_an_answer_holds_from_its_first_minute_until_before_its_last(
    curated: CuratedAnswers, minutes: int, holds: bool
) -> None:
    begins, ends = NOW, NOW + timedelta(hours=1)
    curated.add(replace(DRAFT, valid_from=begins, valid_until=ends))
    found = curated.find(DRAFT.question, begins + timedelta(minutes=minutes))
    assert bool(found) == holds


def test_of_several_answers_the_last_changed_counts(curated: CuratedAnswers) -> None:
    first = curated.add(DRAFT)
    second = curated.add(replace(DRAFT, answer="八点半。"))
    assert curated.find(DRAFT.question, NOW) == [second]
    changed = curated.change(first.id, replace(DRAFT, answer="九点半。"))
    assert curated.find(DRAFT.question, NOW) == [changed]
    assert changed.created_at == first.created_at


def test_an_internal_answer_is_not_found_by_the_public(curated: CuratedAnswers) -> None:
    curated.add(replace(DRAFT, disclosure=Disclosure.INTERNAL))
    assert curated.find(DRAFT.question, NOW, {Disclosure.PUBLIC}) == []
    assert curated.find(DRAFT.question, NOW, {Disclosure.INTERNAL})


def test_a_wording_taken_away_finds_nothing(curated: CuratedAnswers) -> None:
    kept = curated.add(DRAFT)
    curated.change(kept.id, replace(DRAFT, wordings=("几点上班",)))
    assert curated.find("办事大厅的上班时间", NOW) == []
    assert curated.find("几点上班", NOW)


def test_a_removed_answer_is_gone(curated: CuratedAnswers) -> None:
    kept = curated.add(DRAFT)
    curated.remove(kept.id)
    assert curated.find(DRAFT.question, NOW) == []
    for ask in (curated.get, curated.remove):
        with pytest.raises(CuratedNotFound):
            ask(kept.id)


def test_answers_are_found_by_the_document_they_rest_on(curated: CuratedAnswers) -> None:
    kept = curated.add(DRAFT)
    curated.add(replace(DRAFT, basis=None))
    assert curated.resting_on("0123456789abcdef") == [kept]


@pytest.mark.parametrize(
    "draft",
    [
        replace(DRAFT, question=" "),
        replace(DRAFT, question="问" * 1001),
        replace(DRAFT, answer=""),
        replace(DRAFT, valid_from=NOW, valid_until=NOW),
    ],
)
def test_a_bad_draft_is_refused(curated: CuratedAnswers, draft: Draft) -> None:
    with pytest.raises(InvalidRequest):
        curated.add(draft)


def test_an_answer_closes_the_gaps_that_ask_the_same(
    database: Database, curated: CuratedAnswers
) -> None:
    gaps = Gaps(database)
    gaps.record([Miss("几点上班?", "no_basis", "web"), Miss("另一个问题", "no_basis", "web")])
    kept = curated.add(DRAFT)
    assert [gap.question for gap in gaps.open()] == ["另一个问题"]
    curated.remove(kept.id)
    assert len(gaps.open()) == 2


def test_each_region_has_its_own_answer(curated: CuratedAnswers) -> None:
    here, there = (curated.add(replace(DRAFT, region=name)) for name in ("甲市", "乙市"))
    found = curated.find(DRAFT.question, NOW)
    assert {one.id for one in found} == {here.id, there.id}
    assert curated.regions() == {"甲市", "乙市"}


def test_the_nearest_wordings_are_found_and_forgotten_with_their_answers(
    curated: CuratedAnswers,
) -> None:
    kept = curated.add(DRAFT)
    other = curated.add(Draft("公积金怎么提取？", "线上提取。"))
    assert curated.near("请问公积金要怎么提取", NOW) == [other]
    assert curated.near("办事大厅上班时间是", NOW) == [kept]
    assert curated.near("身份证", NOW) == []
    curated.remove(other.id)
    assert curated.near("请问公积金要怎么提取", NOW) == []
    newer = curated.add(Draft("公积金怎么提取？", "到柜台提取。"))
    assert curated.near("请问公积金要怎么提取", NOW) == [newer]
