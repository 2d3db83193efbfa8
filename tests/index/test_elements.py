import pytest

from index.document import Document
from index.elements import Element, Form, official
from index.read import read_document
from tests.index.test_sections import LAW

NOTICE = """000012
机密★1年
特急

示例市人民政府办公室文件

示政办发〔2021〕12号                 签发人：张三

示例市人民政府办公室关于印发
示例市夜间照明管理办法的通知

各县（区）人民政府，市政府各部门：

《示例市夜间照明管理办法》已经市政府同意，现印发给你们，请遵照执行。

附件：1.示例市夜间照明管理办法
      2.关于夜间照明设施的
      说明

                          示例市人民政府办公室
                            2021年3月5日

（此件公开发布）

附件1

示例市夜间照明管理办法

第一条　为了规范照明，制定本办法。

第二条　本办法自2021年4月1日起施行。

附件2

关于夜间照明设施的说明

设施每年检查一次。

抄送：市委各部门，市人大常委会办公室，
      市法院，市检察院。
示例市人民政府办公室                2021年3月6日印发
"""
LETTER = """示例市人民政府办公室

示政办函〔2020〕3号

示例市人民政府办公室关于同意建设
东区公园的复函

东区人民政府：

你区《关于建设东区公园的请示》（东政〔2020〕8号）收悉。经研究，现函复如下：

一、同意建设。

二、请抓紧实施。

示例市人民政府办公室
2020年2月3日

抄送：市财政局、市住房城乡建设局。
"""
ORDER = """示例市人民政府令

第12号

《示例市停车管理办法》已经2019年3月1日市人民政府第30次常务会议审议通过，现予公布。

市长  王五
2019年3月10日

示例市停车管理办法

第一条　为了停车，制定本办法。

第二条　本办法自2019年5月1日起施行。
"""
MINUTES = """示例市水务局专题会议纪要
第5期

示例市水务局办公室　　2022年6月1日

关于水价的会议纪要

2022年5月30日，局长李四主持召开专题会议，研究水价事宜。

一、会议决定稳定水价。

出席：王五、赵六、
孙七。
列席：钱八（示例市财政局）

分送：局领导，各科室。
示例市水务局办公室　　2022年6月2日印发
"""


def read(text: str) -> Document:
    return read_document(text.encode(), "例.txt")


def stated(text: str) -> tuple[Form, dict[Element, list[str]]]:
    document = read(text)
    found = official(document)
    assert found is not None
    words: dict[Element, list[str]] = {}
    for one in found.stated:
        words.setdefault(one.element, []).append(one.span.of(document.text))
    return found.form, words


def test_all_that_stands_around_a_notice_is_read() -> None:
    form, words = stated(NOTICE)
    assert form is Form.DOCUMENT
    assert words == {
        Element.COPY_NUMBER: ["000012"],
        Element.SECRECY: ["机密★1年"],
        Element.URGENCY: ["特急"],
        Element.LETTERHEAD: ["示例市人民政府办公室文件"],
        Element.NUMBER: ["示政办发〔2021〕12号"],
        Element.SIGNER: ["张三"],
        Element.TITLE: ["示例市人民政府办公室关于印发\n示例市夜间照明管理办法的通知"],
        Element.RECIPIENTS: ["各县（区）人民政府，市政府各部门"],
        Element.ATTACHMENT: ["示例市夜间照明管理办法", "关于夜间照明设施的\n说明"],
        Element.SIGNATURE: ["示例市人民政府办公室"],
        Element.ISSUED_ON: ["2021年3月5日"],
        Element.NOTE: ["（此件公开发布）"],
        Element.COPIED_TO: ["市委各部门，市人大常委会办公室，\n市法院，市检察院"],
        Element.PRINTED_BY: ["示例市人民政府办公室"],
        Element.PRINTED_ON: ["2021年3月6日"],
    }


def test_an_attachment_leads_to_the_annex_of_its_title_or_number() -> None:
    document = read(NOTICE)
    found = official(document)
    assert found is not None
    annexes = [one.annex for one in found.stated if one.element is Element.ATTACHMENT]
    assert [annex and annex.of(document.text)[:3] for annex in annexes] == ["附件1", "附件2"]


def test_the_agency_above_a_letter_is_not_its_title() -> None:
    form, words = stated(LETTER)
    assert form is Form.LETTER
    assert words[Element.LETTERHEAD] == ["示例市人民政府办公室"]
    assert words[Element.TITLE] == ["示例市人民政府办公室关于同意建设\n东区公园的复函"]
    metadata = read(LETTER).metadata
    assert metadata.title == "示例市人民政府办公室关于同意建设东区公园的复函"
    assert metadata.document_number == "示政办函〔2020〕3号"
    assert metadata.recipients == ("东区人民政府",)


def test_an_order_has_its_number_and_who_signed_it() -> None:
    form, words = stated(ORDER)
    assert form is Form.ORDER
    assert words[Element.LETTERHEAD] == ["示例市人民政府令"]
    assert words[Element.NUMBER] == ["示例市人民政府令\n第12号"]
    assert words[Element.SIGNATURE] == ["市长  王五"]


def test_minutes_name_those_who_met() -> None:
    form, words = stated(MINUTES)
    assert form is Form.MINUTES
    assert words[Element.LETTERHEAD] == ["示例市水务局专题会议纪要"]
    assert words[Element.TITLE] == ["关于水价的会议纪要"]
    assert words[Element.NUMBER] == ["第5期"]
    assert words[Element.CHAIR] == ["局长李四"]
    assert words[Element.PRESENT] == ["王五、赵六、\n孙七"]
    assert words[Element.ATTENDING] == ["钱八（示例市财政局）"]
    assert words[Element.COPIED_TO] == ["局领导，各科室"]
    assert words[Element.PRINTED_ON] == ["2022年6月2日"]


@pytest.mark.parametrize(
    "number", ["〔2021〕2号", "（第12期）", "2021年第3期", "示府纪要〔2021〕2号"]
)
def test_minutes_without_a_title_below_are_called_by_their_name(number: str) -> None:
    text = MINUTES.replace("第5期", number).replace("关于水价的会议纪要\n\n", "")
    metadata = read(text).metadata
    assert metadata.title == "示例市水务局专题会议纪要"
    assert metadata.document_number == number.strip("（）")
    assert metadata.issuer == "示例市水务局办公室"
    assert str(metadata.issued_on) == "2022-06-01"
    _, words = stated(text)
    assert words[Element.LETTERHEAD] == ["示例市水务局专题会议纪要"]
    assert Element.TITLE not in words


def test_the_name_of_minutes_may_stand_below_their_secrecy() -> None:
    text = "秘密★1年\n" + MINUTES.replace("关于水价的会议纪要\n\n", "")
    form, words = stated(text)
    assert form is Form.MINUTES
    assert words[Element.SECRECY] == ["秘密★1年"]
    assert words[Element.LETTERHEAD] == ["示例市水务局专题会议纪要"]


def test_agencies_that_sign_together_are_told_apart() -> None:
    text = LETTER.replace("\n示例市人民政府办公室\n2020", "\n示例市教育局  示例市公安局\n2020")
    _, words = stated(text)
    assert words[Element.SIGNATURE] == ["示例市教育局", "示例市公安局"]


@pytest.mark.parametrize("text", [LAW, "停水通知\n\n今天停水。\n"])
def test_a_law_and_a_plain_page_are_no_official_letters(text: str) -> None:
    assert official(read(text)) is None
