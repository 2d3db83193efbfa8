"""What a document refers to and how it is built, over HTTP and on the command line."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from index.document import Disclosure, Metadata
from service.cli.application import main
from service.desk import Channel, Desk
from service.http.schemas.guide import GuideShape
from service.http.schemas.references import ReferencesShape
from service.presentation import today
from service.references import shown_references
from tests.index.test_elements import LETTER, MINUTES
from tests.index.test_guide import HEADED
from tests.index.test_linking import DEPOSITS
from tests.index.test_succession import FIRST, SECOND
from tests.service.conftest import local_client


@pytest.fixture
def submit(own_desk: Desk, work: Callable[[], None]) -> Callable[..., str]:
    def run(text: str, name: str, known: Metadata | None = None) -> str:
        job = own_desk.knowledge_base.submit(text.encode(), name, known)
        work()
        return str(own_desk.knowledge_base.job(job.id).document_id)

    return run


def test_references_come_with_what_they_lead_to_on_the_day(
    own_desk: Desk, submit: Callable[..., str]
) -> None:
    old, new, rules = submit(FIRST, "旧.txt"), submit(SECOND, "新.txt"), submit(DEPOSITS, "押.txt")
    client = local_client(own_desk)
    answer = client.get(f"/api/documents/{rules}/references")
    ReferencesShape.model_validate_json(answer.content)
    first, missing, near = answer.json()["references"]
    assert (first["target"]["document_id"], first["steps"]) == (new, ["第二条"])
    text = client.get(f"/api/documents/{new}/text").text
    assert "200元" in text[first["target"]["start"] : first["target"]["end"]]
    assert missing["target"] is None
    assert (near["target"]["document_id"], near["target"]["locator"]) == (rules, "第一条")
    then = client.get(f"/api/documents/{rules}/references", params={"as_of": "2015-01-01"}).json()
    assert then["references"][0]["target"]["document_id"] == old


def test_a_hidden_target_is_not_betrayed(own_desk: Desk, submit: Callable[..., str]) -> None:
    submit(SECOND, "新.txt", Metadata("", disclosure=Disclosure.INTERNAL))
    rules = submit(DEPOSITS, "押.txt")
    base = own_desk.knowledge_base
    shown = shown_references(
        base,
        base.document(rules),
        today(),
        lambda one: own_desk.may_see(one, Channel.WECHAT),
    )
    assert shown["references"][0]["target"] is None
    assert local_client(own_desk).get("/api/documents/none/references").status_code == 404


def test_the_fields_of_a_guide_are_given_with_their_place(
    own_desk: Desk, submit: Callable[..., str]
) -> None:
    guide = submit(HEADED, "指南.txt")
    client = local_client(own_desk)
    answer = client.get(f"/api/documents/{guide}/fields")
    GuideShape.model_validate_json(answer.content)
    [service] = answer.json()["services"]
    fee = next(one for one in service["fields"] if one["field"] == "fee")
    text = client.get(f"/api/documents/{guide}/text").text
    assert (fee["name"], fee["quote"]) == ("费用", text[fee["start"] : fee["end"]])
    notice = submit(FIRST, "办法.txt")
    empty = {"services": [], "pairs": [], "official": None}
    assert client.get(f"/api/documents/{notice}/fields").json() == empty


def test_the_elements_of_an_official_text_are_given_with_their_place(
    own_desk: Desk, submit: Callable[..., str]
) -> None:
    letter = submit(LETTER, "复函.txt")
    client = local_client(own_desk)
    answer = client.get(f"/api/documents/{letter}/fields")
    GuideShape.model_validate_json(answer.content)
    official = answer.json()["official"]
    assert (official["form"], official["name"]) == ("letter", "信函格式")
    text = client.get(f"/api/documents/{letter}/text").text
    for one in official["elements"]:
        assert one["quote"] == text[one["start"] : one["end"]]
    assert [one["day"] for one in official["elements"] if one["name"] == "成文日期"] == [
        "2020-02-03"
    ]


def test_show_prints_fields_and_when_asked_references(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WENJU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("WENJU_MODEL", "demo")
    texts = {"指南.txt": HEADED, "押.txt": DEPOSITS, "纪要.txt": MINUTES}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["add", *(str(tmp_path / name) for name in texts), "--no-wait"]) == 0
    added = capsys.readouterr().out.splitlines()[:3]
    guide, rules, minutes = (line.split("　")[0] for line in added)
    assert main(["show", guide]) == 0
    assert "费用：不收费。" in capsys.readouterr().out
    assert main(["show", rules, "--references"]) == 0
    shown = capsys.readouterr().out
    assert "前条　→　本文件第一条" in shown
    assert "知识库里没有找到" in shown
    assert main(["show", minutes]) == 0
    shown = capsys.readouterr().out
    assert "公文：纪要格式" in shown
    assert "列席：钱八（示例市财政局）" in shown


def test_references_are_links_on_the_page_of_a_document(
    own_desk: Desk, submit: Callable[..., str]
) -> None:
    new, rules = submit(SECOND, "新.txt"), submit(DEPOSITS, "押.txt")
    client = local_client(own_desk)
    links = _links(client.get(f"/documents/{rules}").text)
    [(named, says), (near, _)] = links
    assert says == "《示例市共享单车管理办法》第二条"
    assert named.startswith(f"/documents/{new}?start=")
    assert named.endswith("#quote")
    shown = client.get(named).text
    assert "200元" in shown[shown.index('id="quote"') :]
    text = client.get(f"/api/documents/{rules}/text").text
    assert text[int(near.removeprefix("#p")) :].startswith("第一条")


def test_a_text_that_the_reader_may_not_see_is_no_link(
    own_desk: Desk, submit: Callable[..., str]
) -> None:
    submit(SECOND, "新.txt", Metadata("", disclosure=Disclosure.INTERNAL))
    rules = submit(DEPOSITS, "押.txt")
    [(near, says)] = _links(local_client(own_desk).get(f"/documents/{rules}").text)
    assert near.startswith("#p")
    assert "共享单车" not in says


def _links(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<a class="reference" href="([^"]*)" title="([^"]*)">', page)
    return [(unescape(href), unescape(title)) for href, title in found]
