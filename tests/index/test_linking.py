from datetime import date
from pathlib import Path

from index.document import Document
from index.knowledge_base import KnowledgeBase
from index.linking import Link, links
from tests.index.test_succession import FIRST, SECOND, add

DEPOSITS = """示例市押金管理规定

（2019年5月1日示例市人民政府令第30号公布）

第一条　押金依照《示例市共享单车管理办法》第二条和《示例市没有的办法》第三条收取。

第二条　前条的押金应当退还。
"""
DAY = date(2025, 1, 1)


def linked(directory: Path, texts: list[str], on: date) -> list[Link]:
    *_, last = add(directory, texts)
    with KnowledgeBase.open(directory, None, follow=False) as base:
        return links(base, base.document(last), on)


def test_a_reference_leads_to_the_article_of_the_version_in_force_on_the_day(
    tmp_path: Path,
) -> None:
    [named, *_] = linked(tmp_path, [FIRST, SECOND, DEPOSITS], DAY)
    assert named.target is not None
    assert named.target.span is not None
    assert "200元" in named.target.span.of(named.target.document.text)
    assert named.target.locator == "第二条"


def test_on_an_earlier_day_it_leads_to_the_version_of_then(tmp_path: Path) -> None:
    [named, *_] = linked(tmp_path, [FIRST, SECOND, DEPOSITS], date(2015, 1, 1))
    assert named.target is not None
    assert named.target.span is not None
    assert "300元" in named.target.span.of(named.target.document.text)


def test_what_is_not_there_has_no_target_and_what_stands_before_is_in_the_same_text(
    tmp_path: Path,
) -> None:
    [_, missing, near] = linked(tmp_path, [SECOND, DEPOSITS], DAY)
    assert missing.target is None
    assert near.target is not None
    assert near.target.locator == "第一条"


def test_a_target_that_the_reader_may_not_see_is_not_betrayed(tmp_path: Path) -> None:
    *_, last = add(tmp_path, [SECOND, DEPOSITS])
    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        document = base.document(last)

        def sees(other: Document) -> bool:
            return other.id == last

        assert links(base, document, DAY, sees)[0].target is None
        assert links(base, document, DAY)[0].target is not None
