"""A base of any size, of laws and copies whose vectors differ a little."""

import numpy as np
import pytest

from eval.benchmarks.large_base import CopyingEmbedder, base_of
from eval.workbench import Workbench, text_file

LAW = text_file("law.txt", "申请办法\n第一条　为了规范申请。\n第二条　本办法自公布之日起施行。\n")
OTHER = text_file("other.txt", "收费办法\n第一条　每件五元。\n")


def test_copies_are_made_until_there_are_enough() -> None:
    files = list(base_of([LAW, OTHER], 8))
    assert [file.source for file in files] == [
        "law.txt",
        "other.txt",
        "1-law.txt",
        "1-other.txt",
        "2-law.txt",
    ]
    assert files[2].content.decode().startswith("申请办法（副本1）\n第一条")
    assert len({file.content for file in files}) == 5


def test_no_more_laws_than_needed() -> None:
    assert [file.source for file in base_of([LAW, OTHER], 2)] == ["law.txt"]


def test_a_copy_lies_near_its_original_and_an_original_where_it_was(workbench: Workbench) -> None:
    copying = CopyingEmbedder(workbench.embedder)
    texts = ["申请办法\n第一条　为了规范申请。", "申请办法（副本1）\n第一条　为了规范申请。"]
    original, copied = copying.embed_passages(texts)
    plain = workbench.embedder.embed_passages(texts[:1])[0]
    assert original == pytest.approx(plain, abs=1e-6)
    assert 0.8 < float(original @ copied) < 0.999
    assert np.linalg.norm(copied) == pytest.approx(1)
    assert copying.embed_passages(texts[1:])[0] == pytest.approx(copied)
    assert copying.identity == workbench.embedder.identity
