import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk
from index.coverage import check
from index.document import Span
from index.errors import ReadError
from index.read import read_document
from tests.index.typesetting import report_bytes


def test_a_document_is_named_by_its_bytes() -> None:
    document = read_document(report_bytes(), "报告.txt")
    assert document.sha256 == hashlib.sha256(report_bytes()).hexdigest()
    assert document.id == document.sha256[:16]
    assert document.source == "报告.txt"


def test_reading_twice_gives_the_same() -> None:
    assert read_document(report_bytes(), "r.txt") == read_document(report_bytes(), "r.txt")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_the_encoding_of_a_file_changes_nothing_that_is_read(encoding: str) -> None:
    original = read_document(report_bytes(), "r.txt")
    other = read_document(report_bytes().decode().encode(encoding), "r.txt")
    assert (other.text, other.metadata, other.root) == (
        original.text,
        original.metadata,
        original.root,
    )


def test_the_answer_to_the_first_question_stands_where_it_is_cited() -> None:
    document = read_document(report_bytes(), "r.txt")
    at = document.text.index("56 个事项")
    span = Span(at, at + 6)
    assert document.locator(span) == "第一部分第（八）项"
    assert document.page_at(at) == 5


def test_a_changed_number_changes_nothing_else() -> None:
    original = read_document(report_bytes(), "r.txt")
    changed = read_document(report_bytes().decode().replace("45460", "51237").encode(), "r.txt")
    assert changed.text == original.text.replace("45460", "51237")
    assert changed.root == original.root


LINES = """\
第一章 总则
第一条 为了规范管理，制定本办法。
（一）甲项；
一、工作目标
关于开展检查的通知
各镇人民政府：
2023年5月1日
鹤山市司法局
公开方式：主动公开
- 3 -
　　正文的一句话，说明有关要求。
附件1
抄送：市司法局。
\f
本办法自2023年7月1日起施行，有效期5年。
签发人：张三
春府〔2023〕8号
""".splitlines()


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=30))
def test_whatever_is_read_is_covered_and_its_evidence_is_true(lines: list[str]) -> None:
    try:
        document = read_document("\n".join(lines).encode(), "x.txt")
    except ReadError:
        return
    assert check(document, chunk(document)).complete
    for field, span in document.evidence.items():
        assert span.of(document.text).strip(), field
