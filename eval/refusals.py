"""Honest refusals: what a threshold shows and withholds, and what the shown answers rest on.

Every question is put at all thresholds at once; see `every_threshold`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from eval.calibration import bins_table, calibrated, calibration_figure, calibration_measures
from eval.every_threshold import EveryThreshold, Shown, surest
from eval.intervals import Interval, resampled, share_of
from eval.metrics import auroc
from eval.plots import Plot, thresholds_plot
from eval.progress import Progress
from eval.report import Measure, Section, Table, measures_numbers, measures_table
from service.answering.answer import Answer, Outcome

COVERAGE = 0.7  # of the answerable questions, at which the rest is compared
_THRESHOLDS = tuple(step / 20 for step in range(21))
_SAMPLES = 1000
WITHHELD = str(Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Trial:
    """A question to be put; `right` says of an answer whether it is what the question wanted."""

    id: str
    set: str
    cluster: str
    question: str
    answerable: bool
    right: Callable[[Answer], bool]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What is shown up to a threshold; `right` is False where it is a refusal."""

    until: float
    outcome: str
    answer: str | None
    confidence: float
    quote: str
    right: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a question at every threshold, the highest first."""

    id: str
    set: str
    kind: str
    cluster: str
    question: str
    answerable: bool
    surest: float  # up to this threshold something is shown
    steps: tuple[Step, ...]

    def at(self, threshold: float) -> Step:
        """Return what is shown at a threshold."""
        return next(step for step in reversed(self.steps) if step.until >= threshold)

    def is_shown(self, threshold: float) -> bool:
        """Say whether anything but a refusal is shown."""
        return self.at(threshold).outcome != WITHHELD


def put(trials: Sequence[Trial], asked: EveryThreshold, progress: Progress) -> list[Tried]:
    """Put every question at all thresholds."""
    return [tried(one, asked(one.question)) for one in progress(trials, "逐题试阈值")]


def tried(trial: Trial, shown: Sequence[Shown]) -> Tried:
    """Judge what is shown of one question."""
    return Tried(
        trial.id,
        trial.set,
        trial.kind,
        trial.cluster,
        trial.question,
        trial.answerable,
        surest(shown),
        tuple(
            Step(
                one.until,
                str(one.answer.outcome),
                one.answer.answer,
                one.answer.confidence,
                one.answer.citations[0].quote if one.answer.citations else "",
                trial.answerable
                and one.answer.outcome is not Outcome.REFUSED
                and trial.right(one.answer),
            )
            for one in shown
        ),
    )


@dataclass(frozen=True, slots=True)
class TradeOff:
    """What one threshold brings: shares of the questions of each sort, and of what is shown."""

    threshold: float
    right: Interval  # of the answerable, answered rightly
    refused: Interval  # of the unanswerable, refused
    wrong: Interval  # of what is shown, wrong or resting on nothing


def trade_off(results: Sequence[Tried], threshold: float) -> TradeOff:
    """Count what is right, refused and wrong at a threshold."""
    shown = [one for one in results if one.is_shown(threshold)]
    return TradeOff(
        threshold,
        share_of(one.at(threshold).right for one in results if one.answerable),
        share_of(not one.is_shown(threshold) for one in results if not one.answerable),
        share_of(not one.at(threshold).right for one in shown),
    )


def separation(results: Sequence[Tried]) -> Interval:
    """Return the AUROC of answerable against unanswerable, whole documents drawn."""

    def area(chosen: Sequence[Tried]) -> float:
        return auroc(
            [one.surest for one in chosen if one.answerable],
            [one.surest for one in chosen if not one.answerable],
        )

    return _with_interval(area, results)


def resting_on_nothing(results: Sequence[Tried], coverage: float = COVERAGE) -> Interval:
    """Return what share of the answers shown has no basis, half of the questions having none.

    The threshold is the highest that shows something for `coverage` of the answerable ones.
    """

    def share(chosen: Sequence[Tried]) -> float:
        threshold = threshold_for(chosen, coverage)
        if math.isnan(threshold):
            return math.nan
        shown = [_share_shown(chosen, threshold, answerable=sort) for sort in (True, False)]
        return shown[1] / sum(shown) if sum(shown) else math.nan

    return _with_interval(share, results)


def threshold_for(results: Sequence[Tried], coverage: float = COVERAGE) -> float:
    """Return the highest threshold that shows something for so many of the answerable."""
    sure = np.sort([one.surest for one in results if one.answerable])[::-1]
    if not len(sure):
        return math.nan
    return float(sure[max(0, math.ceil(coverage * len(sure)) - 1)])


def _share_shown(results: Sequence[Tried], threshold: float, *, answerable: bool) -> float:
    chosen = [one for one in results if one.answerable is answerable]
    if not chosen:
        return math.nan
    return sum(one.surest >= max(threshold, 1e-9) for one in chosen) / len(chosen)


def _with_interval(
    statistic: Callable[[Sequence[Tried]], float], results: Sequence[Tried]
) -> Interval:
    clusters = [one.cluster for one in results]
    low, high = resampled(
        lambda chosen: statistic([results[place] for place in chosen]),
        len(results),
        clusters,
        samples=_SAMPLES,
    )
    return Interval(statistic(results), low, high, len(results))


def summarise(results: Sequence[Tried], name: str, title: str, threshold: float) -> Section:
    """Return the trade-off, the separation and the calibration of one set of questions."""
    answerable = [one for one in results if one.answerable]
    shown = [one for one in results if one.is_shown(threshold)]
    claims = [one for one in shown if one.at(threshold).outcome != str(Outcome.PASSAGES)]
    sure = calibrated(
        [one.at(threshold).confidence for one in shown],
        [one.at(threshold).right for one in shown],
        [one.cluster for one in shown],
    )
    claimed = calibrated(
        [one.at(threshold).confidence for one in claims],
        [one.at(threshold).right for one in claims],
        [one.cluster for one in claims],
    )
    curve = [trade_off(results, at) for at in _THRESHOLDS]
    here = trade_off(results, threshold)
    measured = [
        Measure("threshold", "出厂阈值", threshold),
        *_shares(here),
        *_by_kind(results, threshold),
        Measure("auroc", "可答与应拒的区分 AUROC", separation(results)),
        Measure(
            "resting_on_nothing",
            f"一半应拒、可答的放行 {COVERAGE:.0%} 时：给出的无依据",
            resting_on_nothing(results),
        ),
        Measure("threshold_for_coverage", "　此时的阈值", threshold_for(results)),
        *calibration_measures(sure),
        *(
            replace(one, name=f"只看作答的：{one.name}")
            for one in calibration_measures(claimed, "claims_")
        ),
    ]
    return Section(
        f"refusals-{name}",
        f"拒答与置信度：{title}",
        notes=(
            "每题在所有阈值上各问一遍。“对”：答案对，或给出的段落含答案；“错”包括应拒而给。",
            f"可答 {len(answerable)} 题，应拒 {len(results) - len(answerable)} 题。",
            "ECE 按等宽十档，其余按等数量分档；区间按文件成组重抽。",
        ),
        tables=(
            measures_table("出厂阈值下", measured),
            Table(
                "换阈值会怎样",
                ("阈值", "可答的：对", "应拒的：拒答", "给出的：错"),
                tuple(
                    (f"{at.threshold:.2f}", str(at.right), str(at.refused), str(at.wrong))
                    for at in curve
                ),
            ),
            bins_table("多有把握，多常对", sure),
        ),
        numbers={
            **measures_numbers(measured),
            "curve": [asdict(at) for at in curve],
            "bins": [asdict(one) for one in (sure.bins if sure else ())],
        },
        results=tuple(asdict(one) for one in results),
        figures=_figures(curve, calibration_figure(sure)),
    )


def _shares(here: TradeOff) -> list[Measure]:
    return [
        Measure("answerable_right", "可答的：对", here.right),
        Measure("unanswerable_refused", "应拒的：拒答", here.refused),
        Measure("shown_wrong", "给出的：错", here.wrong),
    ]


def _by_kind(results: Sequence[Tried], threshold: float) -> list[Measure]:
    """Say how often the unanswerable are refused, kind by kind."""
    refused: dict[str, list[bool]] = {}
    for one in results:
        if not one.answerable and one.kind:
            refused.setdefault(one.kind, []).append(not one.is_shown(threshold))
    return [
        Measure(f"refused_{kind}", f"　应拒的：拒答（{kind}）", share_of(flags))
        for kind, flags in sorted(refused.items())
    ]


def _figures(curve: Sequence[TradeOff], reliability: Plot | None) -> dict[str, Plot]:
    thresholds = [at.threshold for at in curve]
    drawn = {
        "换阈值会怎样": thresholds_plot(
            {
                "可答的：对": (thresholds, [at.right.mean for at in curve]),
                "应拒的：拒答": (thresholds, [at.refused.mean for at in curve]),
                "给出的：错": (thresholds, [at.wrong.mean for at in curve]),
            }
        )
    }
    if reliability is not None:
        drawn["置信度是否可信"] = reliability
    return drawn
