from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from eval.datasets import Half
from eval.training.examples import Group
from eval.training.library import HEBEI, NCP, Library
from eval.training.passages import holds, key_of
from eval.training.pools import Pools, find_squeezed
from eval.training.train import build_indexes
from eval.training.written import load_written, place, trains

TOPICS = [
    f"{place}县{thing}" for place in "甲乙丙丁戊己" for thing in ("补贴", "年检", "学费", "车辆")
]


def policy(topic: str) -> str:
    number = TOPICS.index(topic)
    return (
        f"关于{topic}的通知 一、对象。{topic}面向全县居民，由有关部门负责。{words(number, 1)}"
        f"二、期限。申请{topic}，在{len(topic) + number}个工作日内办结。{words(number, 2)}"
        f"三、材料。办理{topic}要带身份证明、申请表和近期照片，不齐的一次告知。{words(number, 3)}"
        f"四、提醒。办理{topic}要带身份证明、申请表和近期照片。{words(number, 4)}"
    )


def words(number: int, part: int) -> str:
    """Return sentences that no other document has."""
    choose = random.Random(f"{number}/{part}")  # noqa: S311 - a choice, no secret
    return "".join(chr(choose.randrange(0x4E00, 0x9000)) for _ in range(200)) + "。"


def lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    texts = [policy(topic) for topic in TOPICS]
    lines(folder / "ncp/documents.jsonl", [{"id": str(n), "text": t} for n, t in enumerate(texts)])
    days = [f"{len(topic) + number}个工作日" for number, topic in enumerate(TOPICS)]
    lines(
        folder / "ncp/questions.jsonl",
        [
            {"id": f"q{n}", "question": f"{t}几天办完？", "answer": days[n], "documents": [str(n)]}
            for n, t in enumerate(TOPICS)
        ],
    )
    lines(folder / "ncp/unanswerable.jsonl", [{"id": f"u{n}", "question": "谁"} for n in range(9)])
    hebei = [f"{text}另外，本县还有别的规定。" for text in texts]
    lines(folder / HEBEI, [{"title": t, "text": x} for t, x in zip(TOPICS, hebei, strict=True)])
    laws = [f"法{number}" for number in range(12)]
    lines(
        folder / "stard/articles.jsonl",
        [
            {"id": 2 * n + part, "law": law, "article": f"第{n}条", "text": f"{law}管{part}。" * 9}
            for n, law in enumerate(laws)
            for part in range(2)
        ],
    )
    lines(
        folder / "stard/questions.jsonl",
        [
            {"id": n, "question": f"{law}管什么？", "articles": [2 * n]}
            for n, law in enumerate(laws)
        ],
    )
    for name in ("cmrc_trial", "drcd_dev", "cjrc_dev", "cjrc_test"):
        lines(folder / f"reading/{name}.jsonl", [])
    for name in ("dureader_checklist", "dureader_robust"):
        lines(folder / f"reading/{name}.jsonl", [])
    asked = [
        {
            "id": f"w{number}",
            "source": HEBEI,
            "document": key_of(text),
            "question": f"{TOPICS[number]}要带什么？",
            "start": text.index("身份证明"),
            "end": text.index("，不齐"),
        }
        for number, text in enumerate(hebei)
    ]
    lines(tmp_path / "written/a.jsonl", asked)
    return folder


@pytest.fixture
def library(data: Path) -> Library:
    return Library(data)


def groups(library: Library, data: Path, folder: Path) -> list[Group]:
    pools = Pools(data, library, build_indexes(library, folder / "indexes"))
    asked = [one for one in load_written(folder / "written") if trains(one, library)]
    makers = pools.makers(list(place(asked, library)))
    choose = random.Random(3)  # noqa: S311 - a choice, no secret
    made = [maker(choose) for pool in makers.values() for maker in pool]
    return [group for group in made if group is not None]


def test_nothing_that_is_kept_for_measuring_is_trained_on(
    library: Library, data: Path, tmp_path: Path
) -> None:
    trained = {
        example.passage.document
        for group in groups(library, data, tmp_path)
        for example in group.examples
    }
    kept = {
        text.key
        for source in (NCP, HEBEI)
        for text in library.policy_texts(training=False, sources=(source,))
        if not library.trains(source, text.key)
    }
    laws = {str(one.id) for one in library.statutes.articles if not library.trains_statute(one.law)}
    assert kept
    assert laws
    assert not trained & (kept | laws)


def test_no_article_that_measuring_asks_for_is_asked_for_in_training(
    library: Library, data: Path, tmp_path: Path
) -> None:
    asked = {
        article
        for question in library.statutes.half(Half.HELD_OUT)
        for article in question.articles
    }
    trained = {
        int(group.examples[0].passage.document)
        for group in groups(library, data, tmp_path)
        if group.source == "stard"
    }
    assert asked
    assert trained
    assert not trained & asked
    texts = [one.text for one in library.statutes.articles if one.id in asked]
    assert not any(library.halves.trains_passage(f"第一条 {text}") for text in texts)


def test_wrong_passages_do_not_hold_the_answer(
    library: Library, data: Path, tmp_path: Path
) -> None:
    made = groups(library, data, tmp_path)
    assert {"written", "ncp", "stard", "counterfactual"} <= {group.source for group in made}
    for group in made:
        right, *others = group.examples
        if right.span is not None:
            answer = right.span.of(right.passage.text)
            assert not any(holds(other.passage.text, answer) for other in others)


def test_written_answers_are_found_where_they_were_marked(library: Library, tmp_path: Path) -> None:
    placed = list(place(load_written(tmp_path / "written"), library))
    assert len(placed) == len(TOPICS)
    assert {one.answer for one in placed} == {"身份证明、申请表和近期照片"}


def test_white_space_does_not_keep_an_answer_from_being_found() -> None:
    text = "办理期限为 12 个\n工作日。"
    span = find_squeezed(text, "12个工作日")
    assert span is not None
    assert span.of(text) == "12 个\n工作日"
