"""STARD: everyday legal questions, the laws searched by article."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval import comparison
from eval.baselines import BM25
from eval.comparison import Row
from eval.datasets import Article, Half, LegalQuestion, Statutes
from eval.metrics import Passage, hit, ndcg, recall, reciprocal_rank
from eval.plots import curves_plot
from eval.progress import Progress
from eval.report import Section
from eval.workbench import Asking, document_id_of, text_file
from index.document import Document
from index.incoming import Incoming

DEPTHS = (1, 5, 10, 20, 50, 100)
LIMIT = 200  # passages: long articles are several
NAMES = {
    "hit_at_1": "第 1 条命中",
    "ndcg_at_10": "nDCG@10",
    "mrr": "MRR",
    **{f"recall_at_{k}": f"Recall@{k}" for k in DEPTHS},
}


@dataclass(frozen=True, slots=True)
class Law:
    """A law as a text file, and where in it each article begins."""

    file: Incoming
    begins: tuple[int, ...]
    articles: tuple[int, ...]

    @classmethod
    def of(cls, title: str, articles: Sequence[Article]) -> Law:
        """Write title and articles a line each, the article's number before its text."""
        text, begins = f"{title}\n", []
        for article in articles:
            begins.append(len(text))
            text += f"{article.number}　{article.text}\n"
        name = hashlib.sha256(title.encode()).hexdigest()[:12]  # a title may outgrow a file name
        return cls(
            text_file(f"{name}.txt", text), tuple(begins), tuple(article.id for article in articles)
        )

    def articles_in(self, first: int, last: int) -> tuple[int, ...]:
        """Return the articles that characters `first` to `last` of the file are in."""
        start = max(bisect_right(self.begins, first) - 1, 0)
        return self.articles[start : bisect_right(self.begins, last)]


@dataclass(frozen=True, slots=True)
class Mapped:
    """The passages, the first article of each, and what share is of one article at most.

    A passage of the title alone has none.
    """

    passages: tuple[Passage, ...]
    articles: Mapping[tuple[str, int], int]  # by document and start
    exact: float


def laws(statutes: Statutes) -> list[Law]:
    """Return every law as a file, its articles in their order."""
    return [Law.of(title, articles) for title, articles in statutes.laws.items()]


def run(statutes: Statutes, files: Iterable[Law], asking: Asking, progress: Progress) -> Section:
    """Search for every question, beside bare BM25 over the same passages."""
    mapped = _map(files, asking, progress)
    baseline = BM25([passage.text for passage in mapped.passages])
    rows = []
    for question in progress(statutes.questions, "STARD 检索"):
        ours = asking.search(question.question, LIMIT)
        theirs = [mapped.passages[n] for n in baseline.search(question.question, LIMIT)]
        rows.append(
            Row(
                question.id,
                _half(statutes, question),
                statutes.cluster_of(question),
                _measures(_ranked(ours, mapped), question),
                _measures(_ranked(theirs, mapped), question),
            )
        )
    return _section(rows, mapped)


def _map(files: Iterable[Law], asking: Asking, progress: Progress) -> Mapped:
    """Lead every passage back to its place in the file, and so to its article."""
    by_document = {document_id_of(law.file.content): law for law in files}
    passages = asking.passages()
    articles: dict[tuple[str, int], int] = {}
    exact = 0
    for passage in progress(passages, "条文对应"):
        law = by_document[passage.document_id]
        document = asking.document(passage.document_id)
        held = law.articles_in(
            source_place(document, passage.span.start), source_place(document, passage.span.end - 1)
        )
        exact += len(held) <= 1
        if held:
            articles[passage.document_id, passage.span.start] = held[0]
    return Mapped(tuple(passages), articles, exact / max(len(passages), 1))


def source_place(document: Document, offset: int) -> int:
    """Return where a character of the rejoined text stood in the file."""
    place = bisect_right(document.origin, offset, key=lambda run: run.span.start) - 1
    run = document.origin[max(place, 0)]
    return run.source_start + min(offset, run.span.end - 1) - run.span.start


def _ranked(passages: Sequence[Passage], mapped: Mapped) -> list[int]:
    found = (mapped.articles.get((p.document_id, p.span.start)) for p in passages)
    return list(dict.fromkeys(article for article in found if article is not None))


def _half(statutes: Statutes, question: LegalQuestion) -> str:
    return next((half for half in Half if question in statutes.half(half)), "")


def _measures(ranked: Sequence[int], question: LegalQuestion) -> dict[str, float]:
    right = frozenset(question.articles)
    return {
        "hit_at_1": hit(ranked, right, 1),
        "ndcg_at_10": ndcg(ranked, right, 10),
        "mrr": reciprocal_rank(ranked, right),
        **{f"recall_at_{k}": recall(ranked, right, k) for k in DEPTHS},
    }


def _section(rows: Sequence[Row], mapped: Mapped) -> Section:
    compared = comparison.compare(rows, list(NAMES))
    at = {k: f"recall_at_{k}" for k in DEPTHS}
    return Section(
        "retrieval-stard",
        "STARD 检索",
        notes=(
            "每部法律作为一个文本文件（标题、逐条）经同一读取流程入库，命中的段落按位置对应到条。",
            f"{len(mapped.passages)} 段中 {mapped.exact:.4f} 只属于一条（标题除外）。",
            "对照：同样的段落上的 BM25（字与相邻两字）。一条的多个段落只计最前的一个。",
            "区间按（问题连起来的）条成组重抽，分半也按它：没有一条同时回答两半的问题。",
        ),
        tables=comparison.tables(compared, NAMES),
        numbers=comparison.numbers(compared)
        | {"passages": len(mapped.passages), "exact": mapped.exact},
        results=tuple(
            {"id": row.id, "half": row.half, "ours": row.ours, "theirs": row.theirs} for row in rows
        ),
        figures={
            "召回（全部问题）": curves_plot(
                comparison.curve(rows, at, comparison.ALL), "前多少条", "召回率"
            )
        },
    )
