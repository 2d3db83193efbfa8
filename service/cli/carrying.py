"""Carrying a knowledge base into another: out into one archive, and in from one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from index.errors import InvalidRequest, WenjuError
from service.cli.adding import reporter
from service.cli.commands import Json, add_command, settings
from service.cli.screen import progress, say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from index.bundle.bring_in import BroughtIn
    from index.bundle.writing import Written
    from service.carrying import CarriedCalibration, Imported
    from service.synonyms.carried import SynonymsBroughtIn


class ExportFailed(WenjuError):
    """There is nothing to export, or nowhere to put it."""

    code: ClassVar[str] = "export_failed"


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    add_command(application, "export", "把知识库导出成一个文件，可只导出对外公开的部分。", export)
    add_command(application, "import", "导入 wenju export 的文件，服务运行时也可以。", import_)


def export(
    target: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里，如 wenju.zip")],
    *,
    public: Annotated[
        bool,
        typer.Option("--public", help="只导出对外公开的文件、标准问答和同义词，不带内部的任何信息"),
    ] = False,
    json: Json = False,
) -> None:
    """Write documents, originals, metadata and what the site taught its desk into one archive."""
    from index.store.database import FILE_NAME  # noqa: PLC0415  loads the database
    from service.bootstrap import export_bundle  # noqa: PLC0415

    chosen = settings()
    if not (chosen.data_dir / FILE_NAME).is_file():
        raise ExportFailed(f"{chosen.data_dir} 里没有知识库，请检查 WENJU_DATA_DIR。")
    if target.exists():
        raise ExportFailed(f"{target} 已经存在，请换一个文件名。")
    if not target.absolute().parent.is_dir():
        raise ExportFailed(f"没有 {target.absolute().parent} 这个文件夹，请先建立或换一个。")
    with progress("导出") as bar:
        written = export_bundle(chosen, target, public=public, report=bar.update)
    if json:
        say_json(_written_json(target, written))
        return
    taught = f"、{written.synonyms} 条本站的同义词" if written.synonyms else ""
    taught += "和本站的校准" if written.calibration else ""
    say(f"已导出 {written.documents} 份文件、{written.answers} 条标准问答{taught}到 {target}。")
    if written.unmarked:
        warn(
            f"其中 {written.unmarked} 份没有写明公开属性，按设置 unknown_disclosure=public 算公开。"
            "不想这样，请先用 wenju edit 写明，或改设置。"
        )
    for question in written.withheld:
        warn(f"没有导出：标准问答“{question}”的依据不公开。")
    for word in written.withheld_synonyms:
        warn(f"没有导出：同义词“{word}”里有只见于不公开内容的词。")


def import_(
    source: Annotated[Path, typer.Argument(metavar="文件", help="wenju export 写的文件")],
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="这里已有的保持原样；不写则以导入的为准")
    ] = False,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="与导出的一边一致：导入文件里没有的，这里也移除")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="能按字词检索就返回，不等向量")
    ] = False,
    json: Json = False,
) -> None:
    """Check an archive and bring it in; return once every server of the directory serves it."""
    if keep and mirror:
        raise InvalidRequest("--keep 和 --mirror 意思相反，一次只能用一个。")
    from index.bundle.bring_in import Rules  # noqa: PLC0415  loads the database
    from service.bootstrap import complete_jobs, import_bundle  # noqa: PLC0415

    chosen = settings()
    with progress("导入") as bar:
        imported = import_bundle(chosen, source, Rules(keep=keep, mirror=mirror), bar.update)
        complete_jobs(chosen, imported.base.jobs, words_only=no_wait, report=reporter(bar))
    if json:
        say_json(_imported_json(imported))
    else:
        _tell(imported.base)
        _tell_taught(imported)
    if imported.base.answers.refused or (imported.synonyms and imported.synonyms.refused):
        raise typer.Exit(1)


def _tell(brought: BroughtIn) -> None:
    answers = brought.answers
    documents = _counted(
        len(brought.added), len(brought.changed), len(brought.unchanged), len(brought.kept)
    )
    say(f"文件：{documents}。")
    say(f"标准问答：{_counted(answers.added, answers.changed, answers.unchanged, answers.kept)}。")
    if brought.vectors:
        say(f"向量：{brought.vectors} 段随文件带来，没有重新计算。")
    for document_id in brought.removed:
        say(f"已移除 {document_id}")
    if answers.removed:
        say(f"已移除 {answers.removed} 条标准问答。")
    for refused in answers.refused:
        warn(f"wenju: “{refused.question}”：{refused.message}（{refused.code}）")


def _tell_taught(imported: Imported) -> None:
    synonyms, calibration = imported.synonyms, imported.calibration
    if synonyms is None:
        warn("这个导出文件出自较早的版本，不含同义词和校准，这里的没有改动。")
    elif synonyms.added or synonyms.changed or synonyms.unchanged or synonyms.told:
        say(f"同义词：{_counted(synonyms.added, synonyms.changed, synonyms.unchanged, 0)}。")
        for told in synonyms.told:
            warn(f"　“{told.word}”：{told.message}（{told.code}）")
    if calibration is not None:
        say(f"校准：{_calibration_words(calibration)}")


def _calibration_words(calibration: CarriedCalibration) -> str:
    """Say what became of the calibration, and what was kept."""
    carried = f"导入文件里 {calibration.carried.made_at:%Y-%m-%d %H:%M} 的"
    here = calibration.here
    own = f"这里 {here.made_at:%Y-%m-%d %H:%M} 的" if here is not None else ""
    match calibration.became:
        case "unchanged":
            return "与这里的相同，未变。"
        case "kept":
            return f"保留{own}，没有用{carried}。要换用，请加 --mirror。"
        case "other_reader":
            return f"{carried}是按另一个阅读模型做的，用不上，没有导入。"
        case _ if here is not None:
            return f"{carried}换下了{own}；wenju calibrate --undo 可换回。"
        case _:
            return f"已用{carried}。"


def _counted(added: int, changed: int, unchanged: int, kept: int) -> str:
    pieces = [f"新增 {added}", f"更新 {changed}", f"未变 {unchanged}"]
    return "，".join([*pieces, f"保持原样 {kept}"] if kept else pieces)


def _written_json(target: Path, written: Written) -> dict[str, Any]:
    return {
        "file": str(target),
        "documents": written.documents,
        "answers": written.answers,
        "vectors": written.vectors,
        "unmarked": written.unmarked,
        "withheld": list(written.withheld),
        "synonyms": written.synonyms,
        "withheld_synonyms": list(written.withheld_synonyms),
        "calibration": written.calibration,
    }


def _imported_json(imported: Imported) -> dict[str, Any]:
    calibration, synonyms = imported.calibration, imported.synonyms
    return {
        **_brought_json(imported.base),
        "synonyms": None if synonyms is None else _synonyms_json(synonyms),
        "calibration": None if calibration is None else calibration.became,
    }


def _synonyms_json(synonyms: SynonymsBroughtIn) -> dict[str, Any]:
    return {
        "added": synonyms.added,
        "changed": synonyms.changed,
        "unchanged": synonyms.unchanged,
        "told": [
            {"word": one.word, "code": one.code, "message": one.message} for one in synonyms.told
        ],
    }


def _brought_json(brought: BroughtIn) -> dict[str, Any]:
    answers = brought.answers
    return {
        "documents": {
            "added": brought.added,
            "changed": brought.changed,
            "unchanged": brought.unchanged,
            "kept": brought.kept,
            "removed": brought.removed,
        },
        "answers": {
            "added": answers.added,
            "changed": answers.changed,
            "unchanged": answers.unchanged,
            "kept": answers.kept,
            "removed": answers.removed,
            "refused": [
                {"question": one.question, "code": one.code, "message": one.message}
                for one in answers.refused
            ],
        },
        "vectors": brought.vectors,
    }
