from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.store.gaps import Miss
from index.store.synonyms import Synonym
from service.desk import Desk
from service.settings import Settings
from service.synonyms.keeping import SynonymBook
from service.synonyms.wanted import WantedWord, wanted_words
from tests.service.synonyms.documents import fill


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    fill(tmp_path)
    with KnowledgeBase.open(tmp_path, DemoEmbedder(), follow=False) as base:
        yield Desk(Settings(data_dir=tmp_path), base)


def missed(desk: Desk, question: str, times: int = 1, reason: str = "no_basis") -> None:
    desk.knowledge_base.gaps.record([Miss(question, reason, "web")] * times)


def wanted(desk: Desk, limit: int = 10) -> list[WantedWord]:
    return wanted_words(desk.knowledge_base, desk.lexicon, limit)


def test_words_that_no_document_has_are_listed_the_most_asked_first(desk: Desk) -> None:
    missed(desk, "夜宵摊几点收摊")
    missed(desk, "请问宵夜能摆到几点", 3)
    missed(desk, "宵夜集中在哪里")
    first, *others = wanted(desk)
    assert (first.word, first.times) == ("宵夜", 4)
    assert set(first.questions) == {"请问宵夜能摆到几点", "宵夜集中在哪里"}
    assert all(one.times <= 3 for one in others)
    assert len(wanted(desk, limit=1)) == 1


def test_what_a_document_has_is_not_wanted(desk: Desk) -> None:
    missed(desk, "示例市的工本费和头盔由谁负责")
    assert not {"工本费", "头盔", "示例市"} & {one.word for one in wanted(desk)}


def test_what_the_table_leads_to_a_document_is_not_wanted(desk: Desk) -> None:
    missed(desk, "低保户口在外地怎么算")
    missed(desk, "夜市什么时候关门")
    assert "低保" not in {one.word for one in wanted(desk)}
    assert "夜市" in {one.word for one in wanted(desk)}
    SynonymBook(desk.knowledge_base).put(Synonym("夜市", ("夜间经济集聚区",)), "甲")
    assert "夜市" not in {one.word for one in wanted(desk)}


def test_vague_english_and_answered_questions_want_nothing(desk: Desk) -> None:
    missed(desk, "那个呢", reason="too_vague")
    missed(desk, "What about kites?")
    assert wanted(desk) == []
