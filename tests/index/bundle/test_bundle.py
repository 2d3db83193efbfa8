"""What a bundle must be to be taken in: whole, of a form we know, and nothing but ours."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.bundle.bring_in import Importer, Rules
from index.bundle.manifest import MANIFEST
from index.bundle.reading import Bundle
from index.bundle.writing import BundleWriter
from index.document import Disclosure, Metadata
from index.errors import BundleError, StorageFull
from index.knowledge_base import KnowledgeBase
from index.store.catalogue import Catalogue
from index.store.curated import Draft
from index.store.database import Database
from index.store.jobs import Jobs
from index.store.originals import Originals, sha256_of
from index.store.synonyms import Synonym
from index.store.tables import JobState
from index.worker import Worker
from tests.index.store.fakes import FakeEmbedder, FakeEngines

Change = Callable[[bytes], bytes]
CALIBRATED = b"what only the service can read"


def unheard(_done: int, _total: int) -> None:
    """Hear nothing of the progress."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A bundle of two documents and a curated answer."""
    directory = tmp_path_factory.mktemp("base")
    with KnowledgeBase.open(directory, None, follow=False) as base:
        for number in (1, 2):
            text = f"第{number}号服务指南\n\n一、窗口周一至周五开放，共有 {number} 个。\n"
            base.submit(text.encode(), f"{number}.txt", Metadata("", region="示例市"))
        base.curated.add(Draft("几点开门？", "九点。", ("何时开门？",)))
        base.synonyms.put([Synonym("夜市", ("夜间经济集聚区",), "本地叫法")], "somebody")
    Worker(directory, FakeEmbedder, engines=FakeEngines()).run_until_idle()
    target = directory / "wenju.zip"
    with closing(Database.open(directory)) as database:
        written = BundleWriter(database, directory).write(target, None, unheard, CALIBRATED)
    assert (written.documents, written.answers) == (2, 1)
    assert (written.synonyms, written.calibration) == (1, True)
    assert written.vectors >= 2
    return target.read_bytes()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.open(tmp_path)) as database:
        yield database


def take_in(content: bytes, database: Database, directory: Path) -> None:
    path = directory / "in.zip"
    path.write_bytes(content)
    with Bundle(path) as bundle:
        bundle.check(unheard)
        importer = Importer(database, directory, Rules(), FakeEmbedder().identity)
        importer.bring_in(bundle, unheard)


def changed(whole: bytes, changes: dict[str, Change | None], *, honest: bool = False) -> bytes:
    """Return the bundle with members changed or left out; `honest` corrects the manifest."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(written, "w") as new:
        contents = {name: old.read(name) for name in old.namelist()}
        for name, change in changes.items():
            content = change and change(contents.get(name, b""))
            if content is None:
                del contents[name]
            else:
                contents[name] = content
        if honest:
            manifest = json.loads(contents[MANIFEST])
            manifest["members"] = {
                name: {"sha256": sha256_of(content), "size": len(content)}
                for name, content in contents.items()
                if name != MANIFEST
            }
            contents[MANIFEST] = json.dumps(manifest).encode()
        for name, content in contents.items():
            new.writestr(name, content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def members(whole: bytes, folder: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return [name for name in archive.namelist() if name.startswith(folder)]


def edited(change: Callable[[Any], None]) -> Change:
    """Return what changes a member that is JSON."""

    def run(content: bytes) -> bytes:
        given = json.loads(content)
        change(given)
        return json.dumps(given, ensure_ascii=False).encode()

    return run


def test_a_bundle_is_taken_in_whole(whole: bytes, database: Database, tmp_path: Path) -> None:
    take_in(whole, database, tmp_path)
    here = Catalogue(database).summaries()
    assert {one.metadata.title for one in here} == {"第1号服务指南", "第2号服务指南"}
    assert all(one.chunks_with_vectors == one.chunks for one in here)
    assert all(Originals(tmp_path).has(one.sha256) for one in here)
    model = FakeEmbedder()
    Worker(tmp_path, lambda: model, engines=FakeEngines()).run_until_idle()
    assert model.asked == 0  # the vectors came along
    assert {job.state for job in Jobs(database).latest()} == {JobState.DONE}


def test_two_exports_of_the_same_are_the_same_but_for_the_manifest(whole: bytes) -> None:
    for entry in zipfile.ZipFile(io.BytesIO(whole)).infolist():
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)


def without_form(content: bytes) -> bytes:
    return edited(lambda manifest: manifest.update(format="other"))(content)


def later_form(content: bytes) -> bytes:
    return edited(lambda manifest: manifest.update(version=3))(content)


def first_form(content: bytes) -> bytes:
    return edited(lambda manifest: manifest.update(version=1))(content)


def test_what_a_site_taught_its_desk_is_in_the_bundle_as_it_was(
    whole: bytes, tmp_path: Path
) -> None:
    (tmp_path / "in.zip").write_bytes(whole)
    with Bundle(tmp_path / "in.zip") as bundle:
        assert bundle.synonyms() == [Synonym("夜市", ("夜间经济集聚区",), "本地叫法")]
        assert bundle.calibration() == CALIBRATED
    assert b"somebody" not in whole


def test_a_calibration_goes_with_everything_alone(tmp_path: Path) -> None:
    for disclosures, goes in ((None, True), ({Disclosure.PUBLIC}, False)):
        target = tmp_path / f"{goes}.zip"
        with closing(Database.open(tmp_path)) as database:
            writer = BundleWriter(database, tmp_path)
            assert writer.write(target, disclosures, unheard, CALIBRATED).calibration == goes
        assert (b"calibration.json" in target.read_bytes()) == goes


def test_a_bundle_of_the_first_form_says_nothing_of_synonyms_and_comes_in(
    whole: bytes, database: Database, tmp_path: Path
) -> None:
    without: dict[str, Change | None] = {"synonyms.json": None, "calibration.json": None}
    old = changed(changed(whole, without, honest=True), {MANIFEST: first_form})
    take_in(old, database, tmp_path)
    assert len(Catalogue(database).summaries()) == 2
    with Bundle(tmp_path / "in.zip") as bundle:
        assert (bundle.synonyms(), bundle.calibration()) == (None, None)


def test_a_bundle_of_a_later_form_asks_for_an_upgrade(
    whole: bytes, database: Database, tmp_path: Path
) -> None:
    with pytest.raises(BundleError, match="升级") as caught:
        take_in(changed(whole, {MANIFEST: later_form}), database, tmp_path)
    assert caught.value.code == "bundle_too_new"


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"not a zip", b"\x00" * 1000],
    ids=["empty", "cut", "text", "zeros"],
)
def test_what_is_no_archive_of_ours_is_refused(
    content: bytes, database: Database, tmp_path: Path
) -> None:
    with pytest.raises(BundleError) as caught:
        take_in(content, database, tmp_path)
    assert caught.value.code == "not_a_bundle"


def test_a_file_that_is_not_there_is_said_not_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="找不到"):
        Bundle(tmp_path / "none.zip")


def _document(whole: bytes) -> str:
    return members(whole, "documents/")[0]


def _set(*path: Any, value: Any) -> Change:
    def change(given: Any) -> None:
        for step in path[:-1]:
            given = given[step]
        given[path[-1]] = value

    return edited(change)


HOSTILE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a zip of something else": (
        "not_a_bundle",
        lambda whole: changed(whole, {MANIFEST: None}),
    ),
    "another program's": ("not_a_bundle", lambda whole: changed(whole, {MANIFEST: without_form})),
    "a manifest that is no JSON": (
        "damaged_bundle",
        lambda whole: changed(whole, {MANIFEST: lambda _: b"{"}),
    ),
    "a manifest of deep nesting": (
        "damaged_bundle",
        lambda whole: changed(whole, {MANIFEST: lambda _: b"[" * 100_000}),
    ),
    "a member changed": (
        "damaged_bundle",
        lambda whole: changed(whole, {members(whole, "originals/")[0]: lambda old: old[::-1]}),
    ),
    "vectors changed": (
        "damaged_bundle",
        lambda whole: changed(whole, {members(whole, "vectors/")[0]: lambda old: old[::-1]}),
    ),
    "a member left out": (
        "unsafe_bundle",
        lambda whole: changed(whole, {members(whole, "originals/")[0]: None}),
    ),
    "an original left out honestly": (
        "damaged_bundle",
        lambda whole: changed(whole, {members(whole, "originals/")[0]: None}, honest=True),
    ),
    "a member more": ("unsafe_bundle", lambda whole: changed(whole, {"more": lambda _: b"x"})),
    "a member of another name": (
        "damaged_bundle",
        lambda whole: changed(whole, {"more": lambda _: b"x"}, honest=True),
    ),
    "traversal": (
        "unsafe_bundle",
        lambda whole: changed(whole, {"../../wenju.db": lambda _: b"x"}, honest=True),
    ),
    "an absolute path": (
        "unsafe_bundle",
        lambda whole: changed(whole, {"/etc/passwd": lambda _: b"x"}, honest=True),
    ),
    "a bomb": (
        "unsafe_bundle",
        lambda whole: changed(
            whole, {members(whole, "vectors/")[0]: lambda _: bytes(80_000_000)}, honest=True
        ),
    ),
    "an original of other bytes": (
        "damaged_bundle",
        lambda whole: changed(
            whole, {members(whole, "originals/")[0]: lambda _: b"other"}, honest=True
        ),
    ),
    "a document under another's id": (
        "damaged_bundle",
        lambda whole: changed(whole, {_document(whole): _set("id", value="0" * 16)}, honest=True),
    ),
    "a section beyond the text": (
        "damaged_bundle",
        lambda whole: changed(
            whole, {_document(whole): _set("structure", "root", 3, value=10**9)}, honest=True
        ),
    ),
    "a tree without an end": (
        "damaged_bundle",
        lambda whole: changed(
            whole,
            {_document(whole): lambda old: old.replace(b'"root":', b'"root":' + b"[" * 50_000)},
            honest=True,
        ),
    ),
    "an unknown field": (
        "damaged_bundle",
        lambda whole: changed(
            whole, {_document(whole): _set("metadata", "secret", value="1")}, honest=True
        ),
    ),
    "a title that is a list": (
        "damaged_bundle",
        lambda whole: changed(
            whole, {_document(whole): _set("metadata", "title", value=["a"])}, honest=True
        ),
    ),
    "synonyms left out honestly": (
        "damaged_bundle",
        lambda whole: changed(whole, {"synonyms.json": None}, honest=True),
    ),
    "synonyms that are no list": (
        "damaged_bundle",
        lambda whole: changed(whole, {"synonyms.json": lambda _: b"7"}, honest=True),
    ),
    "a synonym that is no word": (
        "damaged_bundle",
        lambda whole: changed(whole, {"synonyms.json": _set(0, "word", value=7)}, honest=True),
    ),
    "a synonym that is half on": (
        "damaged_bundle",
        lambda whole: changed(whole, {"synonyms.json": _set(0, "enabled", value=1)}, honest=True),
    ),
    "an answer without words": (
        "damaged_bundle",
        lambda whole: changed(whole, {"curated.json": _set(0, "answer", value="")}, honest=True),
    ),
    "an answer with half a basis": (
        "damaged_bundle",
        lambda whole: changed(whole, {"curated.json": _set(0, "basis", value=["a"])}, honest=True),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_damaged_or_hostile_bundle_is_refused_and_changes_nothing(
    name: str, whole: bytes, database: Database, tmp_path: Path
) -> None:
    code, make = HOSTILE[name]
    with pytest.raises(BundleError) as caught:
        take_in(make(whole), database, tmp_path)
    assert caught.value.code == code
    assert caught.value.message.endswith("。")
    assert Catalogue(database).summaries() == []
    assert not (tmp_path / "originals").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("more")]


def test_a_bundle_cut_short_anywhere_is_refused(
    whole: bytes, database: Database, tmp_path: Path
) -> None:
    for size in range(0, len(whole), max(1, len(whole) // 40)):
        with pytest.raises(BundleError):
            take_in(whole[:size], database, tmp_path)
    assert Catalogue(database).summaries() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_a_bundle_with_any_bytes_changed_is_refused_or_as_it_was(
    data: st.DataObject, whole: bytes, tmp_path: Path
) -> None:
    content = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "in.zip"
    path.write_bytes(content)
    try:
        with Bundle(path) as bundle:
            bundle.check(unheard)
    except BundleError:
        pass  # nothing else may come out of it


def test_vectors_that_are_none_are_made_again(
    whole: bytes, database: Database, tmp_path: Path
) -> None:
    first, second = members(whole, "vectors/")
    nonsense: dict[str, Change | None] = {
        first: lambda old: struct.pack("<e", float("nan")) * (len(old) // 2),
        second: lambda old: old[:-2],
    }
    take_in(changed(whole, nonsense, honest=True), database, tmp_path)
    assert [one.chunks_with_vectors for one in Catalogue(database).summaries()] == [0, 0]


def test_a_disk_without_room_changes_nothing(
    whole: bytes, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1})())
    with pytest.raises(StorageFull):
        take_in(whole, database, tmp_path)
    assert Catalogue(database).summaries() == []
