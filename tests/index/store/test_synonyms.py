from pathlib import Path

import pytest

from index.errors import SynonymNotFound
from index.store.database import Database
from index.store.revision import state_of
from index.store.synonyms import Synonym, Synonyms, synonym_key
from tests.index.store.fakes import open_new

LOW = Synonym("低保", ("最低生活保障",), "居民低保")
OFF = Synonym("黑户", ("无户口人员",), enabled=False)


@pytest.fixture
def synonyms(database: Database) -> Synonyms:
    return Synonyms(database)


def revision(database: Database) -> int:
    with database.reading() as connection:
        return state_of(connection).revision


def test_a_synonym_is_kept_as_it_was_set_with_who_set_it(synonyms: Synonyms) -> None:
    synonyms.put([LOW, OFF], "甲")
    kept = synonyms.all()
    assert {one.synonym for one in kept} == {LOW, OFF}
    assert {one.changed_by for one in kept} == {"甲"}
    assert all(one.changed_at.tzinfo is not None for one in kept)


def test_a_word_has_one_entry_whatever_its_width_and_script(synonyms: Synonyms) -> None:
    synonyms.put([Synonym("ＥＴＣ卡", ("电子不停车收费卡",))], "甲")
    synonyms.put([Synonym("etc卡", ("电子收费卡",))], "乙")
    [kept] = synonyms.all()
    assert (kept.synonym.word, kept.changed_by) == ("etc卡", "乙")
    assert synonym_key("低保戶") == synonym_key("低保户")


def test_every_change_raises_the_revision_that_servers_follow(
    database: Database, synonyms: Synonyms
) -> None:
    before = revision(database)
    synonyms.put([LOW], "甲")
    assert revision(database) == before + 1
    synonyms.forget(["低保"])
    assert revision(database) == before + 2
    synonyms.put([], "甲")
    assert revision(database) == before + 2


def test_indexes_need_not_catch_up_with_a_synonym(database: Database, synonyms: Synonyms) -> None:
    with database.reading() as connection:
        served = state_of(connection)
    synonyms.put([LOW], "甲")
    with database.reading() as connection:
        state = state_of(connection)
    assert state.words_revision == served.words_revision
    assert state.vectors_revision == served.vectors_revision


def test_of_words_some_of_which_are_not_there_none_is_forgotten(synonyms: Synonyms) -> None:
    synonyms.put([LOW], "甲")
    with pytest.raises(SynonymNotFound, match="没有的词"):
        synonyms.forget(["低保", "没有的词"])
    assert [one.synonym for one in synonyms.all()] == [LOW]


def test_another_process_reads_them(tmp_path: Path) -> None:
    first, second = open_new(tmp_path), Database.open(tmp_path)
    Synonyms(first).put([LOW], "甲")
    assert [one.synonym for one in Synonyms(second).all()] == [LOW]
    first.close()
    second.close()


def test_what_goes_and_what_comes_change_at_once_or_not_at_all(
    synonyms: Synonyms, database: Database
) -> None:
    synonyms.put([LOW], "甲")
    before = revision(database)
    with pytest.raises(SynonymNotFound):
        synonyms.change(put=[OFF], forget=["低保", "没有的词"], by="乙")
    assert [one.synonym for one in synonyms.all()] == [LOW]
    synonyms.change(put=[OFF], forget=["低保"], by="乙")
    assert [one.synonym for one in synonyms.all()] == [OFF]
    assert revision(database) == before + 1
