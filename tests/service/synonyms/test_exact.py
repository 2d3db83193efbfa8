"""A word and its official one make two questions one only where nothing else differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.store.curated import Draft
from service.answering.answer import Answer
from service.answering.understanding.lexicon import Lexicon
from service.desk import Channel, Desk
from service.same_question import is_same_by_terms, is_same_question
from service.synonyms.exact import ExactTerms, exact_terms
from tests.service.conftest import local_client

SHIPPED = exact_terms(Lexicon.bundled())


def terms_with(**own: tuple[str, ...]) -> ExactTerms:
    bundled = Lexicon.bundled()
    return exact_terms(bundled.with_everyday({**bundled.everyday, **own}))


OWN = terms_with(夜市=("夜间经济集聚区",))


@pytest.mark.parametrize(
    ("asked", "wording"),
    [
        ("低保怎么申请", "如何申请最低生活保障？"),
        ("最低生活保障怎么申请", "低保怎么申请"),
        ("请问個稅幾時申報", "个人所得税什么时候申报？"),
        ("公租房低保家庭租金多少", "公共租赁住房最低生活保障家庭租金是多少"),
        ("夜市几点关门", "夜间经济集聚区几点钟关门？"),
    ],
)
def test_a_whole_term_may_be_its_official_word(asked: str, wording: str) -> None:
    assert is_same_by_terms(asked, wording, OWN)
    assert not is_same_question(asked, wording)


@pytest.mark.parametrize(
    ("asked", "wording"),
    [
        ("低保户怎么申请", "最低生活保障怎么申请"),
        ("低保边缘怎么申请", "最低生活保障怎么申请"),
        ("生活低保怎么办", "最低生活保障怎么办"),  # not by the words within the term
        ("公租房换经适房怎么办", "经济适用住房换公共租赁住房怎么办"),
        ("低保和最低生活保障一样吗", "低保和一样吗"),
        ("《低保办法》何时施行", "《最低生活保障办法》何时施行"),
        ("低保怎么申请", "最低工资保障怎么申请"),
        ("低保怎么申请", "最低生活保障怎么取消"),
        ("学位房是什么", "招生范围是什么"),  # found by, but not the same
        ("遗产怎么办", "继承怎么办"),
        ("电动车怎么上牌", "电动自行车怎么上牌"),  # three words stand for it
        ("医保怎么办", "基本医疗保险怎么办"),  # it stands for two
        ("\ue000怎么申请", "最低生活保障怎么申请"),
    ],
)
def test_whatever_is_less_sure_is_another_question(asked: str, wording: str) -> None:
    assert not is_same_by_terms(asked, wording, OWN)
    assert not is_same_by_terms(wording, asked, OWN)


SLOTS: Mapping[str, tuple[str, ...]] = {
    "year": ("", "2024年", "2025年", "今年", "去年"),
    "place": ("", "鹤山市", "深圳市", "龙华区", "甲村"),
    "batch": ("", "第一批", "第二批", "首批"),
    "deny": ("", "不", "没", "未"),
    "number": ("", "3个月", "6个月", "三次", "两次"),
}
filled = st.fixed_dictionaries({name: st.sampled_from(given) for name, given in SLOTS.items()})
named = st.sampled_from(
    [("低保", "最低生活保障"), ("夜市", "夜间经济集聚区"), ("公租房", "公共租赁住房")]
)
asking = st.sampled_from(
    [
        "{year}{place}{batch}{term}{deny}发放{number}怎么办",
        "{place}{term}{deny}申请{number}需要什么材料{year}{batch}",
        "{term}{year}{batch}在{place}{deny}办理{number}要多久",
    ]
)


@given(filled, filled, named, asking, st.booleans())
def test_they_are_never_one_where_number_place_year_batch_or_denial_differs(
    one: dict[str, str], other: dict[str, str], term: tuple[str, str], form: str, turned: bool
) -> None:
    everyday, official = term[::-1] if turned else term
    asked, wording = form.format(term=everyday, **one), form.format(term=official, **other)
    if one != other:
        assert not is_same_by_terms(asked, wording, OWN)


@given(st.lists(st.sampled_from("低保最生活障金户公租房的怎么申请不3第一批"), max_size=12))
def test_they_are_one_only_if_they_are_so_with_the_official_words_written_out(
    letters: list[str],
) -> None:
    asked = "".join(letters)
    marked = SHIPPED.marked(asked)
    if marked is not None:
        assert is_same_question(marked.official, marked.official.replace("？", ""))
        for wording in (marked.everyday, marked.official):
            if is_same_by_terms(asked, wording, SHIPPED):
                again = SHIPPED.marked(wording)
                assert again is not None
                assert again.official == marked.official


def test_a_question_that_has_a_term_in_both_wordings_asks_about_them() -> None:
    assert SHIPPED.marked("低保和最低生活保障一样吗") is None
    assert SHIPPED.marked("低保一样吗") is not None


def test_it_is_the_same_question_both_ways_round() -> None:
    pairs = [("低保怎么申请", "怎么申请最低生活保障"), ("低保怎么申请", "低保户怎么申请")]
    for one, other in pairs:
        assert is_same_by_terms(one, other, OWN) == is_same_by_terms(other, one, OWN)


@pytest.mark.parametrize(
    ("own", "word"),
    [
        ({"五保": ("最低生活保障",)}, "低保"),  # now two words stand for it
        ({"低保": ("最低生活保障", "社会救助")}, "低保"),
        ({"最低生活保障": ("社会救助",)}, "低保"),  # it is no last word any more
        ({"第一批": ("首批事项",)}, "第一批"),
        ({"三包": ("修理更换退货责任",)}, "三包"),
        ({"违规建房": ("不合规建房",)}, "违规建房"),
        ({"龙华夜市": ("夜间经济集聚区",)}, "龙华夜市"),
    ],
)
def test_a_word_that_is_not_sure_is_not_exact(own: dict[str, tuple[str, ...]], word: str) -> None:
    assert word not in terms_with(**own).everyday


def test_what_the_site_says_of_a_shipped_word_is_its_own_word_for_it() -> None:
    assert "大病救助" not in SHIPPED.everyday
    assert terms_with(大病救助=("重特大疾病医疗救助",)).everyday["大病救助"] == "重特大疾病医疗救助"


def test_a_word_switched_off_is_not_exact() -> None:
    bundled = Lexicon.bundled()
    without = {word: to for word, to in bundled.everyday.items() if word != "低保"}
    assert "低保" not in exact_terms(replace(bundled, everyday=without)).everyday


def ask(desk: Desk, question: str) -> Answer:
    return desk.ask(question, channel=Channel.WEB)


@pytest.fixture
def curated(own_desk: Desk, work: Callable[[], None]) -> Desk:
    own_desk.knowledge_base.curated.add(Draft("最低生活保障怎么申请？", "向乡镇申请。"))
    own_desk.knowledge_base.curated.add(Draft("夜市几点收摊？", "十二点。"))
    work()
    return own_desk


def test_a_standard_answer_answers_in_the_other_wording_and_says_so(curated: Desk) -> None:
    answer = ask(curated, "请问低保如何申请呢")
    assert (answer.answer, answer.confidence) == ("向乡镇申请。", 0.9)
    assert "same_sense" in {notice.kind for notice in answer.notices}
    assert ask(curated, "低保户怎么申请").answer is None
    assert ask(curated, "低保不怎么申请").answer is None


def test_a_sites_own_word_counts_from_when_it_is_set_until_it_is_taken_back(
    curated: Desk,
) -> None:
    asked = "夜间经济集聚区几点收摊"
    client = local_client(curated)
    assert ask(curated, asked).answer is None
    client.put("/api/synonyms/夜市", json={"official": ["夜间经济集聚区"]})
    assert ask(curated, asked).answer == "十二点。"
    client.delete("/api/synonyms/夜市")
    assert ask(curated, asked).answer is None


def test_the_nearer_wording_comes_first_and_two_answers_are_none(curated: Desk) -> None:
    book = curated.knowledge_base.curated
    book.add(Draft("低保怎样发放？", "每月发。"))
    book.add(Draft("最低生活保障怎么发放？", "按季发。"))
    assert ask(curated, "低保如何发放").answer == "每月发。"
    book.add(Draft("怎么发放低保？", "当面发。"))
    assert ask(curated, "最低生活保障如何发放给人").answer is None
    assert ask(curated, "最低生活保障如何发放").answer == "按季发。"


def test_a_place_that_is_named_still_decides(curated: Desk) -> None:
    book = curated.knowledge_base.curated
    for region, said in (("甲市", "找甲。"), ("乙市", "找乙。")):
        book.add(Draft("最低生活保障找谁？", said, region=region))
    assert ask(curated, "乙市低保找谁").answer == "找乙。"
    refused = ask(curated, "低保找谁")
    assert refused.refusal is not None
    assert "甲市" in refused.refusal.message
