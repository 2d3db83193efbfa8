"""公开属性: every public channel is asked for what is not public, and finds nothing of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.document import SHANGHAI, Disclosure, Metadata, Span
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.store.chat_tasks import Incoming
from index.store.curated import Draft
from index.store.wording import Basis
from service.chat.attendant import Attendant, Audience
from service.chat.wishes import said
from service.desk import Channel, Desk
from service.http.application import build_application
from service.mcp_server.protocol import build_server
from service.mcp_server.tools import Toolbox
from service.phone import PhoneStyle
from service.settings import Settings
from tests.index.test_succession import FIRST, rules
from tests.service.conftest import worker
from tests.service.test_mcp import call, text_of

HIDDEN = """示例市{name}手册

{number}

第一条　{name}的口令每{days}天更换一次，存放在{room}室。

第二条　本手册不得外传。
"""
SUCCESSOR = rules("2018年5月1日", 217, effective="2018年7月1日", serial=21)
REPEALING = """示例市绝密废止令

第一条　第8号令《示例市共享单车管理办法》自2099年1月1日起废止，同时废止《示例市共享单车管理办法》。

第二条　本令自2099年1月1日起施行。
"""
QUESTIONS = (
    "雨伞库的口令多久更换一次？",
    "雨伞库的口令存放在哪个房间？",
    "示例市雨伞库手册有哪些规定？",
    "示内发〔2031〕77号是什么文件？",
    "风筝房的口令多久更换一次？",
    "示例市风筝房手册",
    "灯笼架的口令多久更换一次？",
    "谁保管备用钥匙？",
    "共享单车的押金是多少元？",
    "《示例市共享单车管理办法》被什么废止？",
)
SECRETS = (  # of the documents and answers, in any wording; not those the questions bring
    "173天",
    "4519室",
    "288天",
    "6620室",
    "赵钱孙",
    "217元",
    "绝密废止令",
)
NAMES = ("雨伞库手册", "风筝房手册", "示内发〔2031〕77号", "示内发〔2031〕78号")  # unless asked for
MOMENT = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
Ask = Callable[[str], str]


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, dict[str, str]]]:
    """Public documents, and beside them internal ones, some on request, one that says nothing."""
    directory = tmp_path_factory.mktemp("hidden")
    handbooks = {
        "internal": ("雨伞库", 173, 4519, "示内发〔2031〕77号", Disclosure.INTERNAL),
        "on_request": ("风筝房", 288, 6620, "示内发〔2031〕78号", Disclosure.ON_REQUEST),
        "unknown": ("灯笼架", 395, 8834, "示内发〔2031〕79号", Disclosure.UNKNOWN),
    }
    with KnowledgeBase.open(directory, None, follow=False) as base:
        jobs = {
            name: base.submit(
                HIDDEN.format(name=what, days=days, room=room, number=number).encode(),
                f"{what}.txt",
                Metadata("", disclosure=disclosure),
            ).id
            for name, (what, days, room, number, disclosure) in handbooks.items()
        }
        public = Metadata("", disclosure=Disclosure.PUBLIC)
        internal = Metadata("", disclosure=Disclosure.INTERNAL)
        jobs["public"] = base.submit(FIRST.encode(), "单车.txt", public).id
        jobs["successor"] = base.submit(REPEALING.encode(), "废止.txt", internal).id
    worker(directory).run_until_idle()
    with KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base:
        ids = {name: str(base.job(job_id).document_id) for name, job_id in jobs.items()}
        base.edit(ids["public"], {"replaced_by": ["示例市雨伞库手册", "公开的新办法"]})
        kept = Draft("谁保管备用钥匙？", "赵钱孙保管。", disclosure=Disclosure.INTERNAL)
        base.curated.add(kept)
        basis = Basis(ids["internal"], Span(0, 8))
        base.curated.add(Draft("备用钥匙谁管？", "赵钱孙管。", basis=basis))
        yield Desk(Settings(data_dir=directory, region="示例市"), base), ids


def anonymous(desk: Desk) -> TestClient:
    """Somebody on another machine, without a key."""
    return TestClient(
        build_application(desk, desk.settings),
        base_url="http://10.0.0.1:8000",
        client=("10.0.0.7", 50000),
        raise_server_exceptions=False,
    )


def http_channels(desk: Desk) -> dict[str, Ask]:
    client = anonymous(desk)

    def get(path: str) -> Ask:
        return lambda question: client.get(path, params={"q": question, "query": question}).text

    def post(path: str, body: Callable[[str], Any], **headers: str) -> Ask:
        return lambda question: client.post(path, json=body(question), headers=headers).text

    chat = {"model": "wenju", "stream": True}
    return {
        "answer": post("/api/answer", lambda question: {"question": question}),
        "stream": post(
            "/api/answer", lambda question: {"question": question}, accept="text/event-stream"
        ),
        "batch": post("/api/answers", lambda question: {"questions": [{"question": question}] * 2}),
        "search": get("/api/search"),
        "documents": get("/api/documents"),
        "suggestions": get("/api/suggestions"),
        "page of documents": get("/documents"),
        "front page": get("/"),
        "openai": post(
            "/v1/chat/completions",
            lambda question: {
                "model": "wenju",
                "messages": [{"role": "user", "content": question}],
            },
        ),
        "openai, streaming": post(
            "/v1/chat/completions",
            lambda question: {**chat, "messages": [{"role": "user", "content": question}]},
        ),
    }


def mcp_channels(desk: Desk) -> dict[str, Ask]:
    server = build_server(Toolbox(desk))

    def tool(name: str, argument: str) -> Ask:
        def ask(question: str) -> str:
            result = call(server, name, **{argument: question})
            return text_of(result) + json.dumps(result.structured_content, ensure_ascii=False)

        return ask

    return {
        "mcp ask": tool("ask", "question"),
        "mcp search": tool("search", "query"),
        "mcp list": tool("list", "query"),
    }


def chat_channels(desk: Desk) -> dict[str, Ask]:
    def chat(channel: Channel) -> Ask:
        style = PhoneStyle(desk.settings.public_url)
        attendant = Attendant(desk, Audience(channel), style, lambda: desk.suggestions(6))
        base = desk.knowledge_base
        numbers = iter(range(10_000))

        def ask(question: str) -> str:
            replies = []
            for words in (question, "依据", "菜单", "继续"):
                key = f"{channel}:{next(numbers)}"
                incoming = Incoming(key, f"{channel}:somebody", words, MOMENT)
                claim = base.chat_tasks.claim(incoming, "here", MOMENT)
                assert claim is not None
                reply = attendant.attend(claim.task, said(words), MOMENT)
                base.chat_tasks.finish(key, reply.reply, MOMENT, reply.exchange)
                replies.append(reply.reply)
            return "\n".join(replies)

        return ask

    wanted = (Channel.WECHAT, Channel.WECOM, Channel.WECOM_SERVICE)
    return {channel.value: chat(channel) for channel in wanted}


CHANNELS = (http_channels, mcp_channels, chat_channels)


@pytest.mark.parametrize("channels", CHANNELS)
def test_no_channel_tells_what_is_internal_or_on_request(
    channels: Callable[[Desk], dict[str, Ask]], hidden: tuple[Desk, dict[str, str]]
) -> None:
    desk, ids = hidden
    for name, ask in channels(desk).items():
        for question in QUESTIONS:
            told = ask(question)
            assert told, name
            named = [one for one in NAMES if one not in question]
            found = [one for one in (*SECRETS, *named) if one in told]
            found += [one for one in ("internal", "on_request", "successor") if ids[one] in told]
            assert not found, (name, question, told)


def test_what_is_not_public_is_not_there_under_its_own_address(
    hidden: tuple[Desk, dict[str, str]],
) -> None:
    desk, ids = hidden
    client = anonymous(desk)
    paths = list(client.get("/openapi.json").json()["paths"])
    about = [path for path in paths if "{document_id}" in path]
    assert len(about) >= 4
    for name in ("internal", "on_request", "successor"):
        for path in [*about, "/documents/{document_id}", "/documents/{document_id}/original"]:
            address = path.replace("{document_id}", ids[name]).replace("{page}", "1")
            answer = client.get(address)
            assert answer.status_code in {401, 403, 404}, address
            assert not [one for one in (*SECRETS, *NAMES) if one in answer.text], address


def test_what_is_public_does_not_tell_the_names_of_what_is_not(
    hidden: tuple[Desk, dict[str, str]],
) -> None:
    desk, ids = hidden
    client = anonymous(desk)
    shown = client.get(f"/api/documents/{ids['public']}")
    assert shown.json()["metadata"]["replaced_by"] == ["公开的新办法"]
    for path in (f"/api/documents/{ids['public']}", f"/documents/{ids['public']}"):
        assert not [one for one in (*SECRETS, *NAMES) if one in client.get(path).text], path


def test_who_may_see_everything_finds_it(hidden: tuple[Desk, dict[str, str]]) -> None:
    desk, ids = hidden  # else the tests above would show nothing
    for question, name in ((QUESTIONS[0], "internal"), (QUESTIONS[4], "on_request")):
        answer = desk.ask(question, channel=Channel.HTTP, sees_internal=True)
        assert ids[name] in {one.document_id for one in answer.citations}
    assert desk.ask(QUESTIONS[7], channel=Channel.CLI).answer == "赵钱孙保管。"


@pytest.mark.parametrize("setting", ["public", "internal"])
def test_what_says_nothing_counts_as_the_site_says(
    setting: str, hidden: tuple[Desk, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, ids = hidden
    monkeypatch.setenv("WENJU_UNKNOWN_DISCLOSURE", setting)
    desk = Desk(Settings(data_dir=given.settings.data_dir), given.knowledge_base)
    question = "灯笼架的口令多久更换一次？"
    told = {
        name: ask(question)
        for channels in CHANNELS
        for name, ask in channels(desk).items()
        if name not in {"suggestions", "front page", "page of documents", "documents", "mcp list"}
    }
    for name, words in told.items():
        assert ("395天" in words) is (setting == "public"), name
    shown = anonymous(desk).get(f"/api/documents/{ids['unknown']}")
    assert shown.status_code == (200 if setting == "public" else 404)


def test_the_way_of_disclosure_is_read_from_the_document_itself(tmp_path: Path) -> None:
    said_so = {
        "公开方式：主动公开": Disclosure.PUBLIC,
        "公开属性：依申请公开": Disclosure.ON_REQUEST,
        "公开选项：不予公开": Disclosure.INTERNAL,
        "（此件公开发布）": Disclosure.PUBLIC,
        "（此件不公开）": Disclosure.INTERNAL,
        "（此件依申请公开）": Disclosure.ON_REQUEST,
    }
    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        for number, line in enumerate(said_so):
            text = (
                f"关于第{number}号事项的通知\n\n各镇人民政府：\n\n　　现将有关事项通知如下。"
                f"\n\n示例市人民政府\n2025年3月{number + 1}日\n\n{line}\n"
            )
            base.submit(text.encode(), f"{number}.txt")
    worker(tmp_path).run_until_idle()
    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        read = {one.source: one.metadata.disclosure for one in base.documents()}
    assert [read[f"{number}.txt"] for number in range(len(said_so))] == [*said_so.values()]
