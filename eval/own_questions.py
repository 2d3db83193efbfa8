"""Our own questions over what the project ships: the report and the laws."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from eval.calibration import (
    Calibrated,
    bins_table,
    calibrated,
    calibration_figure,
    calibration_measures,
)
from eval.datasets import Question
from eval.intervals import Interval, share_of
from eval.metrics import (
    CONFIDENT,
    auroc,
    confident_wrong,
    detection,
    risk_coverage,
)
from eval.plots import Plot, bars, risk_coverage_plot
from eval.progress import Progress
from eval.report import Measure, Section, Table, measures_numbers, measures_table
from eval.scoring import Judge, Judgement
from eval.workbench import Asking

KINDS = {
    "value": "数值",
    "confirmation": "确认",
    "metadata": "文件信息",
    "sum": "计算",
    "passages": "原因做法",
    "law": "法律",
    "english": "英文",
    "cantonese": "粤语",
    "typo": "错字",
    "refuse": "应拒答",
}


def ask(
    questions: Sequence[Question],
    asking: Asking,
    report_sources: Collection[str],
    progress: Progress,
) -> list[Judgement]:
    """Ask every question and judge what comes back."""
    judge = Judge(asking.text, frozenset(report_sources))
    judgements = []
    for question in progress(questions, "提问"):
        answer, milliseconds = asking.ask(question.question)
        judgements.append(judge(question, answer, milliseconds))
    return judgements


def summarise(judgements: Sequence[Judgement], name: str, *, reveal: bool) -> Section:
    """Return the numbers by kind and over all; question by question only to `reveal`."""
    measured = _overall(judgements)
    kinds = {kind: _shares(group) for kind, group in _by_kind(judgements).items()}
    return Section(
        f"questions-{name}",
        f"自有问题集：{name}",
        notes=(
            "“对”要求结果类型、答案与引文都对；“误导”是给错答案或不该给而给。括号内是 95% 区间。",
            *(() if reveal else ("未加 --reveal：只给汇总，不列单题，以免照着调。",)),
        ),
        tables=(
            _table(judgements),
            measures_table("总体", measured),
            bins_table("多有把握，多常对", _calibrated(judgements)),
            *((_mistakes(judgements),) if reveal else ()),
        ),
        numbers={
            "overall": measures_numbers(measured),
            "by_kind": {
                kind: {measure: asdict(found) for measure, found in shares.items()}
                for kind, shares in kinds.items()
            },
        },
        results=tuple(asdict(j) for j in judgements) if reveal else (),
        figures=_figures(judgements, kinds),
    )


def _figures(
    judgements: Sequence[Judgement], kinds: Mapping[str, Mapping[str, Interval]]
) -> dict[str, Plot]:
    drawn = calibration_figure(_calibrated(judgements))
    shown = [j for j in judgements if j.outcome != "refused"]
    curve = risk_coverage([j.confidence for j in shown], [not j.wrong for j in shown])
    return {
        "各类问题": bars(
            {
                KINDS.get(kind, kind): {"对": shares["right"], "误导": shares["wrong"]}
                for kind, shares in kinds.items()
            }
        ),
        **({"置信度是否可信": drawn} if drawn is not None else {}),
        "作答比例与错误率": risk_coverage_plot({"": curve}),
    }


def _calibrated(judgements: Sequence[Judgement]) -> Calibrated | None:
    """Measure the calibration of what was claimed."""
    claims = [j for j in judgements if j.value is not None]
    return calibrated([j.confidence for j in claims], [j.right for j in claims])


def _by_kind(judgements: Sequence[Judgement]) -> dict[str, list[Judgement]]:
    kinds = [*KINDS, *sorted({j.kind for j in judgements} - set(KINDS))]
    groups = {kind: [j for j in judgements if j.kind == kind] for kind in kinds}
    return {kind: group for kind, group in groups.items() if group}


def _shares(group: Sequence[Judgement]) -> dict[str, Interval]:
    """Return what share of a group is right, misleading and so on, each over those it asks of."""
    claimed = [j for j in group if j.value is not None]
    shown = [j for j in group if j.cited is not None and not j.refusable]
    return {
        "right": share_of(j.right for j in group),
        "wrong": share_of(j.wrong for j in group),
        "refused": share_of(j.outcome == "refused" for j in group),
        "value": share_of(bool(j.value) for j in claimed if not j.refusable),
        "exact": share_of(bool(j.exact) for j in claimed if not j.refusable),
        "short": share_of(bool(j.short) for j in claimed if not j.refusable),
        "cited": share_of(bool(j.cited) for j in shown),
    }


def _table(judgements: Sequence[Judgement]) -> Table:
    groups: Mapping[str, Sequence[Judgement]] = {**_by_kind(judgements), "": judgements}
    rows = []
    for kind, group in groups.items():
        shares = _shares(group)
        rows.append(
            (
                KINDS.get(kind, kind) or "合计",
                str(len(group)),
                str(shares["right"]),
                *(_percent(shares[n]) for n in ("wrong", "refused", "value", "exact", "short")),
                _percent(shares["cited"]),
                str(confident_wrong([j.confidence for j in group], [not j.wrong for j in group])),
            )
        )
    columns = ("类别", "题数", "对", "误导", "拒答", "答案对", "一字不差", "简短", "引文对")
    return Table("按类别", (*columns, f"误导且>{CONFIDENT}"), tuple(rows))


def _overall(judgements: Sequence[Judgement]) -> list[Measure]:
    answerable = [j for j in judgements if not j.refusable]
    refusable = [j for j in judgements if j.refusable]
    refusing = detection(
        [j.outcome == "refused" for j in judgements], [j.refusable for j in judgements]
    )
    times = sorted(j.milliseconds for j in judgements)
    sure, harmless = [j.confidence for j in judgements], [not j.wrong for j in judgements]
    return [
        Measure("answerable_right", "可答的：对", share_of(j.right for j in answerable)),
        Measure(
            "unanswerable_refused",
            "应拒的：拒答",
            share_of(j.outcome == "refused" for j in refusable),
        ),
        Measure(
            "confidently_misleads",
            f"误导且置信度高于 {CONFIDENT}（题）",
            float(confident_wrong(sure, harmless)),
        ),
        Measure("refusal_precision", "拒答的精确率", refusing.precision),
        Measure("refusal_recall", "拒答的召回率", refusing.recall),
        Measure(
            "refusal_auroc",
            "可答与应拒的区分 AUROC",
            auroc([j.confidence for j in answerable], [j.confidence for j in refusable]),
        ),
        *calibration_measures(_calibrated(judgements)),
        Measure("milliseconds_p50", "回答用时中位数（毫秒）", _quantile(times, 0.5)),
        Measure("milliseconds_p95", "回答用时 95 分位（毫秒）", _quantile(times, 0.95)),
    ]


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[int(len(ordered) * share)] if ordered else math.nan


def _mistakes(judgements: Sequence[Judgement]) -> Table:
    rows = tuple(
        (
            f"{j.id} {j.question}"[:60],
            j.kind,
            j.outcome,
            f"{j.confidence:.2f}",
            (j.answer or "")[:40],
            (j.expected[0] if j.expected else "拒答" if j.refusable else "段落")[:40],
            "误导" if j.wrong else "",
        )
        for j in judgements
        if not j.right
    )
    return Table("没做对的", ("问题", "类别", "结果", "置信度", "答", "应为", ""), rows)


def _percent(found: Interval) -> str:
    return f"{found.mean:.0%}" if found.count else "–"
