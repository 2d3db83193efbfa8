"""The edit test: the report is edited, and the answers must follow.

Every figure changed, every answer changes with it; a sentence taken out, its question is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from eval import intervals
from eval.datasets import Question
from eval.report import Section, Table
from eval.rewriting import Edition, rewrite, without_sentence
from eval.scoring import Judge, Judgement, contains, says
from eval.variants import follow, rests_on_a_figure
from eval.workbench import Workbench, text_file
from index.incoming import Incoming

SEEDS = (1, 2, 3)  # as many rewritten reports


@dataclass(frozen=True, slots=True)
class Edited:
    """A question asked after an edit; `stale` where the figure before it was given."""

    edit: str
    judgement: Judgement
    stale: bool


def run(
    report: Incoming,
    questions: Sequence[Question],
    workbench: Workbench,
    seeds: Sequence[int] = SEEDS,
) -> Section:
    """Change every figure of the report, once a seed, then take sentences out one by one."""
    changed: list[Edited] = []
    for seed in workbench.progress(seeds, "改数"):
        changed += _change(report, questions, workbench, seed)
    groups = _by_sentence(report.content.decode(), questions)
    removed: list[Edited] = []
    for shortened, group in workbench.progress(list(groups.items()), "删句"):
        removed += _remove(report.source, shortened, group, workbench)
    return _section(changed, removed)


def _change(
    report: Incoming, questions: Sequence[Question], workbench: Workbench, seed: int
) -> list[Edited]:
    rewritten = rewrite(report.content.decode(), Edition(seed))
    cases = [(question, follow(question, rewritten)) for question in questions]
    edited = []
    with workbench.desk([text_file(report.source, rewritten.text)]) as asking:
        judge = Judge(asking.text)
        for question, followed in cases:
            if followed is None:
                continue
            answer, milliseconds = asking.ask(followed.question)
            judged = judge(followed, answer, milliseconds)
            stale = judged.value is False and says(
                answer.answer or "", question.answers, question.must_contain
            )
            edited.append(Edited(f"numbers-{seed}", judged, stale))
    return edited


def _by_sentence(text: str, questions: Sequence[Question]) -> dict[str, list[Question]]:
    """Group questions by the text left when their sentence is gone.

    A question whose answer also stands elsewhere has nothing to be refused for.
    """
    groups: dict[str, list[Question]] = {}
    for question in questions:
        if not rests_on_a_figure(question) or question.quote is None:
            continue
        shortened = without_sentence(text, question.quote)
        if shortened is not None and not contains(shortened, question.answers[0]):
            groups.setdefault(shortened, []).append(question)
    return groups


def _remove(
    source: str, shortened: str, questions: Sequence[Question], workbench: Workbench
) -> list[Edited]:
    edited = []
    with workbench.desk([text_file(source, shortened)]) as asking:
        judge = Judge(asking.text)
        for question in questions:
            answer, milliseconds = asking.ask(question.question)
            judged = judge(refused(question), answer, milliseconds)
            edited.append(Edited("sentence", judged, stale=False))
    return edited


def refused(question: Question) -> Question:
    """Return the question as one to be refused."""
    return Question(question.id, question.question, question.kind, ("refused",), note=question.note)


def _section(changed: Sequence[Edited], removed: Sequence[Edited]) -> Section:
    figures = [edited.judgement for edited in changed]
    sentences = [edited.judgement for edited in removed]
    rows = [
        ("改数：答案随之改变", intervals.share(sum(j.right for j in figures), len(figures))),
        ("改数：答了原来的数", intervals.share(sum(e.stale for e in changed), len(changed))),
        ("改数：答错", intervals.share(sum(j.wrong for j in figures), len(figures))),
        ("删句：拒答", intervals.share(sum(j.right for j in sentences), len(sentences))),
        (
            "删句：仍给出答案",
            intervals.share(sum(j.value is not None for j in sentences), len(sentences)),
        ),
        (
            "两项：错且置信度高于 0.8",
            intervals.share(
                sum(j.wrong and j.confidence > 0.8 for j in figures + sentences),
                len(figures) + len(sentences),
            ),
        ),
    ]
    table = Table(
        "编辑测试",
        ("项目", "题数", "比例 [95% 区间]"),
        tuple((name, str(found.count), str(found)) for name, found in rows),
    )
    return Section(
        "edit",
        "编辑测试",
        notes=(
            "报告中每一个数都换成同样形式的另一个数，重新入库再问；再逐句删去依据所在的句子，应当拒答。",
        ),
        tables=(table,),
        numbers={name: asdict(found) for name, found in rows},
        results=tuple(asdict(edited) for edited in (*changed, *removed)),
    )
