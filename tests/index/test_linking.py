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


def test_an_agency_under_another_name_is_still_the_one_meant(tmp_path: Path) -> None:
    rules = "示例市{what}\n\n（{year}年5月1日{issuer}公布）\n\n第一条　{words}\n"
    own = rules.format(
        what="资源登记办法", year=2012, issuer="示例市国土资源局", words="登记费80元。"
    )
    other = rules.format(what="资源登记办法", year=2013, issuer="乙市公安局", words="不收费。")
    citing = rules.format(
        what="收费规定",
        year=2020,
        issuer="示例市自然资源局",
        words="依照《示例市资源登记办法》第一条收取。",
    )
    ids = add(tmp_path, [own, other, citing])
    issuers = ["示例市国土资源局", "乙市公安局", "示例市自然资源局"]
    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        for one, issuer in zip(ids, issuers, strict=True):
            base.edit(one, {"issuer": issuer})
        [named] = [one for one in links(base, base.document(ids[-1]), DAY) if one.reference.title]
        assert named.target is not None
        assert named.target.document.id == ids[0]
