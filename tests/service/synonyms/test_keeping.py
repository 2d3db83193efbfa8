import pytest

from index.errors import SynonymNotFound
from index.store.synonyms import Synonym
from service.desk import Desk
from service.synonyms.checking import SynonymRefused
from service.synonyms.keeping import Row, SynonymBook, shown
from service.synonyms.table import Origin

MARKET = Synonym("夜市", ("夜间经济集聚区",))


def rows_of(synonyms: list[Synonym], *, has_note: bool = True) -> list[Row]:
    return [Row(number, one.word, one, has_note) for number, one in enumerate(synonyms, 1)]


@pytest.fixture
def book(own_desk: Desk) -> SynonymBook:
    return SynonymBook(own_desk.knowledge_base)


def test_the_table_begins_with_what_is_shipped(book: SynonymBook) -> None:
    assert {entry.origin for entry in book.table().values()} == {Origin.SHIPPED}
    assert book.get("低保").synonym.official == ("最低生活保障",)


def test_what_the_site_sets_takes_its_place_and_is_taken_back(book: SynonymBook) -> None:
    entry = book.put(Synonym("低保", ("居民最低生活保障",)), "甲")
    assert (entry.origin, entry.changed_by) == (Origin.CHANGED, "甲")
    assert [one.synonym.word for one in shown(book.table(), own=True)] == ["低保"]
    book.forget("低保")
    assert book.get("低保").origin is Origin.SHIPPED
    with pytest.raises(SynonymNotFound):
        book.forget("低保")
    with pytest.raises(SynonymNotFound):
        book.forget("没有的词")


def test_removing_deletes_what_is_the_sites_and_switches_off_what_is_shipped(
    book: SynonymBook,
) -> None:
    book.put(MARKET, "甲")
    book.remove("夜市", "甲")
    with pytest.raises(SynonymNotFound):
        book.get("夜市")
    book.remove("低保", "甲")
    assert not book.get("低保").synonym.enabled


def test_a_refused_synonym_changes_nothing(book: SynonymBook) -> None:
    with pytest.raises(SynonymRefused):
        book.put(Synonym("最低生活保障", ("低保",)), "甲")  # the shipped table says the opposite
    assert list(shown(book.table(), own=True)) == []


def test_lines_that_cannot_come_in_are_told_and_the_others_are_in(book: SynonymBook) -> None:
    lines = [
        MARKET,
        Synonym("请问", ("询问",)),
        Synonym("夜市", ("夜间市场",)),
        Synonym("低保", ("最低生活保障",)),  # as it is shipped
        Synonym("黑户", (), enabled=False),
    ]
    done = book.bring_in(rows_of(lines), "甲")
    assert (done.added, done.changed, done.unchanged) == (1, 1, 1)
    assert [(one.row, one.code) for one in done.rejected] == [
        (2, "ignored_word"),
        (3, "duplicate_word"),
    ]
    assert book.get("夜市").synonym == MARKET
    again = book.bring_in(rows_of([MARKET]), "乙")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)
    assert book.get("夜市").changed_by == "甲"


@pytest.mark.parametrize(
    ("line", "has_note", "note"),
    [
        (Synonym("夜市", ("夜间市场",)), False, "城东"),
        (Synonym("夜市", ("夜间市场",)), True, None),
        (Synonym("夜市", ("夜间市场",), "城西"), True, "城西"),
        (MARKET, False, "城东"),
        (MARKET, True, None),
    ],
)
def test_only_a_table_with_a_place_for_notes_changes_them(
    book: SynonymBook, line: Synonym, has_note: bool, note: str | None
) -> None:
    book.put(Synonym("夜市", MARKET.official, "城东"), "甲")
    done = book.bring_in(rows_of([line], has_note=has_note), "乙")
    kept = book.get("夜市").synonym
    assert (kept.official, kept.note) == (line.official, note)
    assert done.unchanged == (line == MARKET and not has_note)


def test_an_empty_note_makes_no_shipped_entry_the_sites_own(book: SynonymBook) -> None:
    assert book.get("低保").synonym.note
    assert book.bring_in(rows_of([Synonym("低保", ("最低生活保障",))]), "甲").unchanged == 1
    assert list(shown(book.table(), own=True)) == []
    book.bring_in(rows_of([Synonym("低保", ("居民最低生活保障",))]), "甲")
    assert book.get("低保").synonym.note is None


def test_lines_are_held_against_those_before_them(book: SynonymBook) -> None:
    lines = [Synonym("甲词", ("乙词",)), Synonym("乙词", ("甲词",))]
    [rejected] = book.bring_in(rows_of(lines), "甲").rejected
    assert (rejected.row, rejected.code) == (2, "circular_synonym")


def test_a_preview_changes_nothing(book: SynonymBook) -> None:
    assert book.bring_in([Row(2, "夜市", MARKET)], "甲", keep=False).added == 1
    assert list(shown(book.table(), own=True)) == []
