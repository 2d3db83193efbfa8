from datetime import date

from index.document import SectionKind
from index.formats.markdown import read_markdown
from index.read import read_document

GUIDE = """\
---
title: 居住证办理指南
发文机关: 某市公安局
date: 2024-05-06
---
# 居住证办理指南

<!-- 内部备注 -->
## 办理条件

在本市**居住半年以上**的人员可以申领。

## 办理材料

- 身份证
- 居住证明，与__登记地址__一致
"""


def test_marks_are_taken_off_and_words_stay() -> None:
    document = read_document(GUIDE.encode(), "指南.md")
    assert document.text.split("\n") == [
        "居住证办理指南",
        "办理条件",
        "在本市居住半年以上的人员可以申领。",
        "办理材料",
        "身份证",
        "居住证明，与登记地址一致",
    ]


def test_every_character_left_out_is_listed() -> None:
    document = read_document(GUIDE.encode(), "指南.md")
    pieces = [(run.source_start, run.span.of(document.text)) for run in document.origin]
    pieces += [(removal.source_start, removal.text) for removal in document.removals]
    assert "".join(text for _, text in sorted(pieces)) == GUIDE


def test_front_matter_states_the_metadata() -> None:
    metadata = read_document(GUIDE.encode(), "指南.md").metadata
    assert metadata.title == "居住证办理指南"
    assert metadata.issuer == "某市公安局"
    assert metadata.issued_on == date(2024, 5, 6)


def test_headings_become_sections() -> None:
    document = read_document(GUIDE.encode(), "指南.md")
    headings = [
        section.heading.of(document.text)
        for section in document.root.children
        if section.kind is SectionKind.HEADING and section.heading
    ]
    assert headings == ["办理条件", "办理材料"]
    at = document.text.index("身份证")
    assert document.locator(document.root.children[-1].span) == "“办理材料”部分"
    assert "办理材料" in document.locator(type(document.root.span)(at, at + 3))


def test_a_rule_between_lines_is_no_front_matter() -> None:
    raw = read_markdown("---\n这是正文，不是字段\n---\n后面的文字".encode())
    assert raw.stated is None
    assert all("这是正文" not in removal.text for removal in raw.removals)


def test_a_number_sign_inside_a_line_stays() -> None:
    raw = read_markdown("拨打 #12345 热线，或 C# 培训".encode())
    assert raw.removals == ()
