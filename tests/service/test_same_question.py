import pytest

from service.same_question import is_same_question


@pytest.mark.parametrize(
    ("asked", "wording"),
    [
        ("请问停水什么时候恢复呀", "停水几时恢复？"),
        ("我想问一下公积金如何提取呢", "公积金怎么提取"),
        ("身份证可以异地办吗", "能不能异地办理身份证"),
        ("办理护照需要哪些材料？", "办护照要什么材料"),
        ("公交老人免费吗", "老人公交免费吗"),
        ("图书馆几点钟开放", "图书馆几点开放"),
        ("點樣提取公積金", "公积金怎样提取"),
    ],
)
def test_politeness_order_and_ways_of_asking_change_no_question(asked: str, wording: str) -> None:
    assert is_same_question(asked, wording)


@pytest.mark.parametrize(
    ("asked", "wording"),
    [
        ("办事大厅几点开门", "办事大厅几点关门"),
        ("办事大厅几点开门", "办事大厅周末开门吗"),
        ("能提取公积金吗", "不能提取公积金吗"),
        ("公积金提取多久到账", "公积金提取多少钱到账"),
        ("2025年补贴怎么领", "2026年补贴怎么领"),
        ("社保从外地转到本地怎么办", "社保从本地转到外地怎么办"),
        ("图书馆什么时候开放", "图书馆几点开放"),
        ("怎么办", "能办吗"),
        ("多少", "多少"),
    ],
)
def test_a_word_more_or_less_makes_another_question(asked: str, wording: str) -> None:
    assert not is_same_question(asked, wording)
