"""NCP end to end: the desk answers, or refuses, questions it was not tuned on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from eval import intervals
from eval.calibration import (
    Calibrated,
    bins_table,
    calibrated,
    calibration_figure,
    calibration_measures,
)
from eval.datasets import Half, Policies, PolicyQuestion
from eval.intervals import Interval, share_of
from eval.matching import exact_match, lenient_match, numbers, rouge_l, squash
from eval.metrics import (
    CONFIDENT,
    auroc,
    confident_wrong,
    detection,
    risk_coverage,
)
from eval.plots import risk_coverage_plot
from eval.policies import AS_OF
from eval.progress import Progress
from eval.report import Measure, Section, Table, measures_numbers, measures_table
from eval.scoring import CLAIMS
from eval.workbench import Asking, document_id_of
from service.answering.answer import Answer, Outcome

CLOSE = 0.5  # a ROUGE-L from which an answer of many words counts as the one expected
COVERAGES = (0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one question; `cluster` is its document's group.

    `right`: what was claimed is the expected answer, its figures alone, or nearly all of it
    (lenient, or ROUGE-L of a half and more). `inside`: it is at least a part of it.
    `given_rouge` is of the answer, or of its quote where that is longer; a refusal has none.
    """

    id: str
    cluster: str
    answerable: bool
    question: str
    expected: str
    outcome: str
    answer: str | None
    confidence: float
    exact: bool
    lenient: bool
    rouge: float
    given_rouge: float
    figures: bool | None  # the same numbers; None where none are expected
    quote: str
    quoted: bool  # a quote of the right document holds the expected answer
    document: bool  # the right document is cited
    states_it: bool  # that one is, or another that states the expected answer
    inside: bool
    right: bool
    milliseconds: float


def run(policies: Policies, asking: Asking, progress: Progress, half: Half) -> Section:
    """Ask one half, answerable and not."""
    ids = {name: document_id_of(text.encode()) for name, text in policies.documents.items()}
    squashed = {name: squash(text) for name, text in policies.documents.items()}
    questions = [*policies.half(half), *policies.unanswerable_half(half)]
    results = []
    for question in progress(questions, "NCP 问答"):
        answer, milliseconds = asking.ask(question.question)
        right = frozenset(ids[name] for name in question.documents)
        cluster = policies.cluster_of(question)
        stating = _stating(question, ids, squashed)
        results.append(result_of(question, cluster, right, answer, milliseconds, stating=stating))
    return _section(results, half)


def _stating(
    question: PolicyQuestion, ids: Mapping[str, str], squashed: Mapping[str, str]
) -> frozenset[str]:
    """Return the documents in which the expected answer stands, none where there is none."""
    wanted = squash(question.answer)
    if not wanted:
        return frozenset()
    return frozenset(ids[name] for name, text in squashed.items() if wanted in text)


def result_of(  # noqa: PLR0913  what was asked, what came of it, what would be right
    question: PolicyQuestion,
    cluster: str,
    documents: frozenset[str],
    answer: Answer,
    milliseconds: float,
    *,
    stating: frozenset[str] = frozenset(),
) -> Result:
    """Compare one answer with what was expected; `stating` are documents that state it."""
    wanted = squash(question.answer)
    ours = [c for c in answer.citations if c.document_id in documents]
    first = answer.citations[0].quote if answer.citations else ""
    spoken = answer.answer or (first if answer.outcome is Outcome.PASSAGES else "")
    claimed = answer.outcome in CLAIMS and bool(question.documents)
    lenient = claimed and lenient_match(spoken, question.answer)
    inside = claimed and bool(spoken) and squash(spoken) in wanted
    figures = inside and bool(numbers(spoken)) and _same_figures(spoken, question.answer)
    rouge = rouge_l(spoken, question.answer) if question.documents else 0.0
    given = max(answer.answer or "", first, key=len)
    refused = answer.outcome is Outcome.REFUSED
    return Result(
        id=question.id,
        cluster=cluster,
        answerable=bool(question.documents),
        question=question.question,
        expected=question.answer,
        outcome=str(answer.outcome),
        answer=answer.answer,
        confidence=answer.confidence,
        exact=claimed and exact_match(spoken, question.answer),
        lenient=lenient,
        rouge=rouge,
        given_rouge=rouge_l(given, question.answer) if question.documents and not refused else 0.0,
        figures=_states_figures(answer.answer or first, question.answer),
        quote=first,
        quoted=bool(wanted) and wanted in squash("".join(c.quote for c in ours)),
        document=bool(ours),
        states_it=any(c.document_id in documents | stating for c in answer.citations),
        inside=inside,
        right=lenient or figures or (claimed and bool(ours) and rouge >= CLOSE),
        milliseconds=milliseconds,
    )


def _same_figures(spoken: str, expected: str) -> bool:
    return set(numbers(spoken)) == set(numbers(expected))


def _states_figures(said: str, expected: str) -> bool | None:
    return _same_figures(said, expected) if numbers(expected) else None


def _section(results: Sequence[Result], half: Half) -> Section:
    answerable = [r for r in results if r.answerable]
    unanswerable = [r for r in results if not r.answerable]
    claims = [r for r in results if r.outcome in CLAIMS]
    measured = _measures(answerable, unanswerable, claims)
    sure = _calibrated(claims)
    drawn = calibration_figure(sure)
    coverage = risk_coverage([r.confidence for r in results], [_harmless(r) for r in results])
    of_answerable = risk_coverage(
        [r.confidence for r in answerable], [r.right or r.quoted for r in answerable]
    )
    return Section(
        f"ncp-answers-{half}",
        f"NCP 问答（{half}）",
        notes=(
            f"以 {AS_OF} 为准。答对：与标准答案相同、宽松相同、数值相同，",
            f"或文件对且 ROUGE-L ≥ {CLOSE}。“给出的答案”只计作答的题。",
            "“应拒答”的问题有少量标注误差：其中有的在库中其实能答。区间按文件成组重抽。",
        ),
        tables=(
            measures_table(
                f"NCP 问答（可答 {len(answerable)} 题，应拒 {len(unanswerable)} 题）", measured
            ),
            Table(
                "按置信度从高到低放行",
                ("作答比例", "可答题的错误率", "全部题的错误率"),
                tuple(
                    (f"{at:.0%}", f"{_at(of_answerable, at):.3f}", f"{_at(coverage, at):.3f}")
                    for at in COVERAGES
                ),
            ),
            bins_table("多有把握，多常对", sure),
        ),
        numbers=measures_numbers(measured),
        results=tuple(asdict(r) for r in results),
        figures={
            **({"置信度是否可信": drawn} if drawn is not None else {}),
            "作答比例与错误率": risk_coverage_plot({"可答题": of_answerable, "全部题": coverage}),
        },
    )


def _measures(
    answerable: Sequence[Result], unanswerable: Sequence[Result], claims: Sequence[Result]
) -> list[Measure]:
    clusters = [r.cluster for r in answerable]

    def over(values: Iterable[float]) -> Interval:
        return intervals.mean([float(value) for value in values], clusters)

    everything = [*answerable, *unanswerable]
    refusing = detection(
        [r.outcome == "refused" for r in everything], [not r.answerable for r in everything]
    )
    sure, right = [r.confidence for r in claims], [r.right for r in claims]
    return [
        Measure("exact", "一字不差", over(r.exact for r in answerable)),
        Measure("lenient", "宽松相同", over(r.lenient for r in answerable)),
        Measure("right", "答对", over(r.right for r in answerable)),
        Measure("rouge_l", "ROUGE-L（答案或首条引文）", over(r.rouge for r in answerable)),
        Measure(
            "given_rouge_l",
            "ROUGE-L（答案，引文更长则引文；拒答记 0）",
            over(r.given_rouge for r in answerable),
        ),
        Measure(
            "figures",
            "要数字的：数字都对",
            share_of(r.figures for r in answerable if r.figures is not None),
        ),
        Measure("claims_right", "给出的答案：对", share_of(r.right for r in claims)),
        Measure(
            "claims_right_or_inside",
            "给出的答案：对或是标准答案的一部分",
            share_of(r.right or r.inside for r in claims),
        ),
        Measure("quoted", "引文含答案", over(r.quoted for r in answerable)),
        Measure("document", "引了对的文件", over(r.document for r in answerable)),
        Measure("states_it", "引了对的或同样载明答案的文件", over(r.states_it for r in answerable)),
        Measure(
            "answerable_refused", "可答而拒答", over(r.outcome == "refused" for r in answerable)
        ),
        Measure(
            "unanswerable_refused",
            "应拒而拒答",
            share_of(r.outcome == "refused" for r in unanswerable),
        ),
        Measure("refusal_precision", "拒答的精确率", refusing.precision),
        Measure("refusal_recall", "拒答的召回率", refusing.recall),
        Measure(
            "refusal_auroc",
            "可答与应拒的区分 AUROC",
            auroc([r.confidence for r in answerable], [r.confidence for r in unanswerable]),
        ),
        *calibration_measures(_calibrated(claims)),
        Measure(
            "confidently_wrong",
            f"答错且置信度高于 {CONFIDENT}（题）",
            float(confident_wrong(sure, right)),
        ),
    ]


def _calibrated(claims: Sequence[Result]) -> Calibrated | None:
    sure, right = [r.confidence for r in claims], [r.right for r in claims]
    return calibrated(sure, right, [r.cluster for r in claims])


def _harmless(result: Result) -> bool:
    return result.right or result.quoted if result.answerable else result.outcome == "refused"


def _at(curve: tuple[list[float], list[float]], coverage: float) -> float:
    return next((risk for at, risk in zip(*curve, strict=True) if at >= coverage), math.nan)
