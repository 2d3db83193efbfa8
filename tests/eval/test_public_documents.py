import json
from pathlib import Path

import pytest

from eval.datasets import DatasetAbsent, Half
from eval.metadata import Label, Verdict, judge
from eval.metadata import load_labels as metadata_labels
from eval.public_documents import PublicDocument, Sort, load_public_documents
from eval.references import Labelled, count
from eval.references import load_labels as reference_labels
from eval.structure import UNREAD, examine
from index.read import read_document
from index.soundness import Fault
from tests.index.test_references import LAW


def test_laws_and_policies_are_found_and_sorted(tmp_path: Path) -> None:
    (tmp_path / "laws" / "行政法规").mkdir(parents=True)
    (tmp_path / "laws" / "行政法规" / "示例条例.md").write_text(LAW, encoding="utf-8")
    (tmp_path / "policies").mkdir()
    entry = json.dumps({"title": "关于放假的通知", "text": "放假三天。"}, ensure_ascii=False)
    (tmp_path / "policies" / "示例.jsonl").write_text(entry + "\n", encoding="utf-8")
    law, policy = load_public_documents(tmp_path)
    assert (law.name, law.sort) == ("laws/行政法规/示例条例.md", Sort.STATE_COUNCIL)
    assert (policy.name, policy.sort) == ("policies/示例.jsonl:1", Sort.POLICY)
    assert policy.content.decode() == "关于放假的通知\n放假三天。\n"


def test_without_data_the_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetAbsent):
        load_public_documents(tmp_path)


def test_an_exception_has_its_kind_and_a_file_that_cannot_be_read_is_one() -> None:
    broken = LAW.replace("第三条　公园", "第九条　公园")
    given = PublicDocument("laws/例.md", Sort.LOCAL, "例.md", broken.encode())
    kinds = {one.kind for one in examine(given).exceptions}
    assert Fault.ARTICLE_GAP in kinds
    empty = PublicDocument("laws/空.md", Sort.LOCAL, "空.md", b"")
    assert [one.kind for one in examine(empty).exceptions] == [UNREAD]
    sound = PublicDocument("laws/好.md", Sort.LOCAL, "好.md", LAW.encode())
    assert examine(sound).exceptions == ()


def test_each_field_is_right_wrong_missing_or_left_open() -> None:
    fields = {
        "title": ("示例市公园条例",),
        "document_number": ("示园〔2020〕1号",),
        "issuer": ("别的机关",),
        "kind": ("local_regulation",),
        "region": (None,),
        "issued_on": ("2019-05-01", "2019-05-02"),
        "effective_on": (None,),
        "expires_on": (None,),
    }
    label = Label("例", Half.TUNING, fields)
    judged = {one.field: one.verdict for one in judge(label, read_document(LAW.encode(), "例.txt"))}
    assert judged["title"] is Verdict.RIGHT
    assert judged["document_number"] is Verdict.MISSING
    assert judged["issuer"] is Verdict.WRONG
    assert judged["issued_on"] is Verdict.RIGHT
    assert judged["expires_on"] is Verdict.ABSENT
    assert judged["region"] is Verdict.WRONG


def test_references_are_counted_right_missed_and_too_many() -> None:
    start = LAW.index("第四条")
    end = LAW.index("\n", start)
    wanted = (
        "本|第三条/第（一）项",
        "本|第三条/第（二）项",
        "示例省绿化条例|第十二条/第二款",
        "刑法|",
    )
    counted = count(
        Labelled("例", start, end, Half.TUNING, wanted), LAW, read_document(LAW.encode(), "例.txt")
    )
    assert (counted.both, counted.found, counted.there) == (3, 3, 4)


def test_the_labels_can_be_read_and_hold_both_halves() -> None:
    metadata, references = metadata_labels(), reference_labels()
    assert len(metadata) == 100
    assert {one.half for one in metadata} == {one.half for one in references} == set(Half)
    assert sum(len(one.references) for one in references) > 100
