from index.sections import parse
from index.soundness import Fault, flaws


def faults(text: str) -> list[Fault]:
    return [flaw.fault for flaw in flaws(text, parse(text))]


SOUND = """示例市公园条例

第一编　总则

第一章　一般规定

第一条　为了建好公园，制定本条例。

第二条　公园分为下列三类：
（一）综合公园；
（二）专类公园；
（三）游园。

第二编　管理

第二章　开放

第三条　公园每天开放。

第三条之一　节假日延长开放。

第四条　本条例自2020年1月1日起施行。
"""


def test_a_law_whose_numbers_run_on_has_no_flaw_and_its_chapters_may_count_across_parts() -> None:
    assert faults(SOUND) == []


def test_a_missing_article_a_missing_item_and_a_missing_chapter_are_named() -> None:
    assert faults(SOUND.replace("第四条　本", "第六条　本")) == [Fault.ARTICLE_GAP]
    assert faults(SOUND.replace("（二）专类公园；\n", "")) == [Fault.ITEM_GAP]
    assert faults(SOUND.replace("第二章　开放", "第四章　开放")) == [Fault.CHAPTER_GAP]


def test_articles_before_the_first_chapter_are_misplaced() -> None:
    text = SOUND.replace("第一编　总则\n\n第一章　一般规定\n\n", "").replace("第二编　管理\n\n", "")
    assert Fault.MISPLACED in faults(text)


def test_an_article_without_words_is_named() -> None:
    assert faults(SOUND.replace("第三条　公园每天开放。", "第三条　")) == [Fault.ARTICLE_EMPTY]


def test_a_text_without_articles_has_no_numbering_to_check() -> None:
    assert faults("关于放假的通知\n\n一、放假三天。\n\n三、注意安全。\n") == []
