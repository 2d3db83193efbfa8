"""Plots, as SVG for the report's page and as PNG for anywhere else.

In the SVG text stays text, so that the reader's browser brings the Chinese typeface.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from eval.intervals import Interval

_COLOURS = ("#2563a8", "#c8701e", "#4a8a4a", "#8a4a86")
_GREY = "#9aa3ae"
_FONTS = ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei")
_DRAWN_WITH = (*_FONTS, "Noto Sans CJK JP")  # a collection goes by the name of its first face
_DOTS_PER_INCH = 160


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot in both forms."""

    svg: str
    png: bytes


class _Drawing:
    """Axes to draw on, and the plot once drawn."""

    def __init__(self, axes: Any) -> None:  # matplotlib has no types we could name
        self.axes = axes
        self.plot = Plot("", b"")


@contextmanager
def _drawing(width: float = 6.0, height: float = 4.0) -> Iterator[_Drawing]:
    # imported here: one second, and only reports need it
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "wenju"}):
        figure = Figure(figsize=(width, height), layout="constrained")
        drawing = _Drawing(figure.add_subplot())
        drawing.axes.spines[["top", "right"]].set_visible(False)
        yield drawing
        svg, png = io.StringIO(), io.BytesIO()
        here = {face.name for face in font_manager.fontManager.ttflist}
        fonts = [font for font in _DRAWN_WITH if font in here]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            figure.savefig(svg, format="svg", metadata={"Date": None})
            with mpl.rc_context({"font.sans-serif": [*fonts, *mpl.rcParams["font.sans-serif"]]}):
                figure.savefig(png, format="png", dpi=_DOTS_PER_INCH)
        family = "font-family: " + ", ".join(f"'{font}'" for font in _FONTS) + ", "
        drawing.plot = Plot(svg.getvalue().replace("font-family: ", family), png.getvalue())


def bars(groups: Mapping[str, Mapping[str, Interval]]) -> Plot:
    """Draw a bar with its interval for each series of each group."""
    series = list(dict.fromkeys(name for group in groups.values() for name in group))
    with _drawing(height=1.2 + 0.22 * len(groups) * (len(series) + 0.6)) as drawing:
        axes, step = drawing.axes, 0.8 / max(len(series), 1)
        for place, name in enumerate(series):
            for row, group in enumerate(groups.values()):
                if name not in group or not group[name].count:
                    continue
                found = group[name]
                axes.barh(
                    row + place * step,
                    found.mean,
                    step * 0.9,
                    color=_COLOURS[place % len(_COLOURS)],
                    label=name if row == 0 else None,
                )
                axes.plot([found.low, found.high], [row + place * step] * 2, color="black", lw=1)
        axes.set_yticks([row + step * (len(series) - 1) / 2 for row in range(len(groups))])
        axes.set_yticklabels(list(groups))
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        if len(series) > 1:
            axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(series))
    return drawing.plot


def reliability_plot(bins: Sequence[tuple[float, Interval]]) -> Plot:
    """Draw how often answers of each confidence are right; the diagonal is perfect."""
    with _drawing(width=4.5, height=4.2) as drawing:
        axes = drawing.axes
        axes.plot([0, 1], [0, 1], color=_GREY, ls="--", lw=1)
        sure = [confidence for confidence, _ in bins]
        right = [found for _, found in bins]
        axes.errorbar(
            sure,
            [found.mean for found in right],
            [
                [max(0.0, found.mean - found.low) for found in right],
                [max(0.0, found.high - found.mean) for found in right],
            ],
            fmt="o-",
            color=_COLOURS[0],
            capsize=3,
            lw=1,
        )
        for confidence, found in bins:
            place = (confidence, found.mean)
            axes.annotate(str(found.count), place, (5, -11), textcoords="offset points")
        axes.set(xlim=(0, 1), ylim=(0, 1.05), xlabel="置信度", ylabel="正确率")
    return drawing.plot


def risk_coverage_plot(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> Plot:
    """Draw the error among what is answered, as ever less sure answers are let through."""
    with _drawing(width=4.5, height=4.2) as drawing:
        axes = drawing.axes
        for place, (name, (coverage, risk)) in enumerate(curves.items()):
            axes.step(
                coverage, risk, where="post", color=_COLOURS[place % len(_COLOURS)], label=name
            )
        axes.set(xlim=(0, 1), ylim=(0, None), xlabel="作答比例", ylabel="作答中的错误率")
        if len(curves) > 1:
            axes.legend(frameon=False)
    return drawing.plot


def thresholds_plot(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> Plot:
    """Draw shares over the threshold from which answers are shown."""
    with _drawing() as drawing:
        axes = drawing.axes
        for place, (name, (thresholds, shares)) in enumerate(curves.items()):
            axes.plot(thresholds, shares, color=_COLOURS[place % len(_COLOURS)], label=name)
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="阈值", ylabel="比例")
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return drawing.plot


def curves_plot(
    curves: Mapping[str, Mapping[int, Interval]], across: str, up: str, *, logarithmic: bool = True
) -> Plot:
    """Draw a measure at several cut-offs, a line and a band a system."""
    with _drawing() as drawing:
        axes = drawing.axes
        for place, (name, points) in enumerate(curves.items()):
            colour, at = _COLOURS[place % len(_COLOURS)], list(points)
            axes.plot(at, [p.mean for p in points.values()], "o-", ms=3, color=colour, label=name)
            axes.fill_between(
                at,
                [p.low for p in points.values()],
                [p.high for p in points.values()],
                color=colour,
                alpha=0.15,
                lw=0,
            )
        if logarithmic:
            axes.set_xscale("log")
            ticks = sorted({at for points in curves.values() for at in points})
            axes.set_xticks(ticks, [str(tick) for tick in ticks])
            axes.minorticks_off()
        axes.set(xlabel=across, ylabel=up)
        axes.legend(frameon=False, loc="lower right")
    return drawing.plot
