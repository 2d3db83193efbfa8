import io
from datetime import date
from pathlib import Path

import docx
import pytest

from index.document import Document, Status
from index.named_texts import Relation, named_texts
from index.read import read_document
from tests.index.test_succession import FIRST, add, ends

DECISION = """示例市人民政府关于废止和修改部分规章的决定

示政发〔2020〕9号

各区人民政府：

市政府决定，废止和修改下列规章（目录见附件），自公布之日起施行。

附件：1.废止的规章目录
2.修改的规章目录
3.继续有效的规章目录

示例市人民政府
2020年6月1日

附件1

示例市人民政府决定废止的规章目录（3件）

1.《示例市共享单车管理办法》（2012年3月1日示例市人民政府令第8号公布）
2.示例市渔业管理办法（试行）（示政发〔2001〕5号）　　说明：已被《示例市水产管理办法》代替。
3.《示例市灯光管理规定》第三条

附件2

修改的规章目录

1.《示例市船舶管理办法》（示政发〔2002〕6号）

附件3

继续有效的规章目录

一、《示例市烟花管理办法》
"""


def read(text: str) -> Document:
    return read_document(text.encode(), "例.txt")


def ended(document: Document) -> list[tuple[str, str | None]]:
    return [
        (one.title, one.document_number)
        for one in named_texts(document)
        if one.relation is Relation.REPEALS
    ]


def test_what_an_annex_lists_as_repealed_ends_and_what_others_list_does_not() -> None:
    assert ended(read(DECISION)) == [
        ("示例市共享单车管理办法", None),
        ("示例市渔业管理办法（试行）", "示政发〔2001〕5号"),
    ]


def test_the_entry_is_the_evidence() -> None:
    document = read(DECISION)
    first = next(one for one in named_texts(document) if one.relation is Relation.REPEALS)
    assert first.span.of(document.text) == (
        "1.《示例市共享单车管理办法》（2012年3月1日示例市人民政府令第8号公布）"
    )


def test_a_text_so_listed_ends_on_the_day_of_the_decision(tmp_path: Path) -> None:
    kept = FIRST.replace("共享单车", "船舶")
    listed, untouched, _ = add(tmp_path, [FIRST, kept, DECISION])
    assert ends(tmp_path, listed) == (date(2020, 6, 1), Status.REPEALED)
    assert ends(tmp_path, untouched) == (None, None)


def test_headings_within_an_annex_tell_what_becomes_of_what_stands_below() -> None:
    text = DECISION[: DECISION.index("附件1\n")] + (
        "附件1\n\n废止、修改的规章目录\n\n一、废止的规章（1件）\n\n1.《甲规定》\n\n"
        "二、修改的规章\n\n1.《乙规定》\n\n三、宣布失效的文件\n\n1.关于加强照明的通知（示政办〔2003〕7号）\n"
    )
    assert ended(read(text)) == [("甲规定", None), ("关于加强照明的通知", "示政办〔2003〕7号")]


def test_a_table_is_read_by_its_columns() -> None:
    document = docx.Document()
    for line in DECISION[: DECISION.index("附件1\n")].splitlines():
        if line:
            document.add_paragraph(line)
    for line in ("附件1", "规范性文件清理结果目录"):
        document.add_paragraph(line)
    rows = [
        ("序号", "文件名称", "文号", "清理结果"),
        ("1", "示例市渔业管理办法", "示政发〔2001〕5号", "废止"),
        ("2", "《示例市灯光管理规定》", "示政发〔2003〕7号", "继续有效"),
        ("3", "《示例市喷泉管理规定》", "示政发〔2004〕8号", "宣布失效"),
    ]
    table = document.add_table(len(rows), len(rows[0]))
    for cells, words in zip(table.rows, rows, strict=True):
        for cell, word in zip(cells.cells, words, strict=True):
            cell.text = word
    file = io.BytesIO()
    document.save(file)
    assert ended(read_document(file.getvalue(), "例.docx")) == [
        ("示例市渔业管理办法", "示政发〔2001〕5号"),
        ("示例市喷泉管理规定", "示政发〔2004〕8号"),
    ]


def test_a_list_in_the_decision_itself_is_read() -> None:
    text = (
        "示例市人民政府关于废止部分规章的决定\n\n示例市人民政府决定：\n\n"
        "一、废止下列规章：\n1.《甲规定》（示例市人民政府令第3号）\n2.《乙规定》\n"
        "二、对下列规章予以修改：\n1.《丙规定》\n三、本决定自公布之日起施行。\n\n"
        "示例市人民政府\n2020年6月1日\n"
    )
    assert ended(read(text)) == [("甲规定", None), ("乙规定", None)]


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("关于废止和修改部分规章的决定", "关于废止和修改部分规章的决定（征求意见稿）"),
        ("市政府决定，废止和修改下列规章", "市政府拟废止和修改下列规章"),
        ("决定废止的规章目录", "建议废止的规章目录"),
    ],
)
def test_a_draft_ends_nothing(words: str, others: str) -> None:
    assert ended(read(DECISION.replace(words, others))) == []
