"""Whether confidences mean what they say, and how well that can be told from so many answers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import brier_score_loss

from eval.intervals import Interval, resampled, share
from eval.metrics import Floats, expected_calibration_error
from eval.plots import Plot, reliability_plot
from eval.report import Measure, Table

_BINS = 8  # of equal count; fewer where an answer has little company
_FEWEST = 12  # answers in a bin
_SIMULATIONS = 2000
_SEED = 20220017


@dataclass(frozen=True, slots=True)
class EqualBin:
    """As many answers as in the other bins, of like confidence: how sure, and how often right."""

    confidence: float
    lowest: float
    highest: float
    right: Interval


@dataclass(frozen=True, slots=True)
class Brier:
    """The mean squared error of confidences, and what it is made of (Murphy, 1973).

    `score` is `miscalibration - resolution + uncertainty`, but for what confidences of one bin
    differ among themselves.
    """

    score: float
    miscalibration: float
    resolution: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Calibrated:
    """How well confidences hold: the error, and what a perfectly calibrated desk would score."""

    error: Interval
    perfect: Interval  # over outcomes drawn from the very confidences
    exceeds: float  # share of such draws with an error as large
    brier: Brier
    bins: tuple[EqualBin, ...]


def calibrated(
    confidences: Sequence[float], right: Sequence[bool], clusters: Sequence[Hashable] | None = None
) -> Calibrated | None:
    """Measure the calibration of answers; None where there are none."""
    if not confidences:
        return None
    sure, hits = np.asarray(confidences, float), np.asarray(right, float)
    low, high = resampled(
        lambda chosen: expected_calibration_error(
            sure[chosen].tolist(), hits[chosen].astype(bool).tolist()
        ),
        len(sure),
        clusters,
        samples=_SIMULATIONS,
    )
    error = expected_calibration_error(confidences, right)
    drawn = _perfect(sure)
    perfect = Interval(
        float(drawn.mean()),
        float(np.quantile(drawn, 0.025)),
        float(np.quantile(drawn, 0.975)),
        len(sure),
    )
    return Calibrated(
        Interval(error, low, high, len(sure)),
        perfect,
        float((drawn >= error).mean()),
        brier(confidences, right),
        tuple(equal_bins(confidences, right)),
    )


def _perfect(sure: Floats) -> Floats:
    """Return the errors that these confidences have where they are perfectly calibrated."""
    generator = np.random.default_rng(_SEED)
    errors = [
        expected_calibration_error(sure.tolist(), (generator.random(len(sure)) < sure).tolist())
        for _ in range(_SIMULATIONS)
    ]
    return np.asarray(errors)


def equal_bins(confidences: Sequence[float], right: Sequence[bool]) -> list[EqualBin]:
    """Cut answers, in the order of their confidence, into bins that hold as many each."""
    order = np.argsort(np.asarray(confidences, float), kind="stable")
    count = max(1, min(_BINS, len(order) // _FEWEST))
    bins = []
    for places in np.array_split(order, count):
        if not len(places):
            continue
        sure = np.asarray(confidences, float)[places]
        hits = int(np.asarray(right, bool)[places].sum())
        bins.append(
            EqualBin(
                float(sure.mean()), float(sure.min()), float(sure.max()), share(hits, len(places))
            )
        )
    return bins


def brier(confidences: Sequence[float], right: Sequence[bool]) -> Brier:
    """Return the Brier score, taken apart over bins of equal count."""
    bins = equal_bins(confidences, right)
    count, base = len(confidences), float(np.mean(np.asarray(right, float)))
    return Brier(
        float(brier_score_loss(np.asarray(right, bool), np.asarray(confidences, float))),
        sum(b.right.count * (b.confidence - b.right.mean) ** 2 for b in bins) / count,
        sum(b.right.count * (b.right.mean - base) ** 2 for b in bins) / count,
        base * (1 - base),
    )


def calibration_measures(found: Calibrated | None, prefix: str = "") -> list[Measure]:
    """Return what was measured as lines of a report."""
    if found is None:
        return []
    parts = found.brier
    return [
        Measure(f"{prefix}calibration_error", "校准误差 ECE", found.error),
        Measure(f"{prefix}calibration_error_if_perfect", "　完全校准时的 ECE", found.perfect),
        Measure(f"{prefix}calibration_error_exceeds", "　完全校准也有这么大的机会", found.exceeds),
        Measure(f"{prefix}brier", "Brier 分", parts.score),
        Measure(f"{prefix}brier_miscalibration", "　其中校准偏差", parts.miscalibration),
        Measure(f"{prefix}brier_resolution", "　其中区分度（越大越好）", parts.resolution),
        Measure(f"{prefix}brier_uncertainty", "　其中题目本身", parts.uncertainty),
    ]


def bins_table(title: str, found: Calibrated | None) -> Table:
    """Return how sure and how often right, bin by bin."""
    return Table(
        title,
        ("置信度", "平均", "题数", "对 [95% 区间]"),
        tuple(
            (
                f"{one.lowest:.2f}–{one.highest:.2f}",
                f"{one.confidence:.3f}",
                str(one.right.count),
                str(one.right),
            )
            for one in (found.bins if found else ())
        ),
    )


def calibration_figure(found: Calibrated | None) -> Plot | None:
    """Draw the reliability of answers, None where there are none."""
    if found is None:
        return None
    return reliability_plot([(one.confidence, one.right) for one in found.bins])
