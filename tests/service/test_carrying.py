"""A knowledge base goes out into one archive and comes in elsewhere, the same answers with it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from index.document import SHANGHAI, Disclosure, Metadata, Span
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.store.curated import Draft
from index.store.originals import sha256_of
from index.store.synonyms import Synonym
from index.store.wording import Basis
from service.answering.answer import Outcome
from service.answering.confidence import Correction
from service.desk import Channel, Desk
from service.presentation import answer_json
from service.settings import Settings
from service.site_calibration import FittedCorrection, SiteCalibration, reader_identity
from service.synonyms.carried import IMPORTED
from tests.index.test_succession import FIRST, SECOND
from tests.service.conftest import fill, worker
from tests.service.test_cli import Shell, wenju

__all__ = ["wenju"]  # a fixture

QUESTIONS = (
    "有多少个事项实现了两市通办？",
    "热线受理人员接到来电后多少秒内应答？",
    "示例市转办事项多少个工作日内办结？",
    "全市共有多少个服务窗口？",
    "停水什么时候恢复？",
    "共享单车的押金是多少元？",
    "火星上住了多少人？",
)
INTERNAL_QUESTION = "应急物资仓库的门禁密码多久更换一次？"
SECRETS = (
    "值班",
    "夜间",
    "门禁密码",
    "不对外公布",
    "内部专用",
    "保密口径",
    "机密手册",
    "示内发〔2020〕9号",
    "钥匙号",
    "somebody",
)
TODAY = datetime(2026, 1, 31, tzinfo=SHANGHAI)
SYNONYMS = (
    Synonym("小窗口", ("服务窗口",), "值班的人这么说"),
    Synonym("钥匙号", ("门禁密码",)),  # only what stays behind has these words
    Synonym("应急物资仓库", ("服务窗口",)),
    Synonym("黑户", (), enabled=False),
)
FITTED = SiteCalibration(
    made_at=TODAY,
    reader=reader_identity(Settings().reader),
    verdicts=40,
    corrections={"value": FittedCorrection(shift=0, scale=1)},  # alters no answer
)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A base with versions, corrections by a person, and curated answers of all sorts."""
    directory = tmp_path_factory.mktemp("origin")
    ids = fill(directory)
    rule = "第一条　应急物资仓库的门禁密码每45天更换一次。"
    manual = f"示例市机密手册\n\n示内发〔2020〕9号\n\n{rule}\n".encode()
    with KnowledgeBase.open(directory, None, follow=False) as base:
        base.submit(FIRST.encode(), "旧.txt", Metadata("", disclosure=Disclosure.PUBLIC))
        base.submit(SECOND.encode(), "新.txt", Metadata("", disclosure=Disclosure.PUBLIC))
        base.submit(manual, "手册.txt", Metadata("", disclosure=Disclosure.INTERNAL))
        base.edit(ids["hostile"], {"title": "改过的通告", "issuer": "示例市政务局"})
        base.edit(ids["report"], {"replaced_by": ["示例市机密手册", "公开的后续报告"]})
        start = base.document(ids["measures"]).text.index("热线受理人员")
        span = Span(start, start + 20)
        window = Draft("窗口几点开门？", "九点。", ("几点开门？",), script="九点开门。")
        base.curated.add(window)
        base.curated.add(
            Draft("停水什么时候恢复？", "六点前。", valid_until=TODAY.replace(year=2099))
        )
        base.curated.add(Draft("多久接电话？", "十五秒。", basis=Basis(ids["measures"], span)))
        base.curated.add(Draft("保密口径是什么？", "内部专用。", disclosure=Disclosure.INTERNAL))
        basis = Basis(ids["internal"], Span(0, 8))
        base.curated.add(Draft("晚上有人吗？", "有人。", basis=basis))
        base.curated.add(Draft("押金退吗？", "退。", stated_basis="《示例市机密手册》第一条"))
        base.synonyms.put(SYNONYMS, "somebody")
    FITTED.write(directory)
    worker(directory).run_until_idle()
    return directory, ids


@contextmanager
def desk_over(directory: Path) -> Iterator[Desk]:
    with KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base:
        yield Desk(Settings(data_dir=directory), base)


def told(desk: Desk, question: str, channel: Channel = Channel.CLI) -> dict[str, Any]:
    """Return an answer without what is each one's own.

    Nor the confidence: how telling a word is depends on how many documents there are, or were.
    """
    answer = answer_json(desk.ask(question, channel=channel))
    del answer["id"], answer["trace"], answer["confidence"]
    return answer


@pytest.fixture
def exported(
    wenju: Shell,
    origin: tuple[Path, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Path:
    """The whole base in a file, with the shell over another, empty directory."""
    return _exported(wenju, origin[0], monkeypatch, tmp_path)


@pytest.fixture
def public(
    wenju: Shell,
    origin: tuple[Path, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Path:
    """The public part in a file, with the shell over another, empty directory."""
    return _exported(wenju, origin[0], monkeypatch, tmp_path, "--public")


def _exported(
    wenju: Shell, directory: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *options: str
) -> Path:
    monkeypatch.setenv("WENJU_DATA_DIR", str(directory))
    target = tmp_path / "wenju.zip"
    ran = wenju("export", target, *options)
    assert ran.status == 0, ran.err
    monkeypatch.setenv("WENJU_DATA_DIR", str(tmp_path / "elsewhere"))
    return target


def test_the_same_questions_get_the_same_answers_elsewhere(
    wenju: Shell, origin: tuple[Path, dict[str, str]], exported: Path, tmp_path: Path
) -> None:
    ran = wenju("import", exported, "--json")
    assert ran.status == 0, ran.err
    assert len(ran.json["documents"]["added"]) == 8
    assert ran.json["answers"]["added"] == 6
    assert ran.json["vectors"] > 0  # the model is the same: none is computed again
    with desk_over(origin[0]) as here, desk_over(tmp_path / "elsewhere") as there:
        for question in (*QUESTIONS, INTERNAL_QUESTION):
            assert told(there, question) == told(here, question), question
        for one in here.knowledge_base.documents():
            moved = there.knowledge_base.document(one.id)
            assert moved == here.knowledge_base.document(one.id)
            assert there.knowledge_base.lineage(one.id) == here.knowledge_base.lineage(one.id)
            original = there.knowledge_base.original(one.id)
            assert original == here.knowledge_base.original(one.id)
        edited = {one.id: one.edited for one in here.knowledge_base.documents()}
        assert {one.id: one.edited for one in there.knowledge_base.documents()} == edited
        drafts = {one.id: one.draft for one in here.knowledge_base.curated.all()}
        assert {one.id: one.draft for one in there.knowledge_base.curated.all()} == drafts
        assert there.knowledge_base.progress().ready


def test_nothing_that_is_not_public_leaves_with_the_public_part(public: Path) -> None:
    with zipfile.ZipFile(public) as archive:
        for name in archive.namelist():
            content = archive.read(name).decode("utf-8", "replace")
            assert not [secret for secret in SECRETS if secret in name + content], name


def test_the_public_part_answers_in_public_as_the_whole_and_refuses_the_rest(
    wenju: Shell, origin: tuple[Path, dict[str, str]], public: Path, tmp_path: Path
) -> None:
    ran = wenju("import", public, "--json")
    assert ran.status == 0, ran.err
    with desk_over(origin[0]) as here, desk_over(tmp_path / "elsewhere") as there:
        for question in QUESTIONS:
            theirs = told(there, question, Channel.HTTP)
            assert theirs == told(here, question, Channel.HTTP), question
        assert "每45天" in told(here, INTERNAL_QUESTION)["answer"]
        answer = there.ask(INTERNAL_QUESTION, channel=Channel.CLI)  # though it sees everything
        assert answer.outcome is Outcome.REFUSED
        asked = {one.draft.question for one in there.knowledge_base.curated.all()}
        assert asked == {"窗口几点开门？", "停水什么时候恢复？", "多久接电话？", "押金退吗？"}
        report = there.knowledge_base.document(origin[1]["report"])
        assert report.metadata.replaced_by == ("公开的后续报告",)


def test_the_public_answers_that_stay_behind_are_named(
    wenju: Shell,
    origin: tuple[Path, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("WENJU_DATA_DIR", str(origin[0]))
    ran = wenju("export", tmp_path / "part.zip", "--public")
    assert "“晚上有人吗？”的依据不公开" in ran.err
    assert "没有写明公开属性" in ran.err


def test_what_says_nothing_stays_behind_where_it_counts_as_internal(
    wenju: Shell,
    origin: tuple[Path, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("WENJU_UNKNOWN_DISCLOSURE", "internal")
    target = _exported(wenju, origin[0], monkeypatch, tmp_path, "--public")
    wenju("import", target)
    with desk_over(tmp_path / "elsewhere") as desk:
        kinds = {one.metadata.disclosure for one in desk.knowledge_base.documents()}
        assert kinds == {Disclosure.PUBLIC}


def synonyms_in(directory: Path) -> dict[str, Synonym]:
    with KnowledgeBase.open(directory, None, follow=False) as base:
        return {one.synonym.word: one.synonym for one in base.synonyms.all()}


def test_a_whole_archive_brings_what_the_site_taught_its_desk(
    wenju: Shell, exported: Path, tmp_path: Path
) -> None:
    ran = wenju("import", exported, "--json")
    assert ran.json["synonyms"] == {"added": 4, "changed": 0, "unchanged": 0, "told": []}
    assert ran.json["calibration"] == "taken"
    elsewhere = tmp_path / "elsewhere"
    assert synonyms_in(elsewhere) == {one.word: one for one in SYNONYMS}
    assert SiteCalibration.read(elsewhere) == FITTED
    with desk_over(elsewhere) as desk:
        assert desk.lexicon.everyday["小窗口"] == ("服务窗口",)
        assert desk.calibration.corrections["value"] == Correction(0, 1)
    again = wenju("import", exported, "--json")
    assert (again.json["synonyms"]["unchanged"], again.json["calibration"]) == (4, "unchanged")


def test_the_public_part_brings_the_synonyms_that_tell_nothing_and_no_calibration(
    wenju: Shell,
    origin: tuple[Path, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("WENJU_DATA_DIR", str(origin[0]))
    ran = wenju("export", tmp_path / "part.zip", "--public")
    assert "2 条本站的同义词" in ran.out
    assert "校准" not in ran.out
    for word in ("钥匙号", "应急物资仓库"):
        assert f"同义词“{word}”" in ran.err
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("WENJU_DATA_DIR", str(elsewhere))
    ran = wenju("import", tmp_path / "part.zip", "--json")
    assert (ran.status, ran.json["calibration"]) == (0, None)
    assert synonyms_in(elsewhere) == {
        "小窗口": Synonym("小窗口", ("服务窗口",)),
        "黑户": Synonym("黑户", (), enabled=False),
    }
    assert SiteCalibration.read(elsewhere) is None


def test_a_sites_own_synonym_is_kept_and_the_conflict_is_told(
    wenju: Shell, exported: Path, tmp_path: Path
) -> None:
    wenju("synonyms", "add", "小窗口", "便民窗口")
    ran = wenju("import", exported)
    assert ran.status == 1
    assert "同义词：新增 3" in ran.out
    [line] = [line for line in ran.err.splitlines() if "小窗口" in line]
    assert "便民窗口" in line
    assert "服务窗口" in line
    assert synonyms_in(tmp_path / "elsewhere")["小窗口"].official == ("便民窗口",)
    mirrored = wenju("import", exported, "--mirror", "--json")
    assert mirrored.status == 0
    assert [one["code"] for one in mirrored.json["synonyms"]["told"]] == ["replaced"]
    with KnowledgeBase.open(tmp_path / "elsewhere", None, follow=False) as base:
        assert {one.changed_by for one in base.synonyms.all()} == {IMPORTED}


def test_an_archive_from_before_synonyms_were_carried_changes_none(
    wenju: Shell, exported: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.zip"
    _rewrite(
        exported,
        old,
        {"manifest.json": _as_first_form, "synonyms.json": None, "calibration.json": None},
    )
    wenju("synonyms", "add", "小窗口", "便民窗口")
    ran = wenju("import", old, "--mirror")
    assert ran.status == 0, ran.err
    assert "较早的版本" in ran.err
    assert list(synonyms_in(tmp_path / "elsewhere")) == ["小窗口"]


def test_a_calibration_that_was_fitted_here_is_never_lost(
    wenju: Shell, exported: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    own = FITTED.model_copy(update={"verdicts": 99})
    wenju("list")  # makes the directory
    own.write(elsewhere)
    ran = wenju("import", exported)
    assert ran.status == 0, ran.err
    assert "保留这里" in ran.out
    assert SiteCalibration.read(elsewhere) == own
    assert "--undo" in wenju("import", exported, "--mirror").out
    assert wenju("calibrate", "--undo").status == 0
    assert SiteCalibration.read(elsewhere) == own


def test_a_calibration_that_came_of_the_one_here_follows_it(
    wenju: Shell, exported: Path, tmp_path: Path
) -> None:
    wenju("import", exported)
    later = FITTED.model_copy(
        update={"corrections": {"value": FittedCorrection(shift=1, scale=1)}, "previous": FITTED}
    )
    for calibration, became in ((later, "taken"), (FITTED, "kept")):
        changed = tmp_path / f"{became}.zip"
        content = calibration.content
        _rewrite(exported, changed, {"calibration.json": lambda _, new=content: new})
        assert wenju("import", changed, "--json").json["calibration"] == became
    assert SiteCalibration.read(tmp_path / "elsewhere") == later


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"{}", "calibration.json"),
        (FITTED.model_copy(update={"reader": "another"}).content, "另一个阅读模型"),
    ],
    ids=["damaged", "another reader"],
)
def test_a_calibration_that_cannot_be_used_is_told(
    content: bytes, shown: str, wenju: Shell, exported: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.zip"
    _rewrite(exported, changed, {"calibration.json": lambda _: content})
    ran = wenju("import", changed)
    damaged = content == b"{}"
    assert ran.status == (1 if damaged else 0)
    assert shown in ran.out + ran.err
    assert SiteCalibration.read(tmp_path / "elsewhere") is None
    assert len(synonyms_in(tmp_path / "elsewhere")) == (0 if damaged else 4)


def test_what_is_there_already_stays_or_follows_the_archive(
    wenju: Shell, origin: tuple[Path, dict[str, str]], exported: Path, tmp_path: Path
) -> None:
    wenju("import", exported)
    again = wenju("import", exported, "--json").json
    assert len(again["documents"]["unchanged"]) == 8
    assert again["answers"]["unchanged"] == 6
    changed = origin[1]["hostile"]
    wenju("edit", changed, "title=这里改的")
    wenju("remove", origin[1]["earlier"])
    kept = wenju("import", exported, "--keep", "--json").json["documents"]
    assert (kept["kept"], kept["added"]) == ([changed], [origin[1]["earlier"]])
    followed = wenju("import", exported, "--json").json["documents"]
    assert followed["changed"] == [changed]
    with desk_over(tmp_path / "elsewhere") as desk:
        document = desk.knowledge_base.document(changed)
        assert document.metadata.title == "改过的通告"
        assert desk.knowledge_base.progress().ready


def test_a_mirror_takes_away_what_the_archive_lacks(
    wenju: Shell, exported: Path, tmp_path: Path
) -> None:
    extra = tmp_path / "多出来的.txt"
    extra.write_text("多出来的通知\n\n这份文件只在这里，共有 5 条。\n", "utf-8")
    wenju("add", extra)
    with KnowledgeBase.open(tmp_path / "elsewhere", None, follow=False) as base:
        base.curated.add(Draft("只在这里的问题？", "只在这里。"))
    without = wenju("import", exported, "--json").json
    assert (without["documents"]["removed"], without["answers"]["removed"]) == ([], 0)
    mirrored = wenju("import", exported, "--mirror", "--json").json
    assert (len(mirrored["documents"]["removed"]), mirrored["answers"]["removed"]) == (1, 1)
    assert wenju("import", exported, "--mirror", "--keep").status == 2


def test_another_answer_to_the_same_question_is_not_overwritten(
    wenju: Shell, exported: Path, tmp_path: Path
) -> None:
    with KnowledgeBase.open(tmp_path / "elsewhere", None, follow=False) as base:
        base.curated.add(Draft("窗口几点开门？", "八点。"))
    ran = wenju("import", exported, "--json")
    assert ran.status == 1
    [refused] = ran.json["answers"]["refused"]
    assert (refused["question"], refused["code"]) == ("窗口几点开门？", "answered_elsewhere")


def test_vectors_of_another_model_are_computed_again(
    wenju: Shell, exported: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.zip"
    _rewrite(exported, changed, {"manifest.json": lambda old: old.replace(b'"demo', b'"other')})
    ran = wenju("import", changed, "--json")
    assert (ran.status, ran.json["vectors"]) == (0, 0)
    with desk_over(tmp_path / "elsewhere") as desk:
        assert desk.knowledge_base.progress().ready


def test_an_interrupted_import_goes_on_where_it_was(
    wenju: Shell, exported: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from index.bundle import bring_in  # noqa: PLC0415  patched below

    monkeypatch.setattr(bring_in, "_AT_ONCE", 2)
    taken = bring_in.Importer._take
    calls: list[int] = []

    def interrupted(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        taken(*arguments)

    monkeypatch.setattr(bring_in.Importer, "_take", interrupted)
    assert wenju("import", exported).status == 130
    monkeypatch.setattr(bring_in.Importer, "_take", taken)
    resumed = wenju("import", exported, "--json").json["documents"]
    assert (len(resumed["unchanged"]), len(resumed["added"])) == (4, 4)


def test_exporting_overwrites_nothing_and_leaves_nothing_half_done(
    wenju: Shell, origin: tuple[Path, dict[str, str]], exported: Path, tmp_path: Path
) -> None:
    assert "export_failed" in wenju("export", tmp_path / "none.zip").err  # no base there
    monkey = pytest.MonkeyPatch()
    monkey.setenv("WENJU_DATA_DIR", str(origin[0]))
    assert "已经存在" in wenju("export", exported).err
    assert "没有" in wenju("export", tmp_path / "no" / "where.zip").err
    monkey.undo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["wenju.zip"]


def _as_first_form(manifest: bytes) -> bytes:
    return json.dumps({**json.loads(manifest), "version": 1}).encode()


def _rewrite(source: Path, target: Path, changes: dict[str, Any]) -> None:
    """Copy an archive with some members changed, None to leave one out; the manifest knows."""
    written = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(written, "w") as new:
        contents: dict[str, bytes] = {}
        for name in old.namelist():
            change = changes.get(name, lambda content: content)
            if change is not None:
                contents[name] = change(old.read(name))
        manifest = json.loads(contents.pop("manifest.json"))
        manifest["members"] = {
            name: {"sha256": sha256_of(content), "size": len(content)}
            for name, content in contents.items()
        }
        contents["manifest.json"] = json.dumps(manifest).encode()
        for name, content in contents.items():
            new.writestr(name, content)
    target.write_bytes(written.getvalue())
