"""A question about today's agency finds yesterday's document, and says which agency it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from index.document import Metadata
from service.desk import Channel, Desk, RequestFilter
from tests.service.conftest import local_client

RULES = """旅行社服务规范

（2012年3月1日国家旅游局令第33号公布　自2012年5月1日起施行）

第一条　旅行社应当在出团前{days}日告知游客行程。

第二条　本规范自2012年5月1日起施行。
"""
QUESTION = "旅行社应当在出团前几日告知游客行程？"


@pytest.fixture
def renamed(own_desk: Desk, work: Callable[[], None]) -> Desk:
    known = Metadata("", issuer="国家旅游局", issued_on=date(2012, 3, 1))
    own_desk.knowledge_base.submit(RULES.format(days=3).encode(), "规范.txt", known)
    work()
    return own_desk


def test_todays_agency_finds_the_document_and_the_answer_says_whose_it_was(renamed: Desk) -> None:
    for wanted in ("文化和旅游部", "文旅部", "国家旅游局"):
        asked = {"question": QUESTION, "filter": {"issuers": [wanted]}}
        answer = local_client(renamed).post("/api/answer", json=asked).json()
        assert answer["answer"] == "3日", wanted
        assert answer["citations"][0]["issuer"] == "国家旅游局"  # as the document has it
        [notice] = [one for one in answer["notices"] if one["kind"] == "former_agency"]
        assert notice["message"] == "国家旅游局是原机关名称，其职责2018年起由文化和旅游部承接。"


def test_another_agency_does_not_find_it(renamed: Desk) -> None:
    for wanted in ("公安部", "文化部"):
        filter_ = RequestFilter(issuers=frozenset({wanted}))
        answer = renamed.ask(QUESTION, filter_=filter_, channel=Channel.CLI)
        assert not answer.citations


def test_before_the_reform_nothing_is_said_of_it(renamed: Desk) -> None:
    answer = renamed.ask(QUESTION, as_of=date(2015, 1, 1), channel=Channel.CLI)
    assert answer.citations
    assert "former_agency" not in {one.kind for one in answer.notices}


REPORT_OF_OFFICE = """示例市政务服务数据管理局2022年工作总结

　　一、全年开展业务培训12场，参训人员356人次。

　　二、新增自助服务终端28台。

示例市政务服务数据管理局
2022年11月21日
"""


@pytest.fixture
def office(own_desk: Desk, work: Callable[[], None]) -> Desk:
    known = Metadata("", issuer="示例市政务服务数据管理局", issued_on=date(2022, 11, 21))
    own_desk.knowledge_base.submit(REPORT_OF_OFFICE.encode(), "总结.txt", known)
    work()
    return own_desk


@pytest.mark.parametrize(
    "named",
    ["示例市政务服务和数据管理局", "市政务服务和数据管理局", "政务服务和数据管理局"],
)
def test_a_question_that_names_todays_agency_reaches_what_it_was(office: Desk, named: str) -> None:
    question = f"{named}全年开展业务培训多少场？"
    answer = office.ask(question, channel=Channel.CLI)
    assert answer.answer == "12场"
    assert answer.question == question
    [notice] = [one for one in answer.notices if one.kind == "former_agency"]
    assert notice.message.startswith("依据由示例市政务服务数据管理局发布")
    assert notice.message.endswith("请核实。")


def test_where_nobody_names_the_new_agency_a_likely_change_is_not_told(office: Desk) -> None:
    answer = office.ask("示例市政务服务数据管理局全年开展业务培训多少场？", channel=Channel.CLI)
    assert answer.answer == "12场"
    assert not [one for one in answer.notices if one.kind == "former_agency"]


def test_an_agency_of_elsewhere_does_not_reach_it(office: Desk) -> None:
    answer = office.ask("江门市政务服务和数据管理局全年开展业务培训多少场？", channel=Channel.CLI)
    assert answer.answer is None


def test_what_todays_agency_issued_itself_comes_first(
    office: Desk, work: Callable[[], None]
) -> None:
    known = Metadata("", issuer="示例市政务服务和数据管理局", issued_on=date(2024, 11, 21))
    text = REPORT_OF_OFFICE.replace("12场", "31场").replace("服务数据", "服务和数据")
    text = text.replace("2022年", "2024年").replace("新增自助服务终端28台", "修缮大厅2处")
    office.knowledge_base.submit(text.encode(), "新总结.txt", known)
    work()
    for question, expected in (
        ("全年开展业务培训多少场？", "31场"),
        ("新增自助服务终端多少台？", "28台"),
    ):
        answer = office.ask(f"示例市政务服务和数据管理局{question}", channel=Channel.CLI)
        assert answer.answer == expected
