"""A rewritten report has other figures of the same shape, and answers follow them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.rewriting import Edition, Role, Squeezed, rewrite, squeeze, unchanged, without_sentence

REPORT = next(Path("corpus/reports").glob("*.txt")).read_text(encoding="utf-8")
SMALL = (
    "一、去年\n1. 共收到 570\n条留言，已回复 570 条，占 98.68%。二是办理 7000 余条。截至 2022 年。"
)


def figures(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", squeeze(text))


@given(st.integers(0, 10**6))
def test_every_figure_changes_and_nothing_else(seed: int) -> None:
    rewritten = rewrite(SMALL, Edition(seed))
    shape = re.compile(r"\d+")
    assert shape.sub("#", squeeze(rewritten.text)) == shape.sub("#", squeeze(SMALL))
    assert figures(rewritten.text)[0] == "1"  # a heading keeps its number
    for old, new in zip(figures(SMALL)[1:], figures(rewritten.text)[1:], strict=True):
        assert old != new
        assert [len(part) for part in old.split(".")] == [len(part) for part in new.split(".")]


def test_of_two_equal_figures_each_gets_its_own_value() -> None:
    rewritten = rewrite(SMALL, Edition(7))
    received = rewritten.follow("共收到570条留言", "570条")
    replied = rewritten.follow("已回复570条", "570条")
    assert received != replied
    assert received is not None
    assert received in squeeze(rewritten.text)


def test_years_and_months_change_alike_everywhere() -> None:
    rewritten = rewrite(REPORT, Edition(7, years_back=3))
    assert rewritten.text.count("2019") == REPORT.count("2022")
    assert rewritten.text.count("2022") == REPORT.count("2025")
    days = re.findall(r"2019年(\d+)月(\d+)日", squeeze(rewritten.text))
    assert len(set(days)) == 1  # signed and printed on one day, as before


def test_what_follows_stands_in_the_rewritten_report() -> None:
    rewritten = rewrite(REPORT, Edition(11))
    for quote, answer in (
        ("业务办理量超78000宗", "超 78000 宗"),
        ("共33个试点单位", "33 个"),
        ("5月31日，鹤山市", "5月31日"),
    ):
        followed, said = rewritten.follow(quote, quote), rewritten.follow(quote, answer)
        assert followed is not None
        assert said is not None
        assert followed in squeeze(rewritten.text)
        assert said in followed
        assert said != squeeze(answer)


def test_what_the_quote_does_not_hold_does_not_follow() -> None:
    rewritten = rewrite(REPORT, Edition(11))
    assert rewritten.follow("共33个试点单位", "258项") is None
    assert rewritten.follow("不在报告里的话33", "33") is None


def test_a_question_speaks_of_the_new_figures_and_names() -> None:
    edition = Edition(5, years_back=1, names={"鹤山市": "新兴县", "鹤山": "新兴"})
    rewritten = rewrite(REPORT, edition)
    asked = rewritten.ask("服务满意率为99.86%", "２０２２年鹤山12345热线满意率是99.86%吗？")
    assert asked.startswith("2021年新兴")
    assert "12345" not in asked
    assert "99.86" not in asked
    assert "鹤山" not in rewritten.text
    assert "新兴县" in squeeze(rewritten.text)


def test_a_name_broken_over_two_lines_is_renamed_too() -> None:
    rewritten = rewrite("关于鹤\n\n山市的报告", Edition(1, names={"鹤山": "台山"}))
    assert rewritten.text == "关于台山市的报告"


def test_a_kept_role_stays() -> None:
    rewritten = rewrite(REPORT, Edition(5, kept=frozenset({Role.NAME})))
    assert "12345" in rewritten.text
    assert "5G" in rewritten.text


def test_a_text_is_its_own_rewriting_when_unchanged() -> None:
    same = unchanged(REPORT)
    assert same.text == REPORT
    assert same.follow("共33个试点单位", "33个") == "33个"


@pytest.mark.parametrize(
    "quote", ["目前已实现 56 个事项两市通办", "数据已共享至江门市政务信息资源共享交换平台"]
)
def test_a_sentence_is_taken_out_whole(quote: str) -> None:
    shorter = without_sentence(REPORT, quote)
    assert shorter is not None
    assert squeeze(quote) not in squeeze(shorter)
    taken = len(squeeze(REPORT)) - len(squeeze(shorter))
    assert len(squeeze(quote)) <= taken < 200
    kept = next(
        place for place in range(len(REPORT)) if not shorter.startswith(REPORT[: place + 1])
    )
    assert REPORT[kept - 1] in "。！？；"
    assert shorter == REPORT[:kept] + REPORT[len(REPORT) - len(shorter) + kept :]
    assert REPORT[len(REPORT) - len(shorter) + kept - 1] in "。！？；"


def test_a_field_is_not_a_sentence() -> None:
    assert without_sentence(REPORT, "鹤政数〔2022〕17 号") is None
    assert without_sentence(REPORT, "不在报告里") is None


@given(st.text())
def test_squeezed_characters_lead_back_to_their_source(text: str) -> None:
    squeezed = Squeezed.of(text)
    assert len(squeezed.text) == len(squeezed.places)
    assert list(squeezed.places) == sorted(squeezed.places)
    assert squeezed.text == squeeze(squeezed.text) or not text.isascii()
