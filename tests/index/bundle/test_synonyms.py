"""Which synonyms may go out with the public part: those that tell nothing of the rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.bundle.synonyms import Unsaid, synonyms_json, synonyms_of
from index.document import Metadata
from index.hidden_names import HiddenNames
from index.store.curated import Draft
from index.store.synonyms import Synonym

NOTHING_HIDDEN = HiddenNames(frozenset())
letters = st.sampled_from("甲乙丙丁")
words = st.text(letters, min_size=2, max_size=3)
synonyms = st.lists(
    st.builds(Synonym, words, st.lists(words, min_size=1, max_size=2).map(tuple)), max_size=4
)
said = st.lists(st.text(letters, max_size=8).map(lambda text: Draft("问", text)), max_size=3)


@given(synonyms, said, said)
def test_a_word_that_only_what_stays_behind_has_never_goes_out(
    own: list[Synonym], behind: list[Draft], public: list[Draft]
) -> None:
    unsaid = Unsaid(own, NOTHING_HIDDEN)
    for draft in behind:
        unsaid.stays(draft)
    for draft in public:
        unsaid.goes(draft)
    going, withheld = unsaid.divided()
    assert len(going) + len(withheld) == len(own)
    for one in own:
        tells = any(
            any(word in draft.answer for draft in behind)
            and not any(word in draft.answer for draft in public)
            for word in (one.word, *one.official)
        )
        assert (one in going) == (not tells)


@given(synonyms)
def test_what_is_written_is_read(own: list[Synonym]) -> None:
    assert synonyms_of(synonyms_json(own)) == own


def test_a_word_broken_over_two_public_lines_is_not_public() -> None:
    unsaid = Unsaid([Synonym("雪亮", ("视频监控",))], NOTHING_HIDDEN)
    unsaid.stays(Draft("雪亮 是什么？", "內部。"))
    unsaid.goes(Draft("下雪\n亮灯吗？", "亮。"))
    assert unsaid.divided()[1] == ["雪亮"]


def test_the_name_of_a_hidden_document_never_goes_out_nor_do_notes() -> None:
    hidden = HiddenNames.of([Metadata("示例市机密手册")])
    named = Synonym("红皮书", ("示例市机密手册第二版",))
    noted = Synonym("夜市", ("夜间经济集聚区",), "张三说的")
    unsaid = Unsaid([named, noted], hidden)
    unsaid.goes(Draft("示例市机密手册第二版？", "。"))
    assert unsaid.divided() == ([Synonym("夜市", ("夜间经济集聚区",))], ["红皮书"])
