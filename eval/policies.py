"""NCP: government policies of early 2020, searched and asked as on 2020-03-31."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eval import comparison
from eval.baselines import BM25
from eval.comparison import Row
from eval.datasets import Policies, PolicyQuestion, half_of
from eval.metrics import (
    Passage,
    answer_in_characters,
    answer_in_passages,
    ndcg,
    reciprocal_rank,
)
from eval.plots import curves_plot
from eval.progress import Progress
from eval.report import Section
from eval.workbench import Asking, document_id_of, text_file
from index.incoming import Incoming

AS_OF = date(2020, 3, 31)
CHARACTERS = (150, 300, 600, 1000, 1500, 3000)
RANKS = (1, 5, 10)
LIMIT = 40  # passages: enough for 3,000 characters


def _in_characters(count: int) -> str:
    return f"answer_in_{count}_characters"


def _in_passages(count: int) -> str:
    return f"answer_in_{count}_passages"


NAMES = {
    **{_in_characters(n): f"前 {n} 字含答案" for n in CHARACTERS},
    **{_in_passages(k): f"前 {k} 段含答案" for k in RANKS},
    "answer_mrr": "答案段 MRR",
    "document_ndcg_at_10": "文件 nDCG@10",
    "document_mrr": "文件 MRR",
}


def files(policies: Policies) -> list[Incoming]:
    """Return every document as a text file, nothing known about it beforehand."""
    names: dict[str, str] = {}
    for name, text in policies.documents.items():
        names.setdefault(text, name)  # a few texts are there twice
    return [text_file(f"{name}.txt", text) for text, name in names.items()]


def run(policies: Policies, asking: Asking, progress: Progress) -> Section:
    """Search for every answerable question, beside bare BM25 over the same passages."""
    ids = {name: document_id_of(text.encode()) for name, text in policies.documents.items()}
    passages = asking.passages()
    baseline = BM25([passage.text for passage in passages])
    rows = []
    for question in progress(policies.questions, "NCP 检索"):
        right = frozenset(ids[name] for name in question.documents)
        ours = asking.search(question.question, LIMIT)
        theirs = [passages[place] for place in baseline.search(question.question, LIMIT)]
        cluster = policies.cluster_of(question)
        rows.append(
            Row(
                question.id,
                half_of(cluster),
                cluster,
                _measures(ours, question, right),
                _measures(theirs, question, right),
            )
        )
    ceiling = _ceiling(policies.questions, passages, ids)
    return _section(rows, len(passages), ceiling)


def _measures(
    passages: Sequence[Passage], question: PolicyQuestion, right: frozenset[str]
) -> dict[str, float]:
    rank = answer_in_passages(passages, question.answer, right)
    documents = list(dict.fromkeys(passage.document_id for passage in passages))
    measured = {
        _in_characters(n): float(answer_in_characters(passages, question.answer, right, n))
        for n in CHARACTERS
    }
    measured |= {_in_passages(k): float(rank is not None and rank <= k) for k in RANKS}
    measured["answer_mrr"] = 1 / rank if rank else 0.0
    measured["document_ndcg_at_10"] = ndcg(documents, right, 10)
    measured["document_mrr"] = reciprocal_rank(documents, right)
    return measured


def _ceiling(
    questions: Sequence[PolicyQuestion], passages: Sequence[Passage], ids: dict[str, str]
) -> float:
    """Return the share of answers that lie whole in any one passage."""
    of: dict[str, list[Passage]] = {}
    for passage in passages:
        of.setdefault(passage.document_id, []).append(passage)
    found = [
        any(
            answer_in_passages(of.get(ids[name], []), question.answer, {ids[name]})
            for name in question.documents
        )
        for question in questions
    ]
    return sum(found) / len(found)


def _section(rows: Sequence[Row], passages: int, ceiling: float) -> Section:
    compared = comparison.compare(rows, list(NAMES))
    at = {n: _in_characters(n) for n in CHARACTERS}
    return Section(
        "retrieval-ncp",
        "NCP 检索",
        notes=(
            f"以 {AS_OF} 为准，与接口同一检索。",
            f"共 {passages} 段，答案完整落在一段之内的占 {ceiling:.3f}。",
            "对照：同样的段落上的 BM25（字与相邻两字）。区间按文件成组重抽，差为逐题配对。",
        ),
        tables=comparison.tables(compared, NAMES),
        numbers=comparison.numbers(compared) | {"passages": passages, "ceiling": ceiling},
        results=tuple(
            {"id": row.id, "half": row.half, "ours": row.ours, "theirs": row.theirs} for row in rows
        ),
        figures={
            "返回的前多少字里有答案（未用于调参的一半）": curves_plot(
                comparison.curve(rows, at, "held_out"), "字", "含答案的比例"
            )
        },
    )
