from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.read import read_document
from index.references import Reference, ReferenceKind, place_in, references

LAW = """示例市公园条例

（2019年5月1日示例市人民代表大会常务委员会通过）

第一章　总则

第一条　为了建好公园，根据《示例省绿化条例》（以下简称绿化条例），制定本条例。

第二条　公园分为综合公园和专类公园。
前款规定的专类公园，由市园林局确定。

第三条　公园不得有下列行为：
（一）占用绿地；
（二）擅自收费。

第二章　法律责任

第四条　违反本条例第三条第一项、第二项规定的，依照绿化条例第十二条第二款处罚；
依照前条规定处罚不足的，适用本条例第二条至第三条。

第五条　违反治安管理的，依照治安管理处罚法的规定处罚，收费办法见示园〔2018〕6号。

第六条　本条例所称公园，包括第二条第二款规定的公园。本章自2020年1月1日起施行。
"""


def read(text: str) -> list[tuple[str, Reference]]:
    document = read_document(text.encode(), "例.txt")
    return [(one.span.of(document.text), one) for one in references(document)]


def test_the_references_of_a_law_are_found_in_reading_order() -> None:
    assert [quote for quote, _ in read(LAW)] == [
        "《示例省绿化条例》",
        "前款",
        "本条例第三条第一项",
        "第二项",
        "绿化条例第十二条第二款",
        "前条",
        "本条例第二条至第三条",
        "治安管理处罚法",
        "示园〔2018〕6号",
        "第二条第二款",
        "本章",
    ]


def test_a_place_in_a_list_keeps_the_article_before_it() -> None:
    found = dict(read(LAW))
    assert found["第二项"].steps == ("第三条", "第（二）项")
    assert found["绿化条例第十二条第二款"].title == "示例省绿化条例"
    assert found["本条例第二条至第三条"].until == ("第三条",)


def test_what_opens_an_article_is_no_reference_nor_is_the_name_of_a_form() -> None:
    text = "示例规定\n\n第一条　应当出示《参观登记表》。\n\n第二条　本项目和本条例另行公布。\n"
    assert read(text) == []


def test_a_number_is_read_without_the_words_before_it() -> None:
    text = "关于放假的通知\n\n根据示政办发〔2020〕5号，经研究决定放假，现通知如下。\n"
    [(quote, found)] = read(text)
    assert (quote, found.document_number) == ("示政办发〔2020〕5号", "示政办发〔2020〕5号")


def test_a_name_with_its_number_is_one_reference() -> None:
    text = "关于放假的通知\n\n根据《示例市放假办法》（示政规〔2020〕5号）第二条，放假三天。\n"
    [(_, found)] = read(text)
    assert (found.title, found.document_number) == ("示例市放假办法", "示政规〔2020〕5号")
    assert found.steps == ("第二条",)


@pytest.mark.parametrize(
    ("quote", "locator"),
    [
        ("前款", "第二条第一款"),
        ("本条例第三条第一项", "第三条第（一）项"),
        ("第二项", "第三条第（二）项"),
        ("前条", "第三条"),
        ("第二条第二款", "第二条第二款"),
    ],
)
def test_a_reference_to_the_same_text_leads_to_its_place(quote: str, locator: str) -> None:
    document = read_document(LAW.encode(), "例.txt")
    found = next(one for one in references(document) if one.span.of(document.text) == quote)
    section = place_in(document, found)
    assert section is not None
    assert document.locator(section.span) == locator


def test_this_chapter_is_the_chapter_it_stands_in() -> None:
    document = read_document(LAW.encode(), "例.txt")
    found = next(one for one in references(document) if one.near == "本章")
    section = place_in(document, found)
    assert section is not None
    assert section.span.of(document.text).startswith("第二章")


def test_a_place_that_is_not_there_leads_nowhere() -> None:
    document = read_document(LAW.replace("第二条第二款规", "第九条规").encode(), "例.txt")
    found = next(one for one in references(document) if one.steps == ("第九条",))
    assert place_in(document, found) is None


PIECES = (
    *("依照", "《示例法》", "第三条", "第二款", "（一）项", "、", "和", "至", "前款", "本办法"),
    *("国发〔2020〕5号", "（以下简称", "）", "。", "第", "条", "本条", "《", "》", "示例法", "\n"),
    "第四条\u3000",
)


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_references_lie_in_the_text_in_order_and_apart(words: list[str]) -> None:
    text = "示例办法\n\n第一条　开头的话在这里。\n第二条　" + "".join(words) + "结尾。\n"
    document = read_document(text.encode(), "例.txt")
    position = 0
    for one in references(document):
        assert position <= one.span.start < one.span.end <= len(document.text)
        assert one.title or one.document_number or one.steps or one.near
        assert (one.kind is ReferenceKind.NEAR) == (one.near is not None)
        position = one.span.end


def test_the_day_in_a_file_name_dates_a_version_that_its_own_head_does_not() -> None:
    document = read_document(LAW.encode(), "示例市公园条例(2023-06-01).md")
    assert document.metadata.issued_on == date(2023, 6, 1)
    assert not len(document.evidence["issued_on"])
    same = read_document(LAW.encode(), "示例市公园条例(2019-05-20).md")
    assert same.metadata.issued_on == date(2019, 5, 1)
