"""Two systems asked the same questions: each one's measures, and what the one gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from eval import intervals
from eval.intervals import Interval
from eval.report import Table

ALL = "all"
OURS, THEIRS = "问据", "BM25"
_HALVES = {"tuning": "调参的一半", "held_out": "未用于调参的一半", ALL: "全部"}


@dataclass(frozen=True, slots=True)
class Row:
    """One question: its half (empty: in neither), its cluster, and both systems' measures."""

    id: str
    half: str
    cluster: str
    ours: Mapping[str, float]
    theirs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Compared:
    """A measure over a half: ours, theirs, and the paired, clustered difference."""

    measure: str
    half: str
    ours: Interval
    theirs: Interval
    gain: Interval


def compare(rows: Sequence[Row], measures: Sequence[str]) -> list[Compared]:
    """Compare on every half and over all."""
    found = []
    for half in _HALVES:
        group = [row for row in rows if half in {ALL, row.half}]
        clusters = [row.cluster for row in group]
        for measure in measures:
            ours = [row.ours[measure] for row in group]
            theirs = [row.theirs[measure] for row in group]
            found.append(
                Compared(
                    measure,
                    half,
                    intervals.mean(ours, clusters),
                    intervals.mean(theirs, clusters),
                    intervals.paired_difference(ours, theirs, clusters),
                )
            )
    return found


def tables(compared: Sequence[Compared], names: Mapping[str, str]) -> tuple[Table, ...]:
    """Return a table a half, the measures by their names on the screen."""
    return tuple(
        Table(
            f"{title}（{of[0].ours.count} 题）",
            ("指标", OURS, THEIRS, "差"),
            tuple((names[c.measure], str(c.ours), str(c.theirs), _signed(c.gain)) for c in of),
        )
        for half, title in _HALVES.items()
        if (of := [c for c in compared if c.half == half])
    )


def numbers(compared: Sequence[Compared]) -> dict[str, object]:
    """Return everything by half and measure."""
    return {half: {c.measure: asdict(c) for c in compared if c.half == half} for half in _HALVES}


def curve(
    rows: Sequence[Row], measures: Mapping[int, str], half: str
) -> dict[str, dict[int, Interval]]:
    """Return both systems' measures at several cut-offs, on one half."""
    group = [row for row in rows if half in {ALL, row.half}]
    clusters = [row.cluster for row in group]
    return {
        name: {
            at: intervals.mean([values[place][measure] for values in _pairs(group)], clusters)
            for at, measure in measures.items()
        }
        for place, name in enumerate((OURS, THEIRS))
    }


def _pairs(rows: Sequence[Row]) -> list[tuple[Mapping[str, float], Mapping[str, float]]]:
    return [(row.ours, row.theirs) for row in rows]


def _signed(found: Interval) -> str:
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
