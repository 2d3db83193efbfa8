"""Versions on the command line: what changed between two, and what rests on what changed."""

from __future__ import annotations

import json as json_format
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import InvalidRequest
from service.cli.commands import Json, add_command, settings
from service.cli.screen import say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from index.impact import RestingQuestion

_CHANGES = {"added": "新增", "removed": "删去", "changed": "改动", "moved": "移动"}
_SHOWN = {"kept": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}

Newer = Annotated[str, typer.Argument(metavar="编号", help="文件编号，见 wenju list")]


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    add_command(application, "diff", "逐条比较两个版本：新增、删去、改动、移动的条文。", diff)
    add_command(application, "impact", "列出文件更新或失效后，受影响的标准问答和测评题。", impact_)


def diff(
    before: Annotated[str, typer.Argument(metavar="旧版编号", help="文件编号，见 wenju list")],
    after: Annotated[
        str | None,
        typer.Argument(metavar="新版编号", help="不写就是拿第一份与它的上一版比较"),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Show what changed between two versions, article by article."""
    from index.comparison import compare  # noqa: PLC0415
    from service.bootstrap import open_base  # noqa: PLC0415  loads the engines
    from service.succession import comparison_json, earlier_version  # noqa: PLC0415

    with open_base(settings()) as base:
        if after is None:
            earlier = earlier_version(base.lineage(before).versions, before)
            if earlier is None:
                raise InvalidRequest("知识库里没有它更早的版本。请写出两份文件的编号。")
            before, after = earlier, before
        old, new = base.document(before), base.document(after)
        found = comparison_json(compare(old, new), old, new)
    if json:
        say_json(found)
        return
    for change in found["changes"]:
        _tell_change(change)
    changed = len(found["changes"])
    warn(f"{changed} 处不同，{found['unchanged']} 条未变。删去的写作 [-…-]，新增的写作 {{+…+}}。")


def impact_(
    identifier: Newer,
    *,
    questions: Annotated[
        Path | None,
        typer.Option(
            "--questions",
            metavar="文件",
            help="测评题，每行一个 JSON：question、document（标题、文号或编号）、quote",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """List what rests on the texts that a document ended, or on itself if it has ended."""
    from index.impact import impact  # noqa: PLC0415
    from service.bootstrap import open_base  # noqa: PLC0415
    from service.succession import impact_json  # noqa: PLC0415

    asked = _questions(questions) if questions else []
    with open_base(settings()) as base:
        found = impact_json(identifier, impact(base, identifier, asked))
    if json:
        say_json(found)
        return
    _tell_affected(found["affected"])


def _questions(path: Path) -> list[RestingQuestion]:
    """Read the questions that name a document; those to be refused name none."""
    from index.impact import RestingQuestion  # noqa: PLC0415

    questions = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"读不了 {path}（{error}）。请检查文件，编码应是 UTF-8。") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json_format.loads(line)
            question, document = str(row["question"]), row.get("document")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InvalidRequest(
                f"{path} 第 {number} 行不是带 question 的 JSON 对象，请改正。"
            ) from None
        if document:
            questions.append(RestingQuestion(question, str(document), row.get("quote")))
    return questions


def _tell_change(change: dict[str, Any]) -> None:
    before, after = change["before"], change["after"]
    labels = [part["label"] for part in (before, after) if part]
    label = " → ".join(dict.fromkeys(labels))
    say(f"{_CHANGES[change['change']]}　{label}")
    if change["words"]:
        words = (_SHOWN[one["edit"]].format(one["text"]) for one in change["words"])
        say("　　" + "".join(words).replace("\n", "\n　　"))
    elif change["change"] != "moved":
        say("　　" + (after or before)["text"].replace("\n", "\n　　"))


def _tell_affected(affected: Sequence[dict[str, Any]]) -> None:
    from index.impact import Fate  # noqa: PLC0415
    from service.succession import FATES  # noqa: PLC0415

    for one in affected:
        kept = f"标准问答 {one['curated_id']}" if one["curated_id"] else "测评题"
        say(f"{kept}　{one['question']}")
        place = f"{one['document_id']} {one['locator']}".strip()
        now = one["now"] and f"；现为 {one['now']['document_id']} {one['now']['label']}"
        say(f"　　依据 {place}：{FATES[Fate(one['fate'])]}{now or ''}")
    warn(f"共 {len(affected)} 条受影响。" if affected else "没有受影响的标准问答或测评题。")
