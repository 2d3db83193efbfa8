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
