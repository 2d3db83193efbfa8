import pytest

from index.store.synonyms import Synonym
from service.synonyms.checking import Checked, SynonymRefused
from service.synonyms.table import shipped

LOW = Synonym("低保", ("最低生活保障",))


@pytest.mark.parametrize(
    ("synonym", "code"),
    [
        (Synonym(" ", ("最低生活保障",)), "empty_word"),
        (Synonym("低保？", ("最低生活保障",)), "not_a_word"),
        (Synonym("低 保", ("最低生活保障",)), "not_a_word"),
        (Synonym("低保\x00", ("最低生活保障",)), "not_a_word"),
        (Synonym("钱", ("费用标准",)), "word_too_short"),
        (Synonym("低" * 21, ("最低生活保障",)), "word_too_long"),
        (Synonym("Ⅷ" * 6, ("最低生活保障",)), "word_too_long"),  # folded it is
        (Synonym("请问", ("最低生活保障",)), "ignored_word"),
        (Synonym("低保", ("多少",)), "ignored_word"),
        (Synonym("低保", ("  ",)), "no_official_word"),
        (Synonym("低保", ()), "no_official_word"),
        (Synonym("低保", ("保",)), "word_too_short"),
        (Synonym("低保", ("最" * 41,)), "word_too_long"),
        (Synonym("低保", tuple(f"保障{n}" for n in range(9))), "too_many_official_words"),
        (Synonym("低保", ("低保",)), "same_word"),
        (Synonym("低保戶", ("低保户",)), "same_word"),
        (Synonym("低保", ("最低生活保障",), "说" * 201), "note_too_long"),
        (Synonym("最低生活保障", ("低保",)), "circular_synonym"),
    ],
)
def test_what_makes_no_synonym_is_refused_by_a_code(synonym: Synonym, code: str) -> None:
    with pytest.raises(SynonymRefused) as caught:
        Checked({"低保": LOW} if code == "circular_synonym" else {}).accept(synonym)
    assert caught.value.code == code
    assert caught.value.message.endswith(("。", "）"))


def test_a_circle_over_several_words_is_found_and_told() -> None:
    checked = Checked({})
    checked.accept(Synonym("甲词", ("乙词",)))
    checked.accept(Synonym("乙词", ("丙词",)))
    with pytest.raises(SynonymRefused, match="丙词 → 甲词 → 乙词 → 丙词"):
        checked.accept(Synonym("丙词", ("甲词",)))
    checked.accept(Synonym("甲词", ("乙词",), enabled=False))
    checked.accept(Synonym("丙词", ("甲词",)))  # what is off leads nowhere


def test_what_passes_is_tidied() -> None:
    given = Synonym(" 低保 ", (" 最低生活保障", "", "最低生活保障"), "  ")
    assert Checked({}).accept(given) == LOW


def test_a_word_may_be_switched_off_without_saying_what_for() -> None:
    assert Checked({}).accept(Synonym("低保", (), enabled=False)).official == ()


def test_what_comes_with_the_desk_passes() -> None:
    checked = Checked({})
    for synonym in shipped().values():
        assert checked.accept(synonym) == synonym
    assert len(checked.table) == len(shipped()) > 200
