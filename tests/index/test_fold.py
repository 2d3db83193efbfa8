import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fold import fold, terms


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("２０２２　年，ＡＰＰ", "2022年,app"),
        ("共 45460 宗", "共45460宗"),
        ("第 12 条", "第十二条"),
        ("第105条第３款", "第一百零五条第三款"),
        ("鶴山市政務服務數據管理局", "鹤山市政务服务数据管理局"),
        ("78,000 宗", "78000宗"),
        ("跨 城\n通 办", "跨城通办"),
        ("Hello   World", "hello world"),
    ],
)
def test_two_ways_to_write_one_thing_fold_alike(printed: str, typed: str):
    assert fold(printed) == typed
    assert terms(printed) == terms(typed)


def test_chinese_becomes_characters_and_pairs():
    assert sorted(terms("两市通办")) == sorted(["两", "市", "通", "办", "两市", "市通", "通办"])


def test_numbers_and_latin_words_stay_whole():
    assert terms("N95口罩 98.68% 5G PM2.5 1.4万") == [
        "n95", "口", "罩", "口罩", "98.68", "5g", "pm2.5", "1.4", "万",
    ]  # fmt: skip


def test_a_number_is_not_found_inside_another():
    assert "17" not in terms("2017年")


@pytest.mark.parametrize(
    "printed", ["鹤政数〔2022〕17号", "鹤政数[2022]17 号", "鹤政数（2022）第17号"]
)
def test_a_document_number_is_found_however_it_is_bracketed(printed: str):
    assert "2022〕17号" in terms(printed)


def test_another_document_number_shares_no_whole_with_it():
    assert "2022〕17号" not in terms("鹤政数〔2022〕117号")
    assert "2022〕17号" not in terms("鹤政数〔2021〕17号")


def test_words_apart_by_punctuation_make_no_pair():
    assert "办跨" not in terms("通办。跨城")


@given(st.text("办辦市〔〕第条款一十２2013０.,，。 　\nABａ（)号%"))
def test_folding_twice_changes_nothing_more_for_the_terms(text: str):
    assert terms(fold(text)) == terms(text)


@given(st.text())
def test_no_term_is_empty_or_holds_white_space(text: str):
    assert all(term and not any(map(str.isspace, term)) for term in terms(text))
