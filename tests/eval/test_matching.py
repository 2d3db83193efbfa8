"""An answer is right when it says what the expected one says."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.matching import (
    exact_match,
    fold,
    lenient_match,
    numbers,
    quantity,
    rouge_l,
    squash,
)


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("56 个事项", "56个事项"),
        ("５６个事项", "56个事项"),
        ("7,000余条", "7000余条"),
        ("鹤政数〔2022〕17 号", "鹤政数(2022)17号"),
        ("“一网通办”。", '"一网通办"'),
        ("LED显示屏", "led显示屏"),
    ],
)
def test_width_space_case_and_punctuation_do_not_count(answer: str, gold: str) -> None:
    assert exact_match(answer, gold)


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("共 258 项", "258项"),
        ("56", "56个事项"),
        ("五十六个", "56 个"),
        ("7.8万宗", "78000宗"),
        ("百分之九十八", "98%"),
        ("十五个", "15个"),
        ("超过78000宗", "超78000宗"),
        ("2022年11月21日。", "2022 年 11 月 21 日"),
        ("江门市（鹤山）精细化工产业园", "鹤山市、江门市（鹤山）精细化工产业园"),
    ],
)
def test_the_same_value_in_other_words_is_right(answer: str, gold: str) -> None:
    assert lenient_match(answer, gold)


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("57个事项", "56个事项"),
        ("78000宗", "超78000宗"),  # the hedge belongs to the value
        ("7000条", "7000余条"),
        ("16个", "拟新增16个"),
        ("56台", "56个"),
        ("98.68%", "99.86%"),
        ("23个部门", "10个镇（街）和23个部门"),
        ("5月31日签订", "6月31日签订"),
        ("截至2022年10月，鹤山政府网站共发布公开信息", "10月，鹤山政府网站共发布公开信息"),
        ("鹤山", "鹤山市政务服务数据管理局"),
        ("", "56个"),
    ],
)
def test_another_value_is_wrong(answer: str, gold: str) -> None:
    assert not lenient_match(answer, gold)


@given(st.text("0123456789,.%，。、：；（）〔〕“”　 １２ＡＢab政务服务ＬＥＤ①％—–·"))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.integers(0, 9999), st.sampled_from(["个", "项", "宗"]))
def test_figures_and_chinese_numerals_are_one_number(number: int, unit: str) -> None:
    written = _chinese(number)
    read = quantity(f"{written}{unit}")
    assert read is not None
    assert read.value == number
    assert lenient_match(f"{written}{unit}", f"{number}{unit}")


def _chinese(number: int) -> str:
    if not number:
        return "零"
    written = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            written += "零一二三四五六七八九"[digit] + name
        elif written and not written.endswith("零"):
            written += "零"
    return written.rstrip("零")


def test_numbers_reads_figures_with_their_scale() -> None:
    assert numbers("超 7.8 万宗，占 98.68%") == [Fraction(78000), Fraction(9868, 10000)]


def test_a_sentence_is_not_a_quantity() -> None:
    assert quantity("受理45460宗，办结44858宗") is None


@given(st.text("政务服务数据", max_size=12), st.text("政务服务数据", max_size=12))
def test_the_common_subsequence_agrees_with_the_textbook(first: str, second: str) -> None:
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            table[i + 1][j + 1] = (
                table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
            )
    total = len(first) + len(second)
    expected = 2 * table[-1][-1] / total if first and second else float(first == second)
    assert rouge_l(first, second) == pytest.approx(expected)


@given(st.text(min_size=1).filter(squash))
def test_rouge_is_one_for_the_same_text_and_symmetric(text: str) -> None:
    assert rouge_l(text, text) == 1
    assert rouge_l(text, text[::2] + "。") == pytest.approx(rouge_l(text[::2] + "。", text))
