"""Calibrating on the command line: confidence and threshold fitted to a site's own feedback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import InvalidRequest
from service.cli.commands import Json, add_command, settings
from service.cli.screen import say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from service.recalibration import Choice, Quality, Refit
    from service.site_calibration import SiteCalibration

_SHOWN_STEPS = 5  # of the thresholds looked at, every fifth is shown


def register(application: typer.Typer) -> None:
    """Add the command of this room."""
    words = "用本单位的反馈（有用、纠错）重新校准置信度，或按取舍选定拒答阈值。"
    add_command(application, "calibrate", words, calibrate)


def calibrate(
    *,
    coverage: Annotated[
        float | None,
        typer.Option(
            "--threshold-for-coverage",
            min=0,
            max=1,
            metavar="比例",
            help="选定阈值，使问过的问题中至少这么多得到回答，如 0.7",
        ),
    ] = None,
    wrong: Annotated[
        float | None,
        typer.Option(
            "--at-most-wrong",
            min=0,
            max=1,
            metavar="比例",
            help="选定阈值，使给出的回答中预计至多这么多是错的，如 0.1",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会怎样，不改动")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="撤销上一次校准")] = False,
    json: Json = False,
) -> None:
    """Fit confidence anew, choose a threshold where asked to, and let servers take it over."""
    if coverage is not None and wrong is not None:
        raise InvalidRequest("--threshold-for-coverage 与 --at-most-wrong 只能用一个。")
    if undo:
        if dry_run or coverage is not None or wrong is not None:
            raise InvalidRequest("--undo 不能与其他选项一起用。")
        _undo(json=json)
        return
    from service.calibrating import Wish, calibrate_site  # noqa: PLC0415  loads the engines

    chosen = settings()
    done = calibrate_site(chosen, Wish(coverage, wrong), dry_run=dry_run)
    if json:
        say_json(_as_json(done.refits, done.curve, done.chosen, done.written))
        return
    for one in done.refits:
        _tell_refit(one)
    if done.missing is not None:
        say(done.missing)
    if done.chosen is not None:
        _tell_curve(done.curve, done.chosen)
        if chosen.refusal_threshold is not None:
            warn(
                f"wenju: 设置 refusal_threshold = {chosen.refusal_threshold} 优先，"
                "选定的阈值要去掉它才起作用。"
            )
    if done.written is not None:
        say("已写入数据目录，运行中的服务随即采用；撤销用 wenju calibrate --undo。")
    else:
        say("没有改动。")


def _undo(*, json: bool) -> None:
    from service.site_calibration import undo  # noqa: PLC0415

    left = undo(settings().data_dir)
    if json:
        say_json({"calibration": None if left is None else _written_json(left)})
    elif left is None:
        say("已撤销，回到出厂校准。")
    else:
        say(f"已撤销，回到 {left.made_at:%Y-%m-%d %H:%M} 的校准。")


def _tell_refit(one: Refit) -> None:
    wrong = one.verdicts - one.right
    from service.recalibration import SORT_NAMES  # noqa: PLC0415

    say(f"{SORT_NAMES[one.sort]}：{one.verdicts} 条反馈（有用 {one.right}，纠错 {wrong}）")
    say("  置信度（平均）→ 实际有用的比例，按把握从低到高分组；校准后的数来自没有用于拟合的反馈")
    say(f"  现在：{_bins(one.before)}")
    say(f"  校准后：{_bins(one.after)}")
    say(
        f"  对数损失 {one.before.log_loss:.3f} → {one.after.log_loss:.3f}，"
        f"Brier 分 {one.before.brier:.3f} → {one.after.brier:.3f}"
    )
    if not one.helps:
        say("  交叉验证没有改善，这一种保持原样。")


def _bins(quality: Quality) -> str:
    return "，".join(f"{one.confidence:.2f}→{one.right:.2f}" for one in quality.bins)


def _tell_curve(curve: Sequence[Choice], chosen: Choice) -> None:
    say("阈值  给出回答  预计错  反馈说错")
    for place, one in enumerate(curve):
        if place % _SHOWN_STEPS and one is not chosen:
            continue
        said = "–" if one.said_wrong is None else f"{one.said_wrong:.0%}（{one.judged} 条）"
        mark = "  ← 选定" if one is chosen else ""
        say(f"{one.threshold:.2f}  {one.shown:7.0%}  {one.expected_wrong:6.0%}  {said}{mark}")


def _as_json(
    refits: Sequence[Refit],
    curve: Sequence[Choice],
    chosen: Choice | None,
    written: SiteCalibration | None,
) -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415

    return {
        "refits": [{**asdict(one), "helps": one.helps} for one in refits],
        "curve": [asdict(one) for one in curve],
        "chosen": None if chosen is None else asdict(chosen),
        "calibration": None if written is None else _written_json(written),
    }


def _written_json(written: SiteCalibration) -> dict[str, Any]:
    return written.model_dump(mode="json", exclude={"previous"})
