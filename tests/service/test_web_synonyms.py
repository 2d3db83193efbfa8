"""The page of synonyms, as it comes over HTTP: forms that need no script."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook, load_workbook

from index.document import SHANGHAI
from index.store.api_keys import ApiKeyDraft
from index.store.synonyms import Synonym
from service.desk import Desk
from service.http.application import build_application
from service.web.synonyms import DONE, MOST_BYTES
from tests.service.conftest import local_client

CSV = "口语词,规范用语\n夜市,夜间经济集聚区\n钱,费用\n"


@pytest.fixture
def client(own_desk: Desk) -> TestClient:
    client = local_client(own_desk)
    client.headers["accept"] = "text/html"
    return client


def kept(desk: Desk) -> dict[str, Synonym]:
    return {one.synonym.word: one.synonym for one in desk.knowledge_base.synonyms.all()}


def act(client: TestClient, action: str, word: str, **more: str) -> str:
    response = client.post("/synonyms", data={"word": word, "action": action, **more})
    assert response.status_code == 200, response.text
    return response.text


def test_one_is_added_changed_switched_off_and_deleted(client: TestClient, own_desk: Desk) -> None:
    page = act(client, "set", "夜市", official="夜间经济集聚区；夜间市场", note="本地")
    assert "已保存：夜市" in page
    assert kept(own_desk) == {"夜市": Synonym("夜市", ("夜间经济集聚区", "夜间市场"), "本地")}
    act(client, "set", "夜市", official="夜间经济集聚区", changes="true")
    assert "等同" in client.get("/synonyms?q=夜市").text
    act(client, "off", "夜市")
    assert "夜市" not in own_desk.lexicon.everyday
    act(client, "on", "夜市")
    assert own_desk.lexicon.everyday["夜市"] == ("夜间经济集聚区",)
    act(client, "remove", "夜市")
    assert kept(own_desk) == {}


def test_a_shipped_one_is_switched_off_and_its_own_again(
    client: TestClient, own_desk: Desk
) -> None:
    assert "删除" not in client.get("/synonyms?q=黑户").text
    assert "本站改过" in act(client, "off", "黑户", q="黑户")
    act(client, "on", "黑户")
    assert kept(own_desk) == {}  # it says what is shipped, and so nothing of the site's
    act(client, "set", "黑户", official="无户籍人员")
    act(client, "restore", "黑户")
    assert own_desk.lexicon.everyday["黑户"] == ("无户口人员",)


def test_what_cannot_stand_is_said_beside_what_was_typed(
    client: TestClient, own_desk: Desk
) -> None:
    typed = {"word": "最低生活保障", "action": "set", "official": "低保", "note": "<b>"}
    response = client.post("/synonyms", data=typed)
    assert response.status_code == 422
    assert "转了一圈" in response.text
    assert 'value="最低生活保障"' in response.text
    assert "&lt;b&gt;" in response.text
    assert kept(own_desk) == {}
    gone = client.post("/synonyms", data={"word": "夜市", "action": "remove"})
    assert (gone.status_code, "夜市" in gone.text) == (404, True)
    assert client.post("/synonyms", data={"word": "低保", "action": "x"}).status_code == 422


def test_the_list_is_searched_narrowed_and_paged(client: TestClient, own_desk: Desk) -> None:
    own_desk.knowledge_base.synonyms.put([Synonym("夜市", ("夜间经济集聚区",), "城东")], "李四")
    for q in ("夜市", "夜间经济", "城东"):
        page = client.get("/synonyms", params={"q": q}).text
        assert "找到 1 条" in page
        assert "李四" in page
    assert "找到 0 条" in client.get("/synonyms?q=没有的词").text
    own = client.get("/synonyms?own=true").text
    assert "夜市" in own
    assert "最低生活保障家庭" not in own
    first, second = client.get("/synonyms").text, client.get("/synonyms?page=2").text
    assert "page=2" in first
    assert "page=1" in second
    assert "<b>夜市</b>" in first  # what the site has set comes first
    assert client.get("/synonyms?page=9999").status_code == 200


def test_a_table_is_tried_and_then_taken_in_and_faulty_rows_are_told(
    client: TestClient, own_desk: Desk
) -> None:
    def send(action: str, name: str = "表.csv", content: str = CSV) -> tuple[int, str]:
        response = client.post(
            "/synonyms/table",
            data={"action": action},
            files={"file": (name, content.encode(), "text/csv")},
        )
        return response.status_code, response.text

    status, page = send("try")
    assert status == 200
    for words in ("预览“表.csv”", "新增 1 条", "1 行收不进", "第 3 行"):
        assert words in page
    assert kept(own_desk) == {}
    assert "1 行没有收进" in send("keep")[1]
    assert list(kept(own_desk)) == ["夜市"]
    assert "表.csv" in own_desk.knowledge_base.synonyms.all()[0].changed_by
    for name, content in (("表.txt", CSV), ("表.csv", "问题,答案\n一,二\n"), ("表.xlsx", "坏")):
        status, page = send("keep", name, content)
        assert status == 422
        assert 'role="alert"' in page


def test_a_table_that_unpacks_to_too_much_is_not_read(client: TestClient, own_desk: Desk) -> None:
    book = Workbook()
    book.active.append(["口语词", "规范用语"])
    book.active.append(["夜市", "夜间经济集聚区"])
    written = io.BytesIO()
    book.save(written)

    def send() -> tuple[int, str]:
        files = {"file": ("表.xlsx", written.getvalue())}
        response = client.post("/synonyms/table", data={"action": "try"}, files=files)
        return response.status_code, response.text

    assert send()[0] == 200
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as package:
        for number in range(32):  # no part of them swells by itself
            package.writestr(f"xl/media/{number}.bin", bytes(1 << 20))
    assert len(written.getvalue()) < MOST_BYTES
    status, page = send()
    assert (status, "展开后过大" in page) == (422, True)
    written.seek(0)
    written.write(bytes(MOST_BYTES + 1))
    assert "超过 4 MB" in send()[1]


def test_the_table_is_taken_away_as_a_file(client: TestClient, own_desk: Desk) -> None:
    own_desk.knowledge_base.synonyms.put([Synonym("夜市", ("夜间经济集聚区",))], "李四")
    everything = client.get("/synonyms/table.xlsx")
    assert "attachment" in everything.headers["content-disposition"]
    rows = list(load_workbook(io.BytesIO(everything.content)).active.values)
    assert len(rows) > 200
    own = client.get("/synonyms/table.csv?own=true").content.decode("utf-8-sig")
    assert own.splitlines()[1].startswith("夜市,夜间经济集聚区")
    assert client.get("/synonyms/table.exe").status_code == 404


def test_only_who_keeps_the_table_sees_and_changes_it(own_desk: Desk) -> None:
    away = TestClient(
        build_application(own_desk, own_desk.settings),
        base_url="http://10.0.0.1:8000",
        client=("10.0.0.7", 50000),
        headers={"accept": "text/html"},
    )
    now = datetime.now(SHANGHAI)
    change = {"word": "夜市", "action": "set", "official": "夜间经济集聚区"}
    for scopes, status in ((("ask", "read", "write"), 401), (("curate",), 200)):
        _, text = own_desk.knowledge_base.api_keys.create(ApiKeyDraft("张三", scopes), now)
        assert away.get("/synonyms", auth=("me", text)).status_code == status
        assert away.get("/synonyms/table.csv", auth=("me", text)).status_code == status
        assert away.post("/synonyms", data=change, auth=("me", text)).status_code == status
    assert away.get("/synonyms").headers["www-authenticate"].startswith("Basic")
    elsewhere = {"origin": "http://example.org"}
    refused = away.post("/synonyms", data=change, auth=("me", text), headers=elsewhere)
    assert refused.status_code == 403
    [one] = own_desk.knowledge_base.synonyms.all()
    assert one.changed_by.startswith("wenju_")  # the key, by its public part


def test_what_was_done_is_said_in_our_words_alone(client: TestClient) -> None:
    page = client.get("/synonyms", params={"done": "请打 96110 转账", "word": "<i>x</i>"}).text
    assert "96110" not in page
    assert "<i>" not in client.get("/synonyms", params={"done": "set", "word": "<i>x</i>"}).text
    assert set(DONE) == {"set", "off", "on", "remove", "restore"}


def test_the_set_up_page_leads_there(client: TestClient) -> None:
    assert 'href="/synonyms"' in client.get("/setup").text
