from pathlib import Path

import pytest

from index.corpus import Laws, incoming, packaged
from index.document import Kind, Metadata
from index.errors import InvalidCatalogue
from index.read import read_document
from tests.index.test_packaged_laws import needs_laws, needs_rules
from tests.index.typesetting import REPORT

CATALOGUE = REPORT.parents[1] / "catalogue.toml"


def written(folder: Path, text: str) -> Path:
    (folder / "a.txt").write_text("关于开展检查的通知\n请各单位认真准备。\n", encoding="utf-8")
    catalogue = folder / "catalogue.toml"
    catalogue.write_text(text, encoding="utf-8")
    return catalogue


def test_the_report_is_in_the_catalogue_with_what_is_known_of_it() -> None:
    (report,) = incoming(CATALOGUE, Laws.NONE)
    assert report.source == REPORT.name
    assert report.known.document_number == "鹤政数〔2022〕17号"
    assert report.known.kind is Kind.REPORT


def test_the_catalogue_and_the_report_agree() -> None:
    (report,) = incoming(CATALOGUE, Laws.NONE)
    assert read_document(report.content, report.source).metadata == report.known


@needs_laws
@needs_rules
def test_every_pinned_law_is_in_its_package() -> None:
    found = {Path(law.source).stem.split("（")[0] for law in packaged(CATALOGUE, Laws.PINNED)}
    for name in ("宪法", "民法典", "行政许可法", "政府采购法", "数据安全法"):
        assert f"中华人民共和国{name}" in found
    assert "政府采购促进中小企业发展管理办法" in found
    assert len(found) == 28


@needs_laws
def test_laws_are_made_only_when_they_are_asked_for() -> None:
    assert next(packaged(CATALOGUE, Laws.ALL)).source.endswith(".txt")


@needs_laws
@needs_rules
def test_a_law_that_both_packages_hold_comes_in_once() -> None:
    sources = [law.source for law in packaged(CATALOGUE, Laws.ALL)]
    assert not any(source == "政府采购法.md" for source in sources)
    assert sum("政府采购法（" in source for source in sources) == 1


def test_a_catalogue_entry_may_state_only_some_fields(tmp_path: Path) -> None:
    catalogue = written(tmp_path, '[[file]]\npath = "a.txt"\ncategory = "检查"\n')
    (one,) = incoming(catalogue, Laws.NONE)
    assert one.known == Metadata(title="", category="检查")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[file]]\npath = "gone.txt"\n', "gone.txt 不存在"),
        ('[[file]]\npath = "a.txt"\nauthor = "某人"\n', "author"),
        ('[[file]]\npath = "a.txt"\nkind = "book"\n', "book"),
        ("[[file]\n", "写法有误"),
    ],
)
def test_a_mistake_in_the_catalogue_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InvalidCatalogue, match=says):
        list(incoming(written(tmp_path, text), Laws.NONE))


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidCatalogue, match="找不到"):
        list(incoming(tmp_path / "catalogue.toml", Laws.NONE))
