"""Synonyms over HTTP."""

from __future__ import annotations

import pytest

from index.store.gaps import Miss
from service.desk import Desk
from service.http.schemas.synonyms import (
    SynonymImportShape,
    SynonymListShape,
    SynonymShape,
    WantedWordsShape,
)
from tests.service.conftest import local_client
from tests.service.problems import check_problem


def test_a_synonym_is_set_shown_switched_off_and_taken_back(own_desk: Desk) -> None:
    client = local_client(own_desk)
    path = "/api/synonyms/夜市"
    check_problem(client.get(path), 404, "synonym_not_found")
    made = client.put(path, json={"official": ["夜间经济集聚区"], "note": "本地"})
    shape = SynonymShape.model_validate_json(made.content)
    assert (shape.word, shape.origin, shape.changed_by) == ("夜市", "site", "local")
    assert client.get(path).json() == made.json()
    assert own_desk.lexicon.everyday["夜市"] == ("夜间经济集聚区",)
    off = client.put(path, json={"official": [], "enabled": False})
    assert off.json()["enabled"] is False
    assert "夜市" not in own_desk.lexicon.everyday
    assert client.delete(path).status_code == 204
    check_problem(client.delete(path), 404, "synonym_not_found")


def test_the_table_comes_in_parts_and_shipped_words_with_it(own_desk: Desk) -> None:
    client = local_client(own_desk)
    client.put("/api/synonyms/低保", json={"official": ["最低生活保障金"]})
    words: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        response = client.get("/api/synonyms", params={"limit": 100, **cursor})
        listed = SynonymListShape.model_validate_json(response.content)
        words += [one.word for one in listed.synonyms]
        if listed.next is None:
            break
        cursor = {"cursor": listed.next}
    assert len(words) == len(set(words)) > 200
    own = client.get("/api/synonyms", params={"own": "true"}).json()["synonyms"]
    assert [(one["word"], one["origin"]) for one in own] == [("低保", "changed")]


@pytest.mark.parametrize(
    ("word", "body", "code"),
    [
        ("低保", {"official": ["低保"]}, "same_word"),
        ("最低生活保障", {"official": ["低保"]}, "circular_synonym"),
        ("请问", {"official": ["询问"]}, "ignored_word"),
        ("低" * 21, {"official": ["最低生活保障"]}, "word_too_long"),
        ("低保", {"official": []}, "no_official_word"),
        ("低保", {"official": "最低生活保障"}, "invalid_field"),
        ("低保", {}, "missing_field"),
        ("低保", {"official": ["最低生活保障"], "by": "我"}, "unknown_field"),
    ],
)
def test_what_makes_no_synonym_is_refused(
    own_desk: Desk, word: str, body: dict[str, object], code: str
) -> None:
    check_problem(local_client(own_desk).put(f"/api/synonyms/{word}", json=body), 422, code)


def test_a_line_without_a_note_leaves_it_and_null_clears_it(own_desk: Desk) -> None:
    client = local_client(own_desk)
    client.put("/api/synonyms/夜市", json={"official": ["夜间市场"], "note": "城东"})
    line: dict[str, object] = {"word": "夜市", "official": ["夜间经济集聚区"]}
    client.post("/api/synonyms", json={"synonyms": [line]})
    assert client.get("/api/synonyms/夜市").json()["note"] == "城东"
    client.post("/api/synonyms", json={"synonyms": [{**line, "note": None}]})
    assert client.get("/api/synonyms/夜市").json()["note"] is None


def test_several_come_in_at_once_and_rejected_lines_are_told(own_desk: Desk) -> None:
    lines = [
        {"word": "夜市", "official": ["夜间经济集聚区"]},
        {"word": "钱", "official": ["费用"]},
    ]
    response = local_client(own_desk).post("/api/synonyms", json={"synonyms": lines})
    done = SynonymImportShape.model_validate_json(response.content)
    assert (done.added, [(one.row, one.code) for one in done.rejected]) == (
        1,
        [(2, "word_too_short")],
    )


def test_words_that_no_document_has_are_told(own_desk: Desk) -> None:
    own_desk.knowledge_base.gaps.record([Miss("宵夜能摆到几点", "no_basis", "web")])
    response = local_client(own_desk).get("/api/synonyms/wanted")
    told = WantedWordsShape.model_validate_json(response.content)
    assert ("宵夜", 1) in [(one.word, one.times) for one in told.words]
