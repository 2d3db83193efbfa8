"""What is learnt from: which passages of a set are right, and what a fold of it holds."""

from __future__ import annotations

import numpy as np

from eval.fitting.question_sets import QuestionSet, Sought, right_places
from eval.fitting.training_sets import embedded
from eval.progress import Progress
from index.chunk import chunk
from index.embedding.demo import DemoEmbedder
from index.read import read_document

ARTICLES = "".join(f"第{n}条 办理第{n}项应当提交材料{n}份。\n" for n in "一二三四五六七八九")
DOCUMENTS = [
    read_document(f"甲办法\n{ARTICLES}".encode(), "甲.txt"),
    read_document(f"乙办法\n{ARTICLES}".encode(), "乙.txt"),
]


def asked(count: int) -> list[Sought]:
    """Ask for articles of the first document; of every third question there is no passage."""
    words = ["第一项", "第二项", "第十项"]
    return [
        Sought(
            f"第{n}问{words[n % 3]}",
            f"组{n}",
            lambda document, one, word=words[n % 3]: word in one.span.of(document.text),
            frozenset([DOCUMENTS[0].id]),
        )
        for n in range(count)
    ]


def test_a_passage_is_right_only_where_its_document_may_answer() -> None:
    passages = [(one, chunk(one)[0]) for one in (*DOCUMENTS, DOCUMENTS[0])]
    anywhere = Sought("要什么材料", "甲", lambda *_: True)
    within = Sought("要什么材料", "甲", lambda *_: True, frozenset([DOCUMENTS[0].id]))
    never = Sought("要什么材料", "甲", lambda *_: False)
    assert list(right_places([anywhere, within, never], passages)) == [[0, 1, 2], [0, 2], []]


def test_a_question_without_a_right_passage_is_left_out() -> None:
    embedder = DemoEmbedder()
    found = embedded(QuestionSet("题", DOCUMENTS, asked(9)), embedder, Progress())
    assert [question[-3:] for question in found.questions] == ["第一项", "第二项"] * 3
    texts = [
        one.embedding_input(document.metadata.title, document.text)
        for document in DOCUMENTS
        for one in chunk(document)
    ]
    assert np.allclose(found.passages, embedder.embed_passages(texts))
    for question, places in zip(found.questions, found.right, strict=True):
        assert places
        assert all(question[-3:] in texts[place] for place in places)


def test_of_very_many_wrong_passages_some_are_kept_and_all_right_ones(monkeypatch) -> None:
    monkeypatch.setattr("eval.fitting.training_sets._MOST_WRONG", 4)
    found = embedded(QuestionSet("题", DOCUMENTS, asked(3)), DemoEmbedder(), Progress())
    right = {place for places in found.right for place in places}
    assert len(found.passages) == len(right) + 4


def test_a_fold_holds_its_questions_alone_and_all_passages() -> None:
    found = embedded(QuestionSet("题", DOCUMENTS, asked(30)), DemoEmbedder(), Progress())
    folds = [found.of_fold(fold) for fold in (0, 1)]
    assert sorted(folds[0].questions + folds[1].questions) == sorted(found.questions)
    for fold, one in enumerate(folds):
        assert set(one.folds) == {fold}
        assert len(one.questions) == len(one.right) > 0
        assert len(one.passages) == len(found.passages)
