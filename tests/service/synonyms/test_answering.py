"""Questions in everyday words over documents in official ones, through the whole desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from index.embedding.demo import DemoEmbedder
from index.fold import fold
from index.knowledge_base import KnowledgeBase
from index.store.synonyms import Synonym
from service.answering.answer import Outcome
from service.answering.understanding.terms import bare
from service.desk import Channel, Desk
from service.settings import Settings
from service.synonyms.keeping import SynonymBook
from tests.service.synonyms.documents import TEXTS, ask, fill

PATIENCE = 20  # seconds until another process has followed


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("synonyms")
    fill(directory)
    return directory


@pytest.fixture
def desk(filled: Path) -> Iterator[Desk]:
    with KnowledgeBase.open(filled, DemoEmbedder(), follow=False) as base:
        yield Desk(Settings(data_dir=filled), base)
        for kept in base.synonyms.all():
            base.synonyms.forget([kept.synonym.word])


def without_synonyms(desk: Desk) -> None:
    book = SynonymBook(desk.knowledge_base)
    for entry in book.table().values():
        desk.knowledge_base.synonyms.put(
            [Synonym(entry.synonym.word, entry.synonym.official, enabled=False)], "test"
        )
    desk.knowledge_base.catch_up()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("低保每个月多少钱", "1080元"),
        ("低保標準係幾多錢呀", "1080元"),
        ("低保标准是一千零八十元吗", "1080元"),
        ("社保卡能用几年", "十年"),
        ("补社保卡多少钱", "16元"),
        ("欠薪投诉多久处理完", "六十日内"),
        ("骑电瓶车不戴头盔罚多少钱", "五十元"),
    ],
)
def test_everyday_words_find_what_is_said_in_official_ones(
    desk: Desk, question: str, answer: str
) -> None:
    given = ask(desk, question)
    assert given.outcome is Outcome.ANSWERED
    assert bare(given.answer or "") == bare(answer)
    assert answer in fold(given.citations[0].quote)


def test_a_passage_that_shares_no_word_is_found_by_the_table_alone(desk: Desk) -> None:
    assert not any("低保" in text for text in TEXTS.values())
    found = desk.search("低保", limit=1, channel=Channel.WEB)
    assert "最低生活保障" in found[0].citation.quote
    assert ask(desk, "低保每个月多少钱").outcome is Outcome.ANSWERED
    without_synonyms(desk)
    assert ask(desk, "低保每个月多少钱").outcome is Outcome.REFUSED


def test_a_document_goes_by_the_name_it_bears(desk: Desk) -> None:
    asked = ask(desk, "《低保办法》什么时候公布的")
    assert asked.outcome is Outcome.REFUSED
    assert ask(desk, "《示例市最低生活保障办法》什么时候公布的").outcome is Outcome.ANSWERED


def test_a_word_of_the_site_is_answered_at_once_and_taken_back(desk: Desk) -> None:
    question = "夜市全市有几处"
    assert ask(desk, question).outcome is Outcome.REFUSED
    book = SynonymBook(desk.knowledge_base)
    book.put(Synonym("夜市", ("夜间经济集聚区",)), "甲")
    answered = ask(desk, question)
    assert bare(answered.answer or "") == "9处"
    book.remove("夜市", "甲")
    assert ask(desk, question).outcome is Outcome.REFUSED


def test_a_shipped_word_is_switched_off_and_restored(desk: Desk) -> None:
    book = SynonymBook(desk.knowledge_base)
    book.remove("低保", "甲")
    assert ask(desk, "低保每个月多少钱").outcome is Outcome.REFUSED
    entry = book.get("低保")
    assert (entry.synonym.enabled, entry.changed_by) == (False, "甲")
    book.forget("低保")
    assert ask(desk, "低保每个月多少钱").outcome is Outcome.ANSWERED


def test_a_running_server_follows_what_another_process_changes(filled: Path) -> None:
    with (
        KnowledgeBase.open(filled, DemoEmbedder(), follow=True) as serving,
        KnowledgeBase.open(filled, None, follow=False) as other,
    ):
        desk = Desk(Settings(data_dir=filled), serving)
        assert ask(desk, "星光街全市有几处").outcome is Outcome.REFUSED
        SynonymBook(other).put(Synonym("星光街", ("夜间经济集聚区",)), "乙")
        until = monotonic() + PATIENCE
        while "星光街" not in desk.lexicon.everyday and monotonic() < until:
            sleep(0.05)
        assert bare(ask(desk, "星光街全市有几处").answer or "") == "9处"
        SynonymBook(other).forget("星光街")


@pytest.mark.parametrize(
    "number", ["78000", "七万八千", "7.8万", "７８０００", "78,000", "７．８万", "七萬八千"]
)
def test_a_value_is_the_same_in_whatever_numerals_it_is_asked(desk: Desk, number: str) -> None:
    given = ask(desk, f"享受最低生活保障的人数是超{number}人吗")
    assert given.outcome is Outcome.ANSWERED
    assert bare(given.answer or "") == "超78000人"
    assert "不" not in (given.script or "").split("超")[0]
