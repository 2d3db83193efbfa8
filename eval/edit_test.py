"""The edit test: the report is edited, and the answers must follow.

Every figure changed, every answer changes with it; a sentence taken out, its question is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from eval.datasets import Question
from eval.intervals import share_of
from eval.metrics import CONFIDENT
from eval.report import Measure, Section, measures_numbers, measures_table
from eval.rewriting import Edition, rewrite, unchanged, without_sentence
from eval.scoring import Judge, Judgement, contains, says
from eval.variants import follow, rests_on_a_figure
from eval.workbench import Workbench, text_file
from index.incoming import Incoming

SEEDS = (1, 2, 3)  # as many rewritten reports
NUMBERS, SENTENCE = "numbers", "sentence"  # what was edited


@dataclass(frozen=True, slots=True)
class Edited:
    """A question asked after an edit.

    `before`: it was answered right before the edit. `stale`: the figure of before was given.
    """

    edit: str
    judgement: Judgement
    before: bool
    stale: bool


def run(
    report: Incoming,
    questions: Sequence[Question],
    workbench: Workbench,
    seeds: Sequence[int] = SEEDS,
) -> Section:
    """Change every figure of the report, once a seed, then take sentences out one by one."""
    right = _right_before(report, questions, workbench)
    edited: list[Edited] = []
    for seed in workbench.progress(seeds, "改数"):
        edited += _change(report, questions, workbench, right, seed)
    groups = _by_sentence(report.content.decode(), questions)
    for shortened, group in workbench.progress(list(groups.items()), "删句"):
        edited += _remove(text_file(report.source, shortened), group, workbench, right)
    return _section(edited)


def _right_before(
    report: Incoming, questions: Sequence[Question], workbench: Workbench
) -> frozenset[str]:
    """Return the questions that are answered right from the report as it is."""
    same = unchanged(report.content.decode())
    with workbench.desk([report]) as asking:
        judge = Judge(asking.text)
        return frozenset(
            question.id
            for question in questions
            if follow(question, same) and judge(question, asking.ask(question.question)[0]).right
        )


def _change(
    report: Incoming,
    questions: Sequence[Question],
    workbench: Workbench,
    right: frozenset[str],
    seed: int,
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
            edited.append(Edited(f"{NUMBERS}-{seed}", judged, question.id in right, stale))
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
    shortened: Incoming,
    questions: Sequence[Question],
    workbench: Workbench,
    right: frozenset[str],
) -> list[Edited]:
    edited = []
    with workbench.desk([shortened]) as asking:
        judge = Judge(asking.text)
        for question in questions:
            judged = judge(refused(question), *asking.ask(question.question))
            edited.append(Edited(SENTENCE, judged, question.id in right, stale=False))
    return edited


def refused(question: Question) -> Question:
    """Return the question as one to be refused."""
    return Question(question.id, question.question, question.kind, ("refused",), note=question.note)


def _section(edited: Sequence[Edited]) -> Section:
    changed = [e for e in edited if e.edit != SENTENCE]
    removed = [e for e in edited if e.edit == SENTENCE]
    measures = [
        Measure("follows", "改数：答案随之改变", share_of(e.judgement.right for e in changed)),
        Measure(
            "follows_where_right_before",
            "　　其中原文答对的题",
            share_of(e.judgement.right for e in changed if e.before),
        ),
        Measure("stale", "改数：答了原来的数", share_of(e.stale for e in changed)),
        Measure("misleads", "改数：误导", share_of(e.judgement.wrong for e in changed)),
        Measure("refused", "删句：拒答", share_of(e.judgement.right for e in removed)),
        Measure(
            "refused_where_right_before",
            "　　其中原文答对的题",
            share_of(e.judgement.right for e in removed if e.before),
        ),
        Measure(
            "claimed_without_sentence",
            "删句：仍给出答案",
            share_of(e.judgement.value is not None for e in removed),
        ),
        Measure(
            "confidently_misleads",
            f"两项：误导且置信度高于 {CONFIDENT}",
            share_of(e.judgement.wrong and e.judgement.confidence > CONFIDENT for e in edited),
        ),
    ]
    return Section(
        "edit",
        "编辑测试",
        notes=(
            "报告中每一个数都换成同样形式的另一个数，重新入库再问；再逐句删去依据所在的句子，应当拒答。",
        ),
        tables=(measures_table("编辑测试", measures),),
        numbers=measures_numbers(measures),
        results=tuple(asdict(e) for e in edited),
    )
