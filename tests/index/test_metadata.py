from datetime import date

import pytest

from index.document import Disclosure, Document, Kind, Metadata
from index.read import read_document
from tests.index.typesetting import report_bytes

NOTICE = """\
阳春市文件
春府办〔2023〕8号
阳春市人民政府办公室关于印发阳春市人才引进办法的通知
各镇人民政府、街道办事处，市直各单位：
《阳春市人才引进办法》已经市人民政府同意，现印发给你们，请认真贯彻执行。
阳春市人民政府办公室
2023年3月6日
（此件公开发布）
阳春市人才引进办法
第一条 为吸引人才，制定本办法。
第二条 《阳江市人才办法》自2019年1月1日起施行的规定继续适用，证书有效期5年。
第三条 本办法自2023年4月1日起施行，有效期3年。
"""

LAW = """\
中华人民共和国某某法
（2002年6月29日第九届全国人民代表大会常务委员会第二十八次会议通过
根据2014年8月31日第十二届全国人民代表大会常务委员会第十次会议《关于修改五部法律的决定》修正）
第一条 为了规范行为，制定本法。
第二条 本法自2003年1月1日起施行。
"""


def read(text: str, known: Metadata | None = None) -> Document:
    return read_document(text.encode(), "文件.txt", known)


def evidence(document: Document, field: str) -> str:
    return document.evidence[field].of(document.text)


def variant(place: str, agency: str, year: int, number: int) -> str:
    """Return the report as another place and year would have written it."""
    text = report_bytes().decode()
    for old, new in (
        ("鹤山市政务服务数据管理局", agency),
        ("鹤政数〔2022〕17 号", f"开政数〔{year}〕{number} 号"),
        ("中共鹤山市委、鹤山市人民政府", f"中共{place}委、{place}人民政府"),
        ("2022 年 11 月 21 日", f"{year} 年 12 月 5 日"),
        ("2022 年", f"{year} 年"),
        ("任煜昌", "张三"),
    ):
        text = text.replace(old, new)
    return text


def test_the_report_states_everything_it_is_known_by() -> None:
    metadata = read_document(report_bytes(), "报告.txt").metadata
    assert metadata == Metadata(
        title="鹤山市政务服务数据管理局2022年法治政府建设年度工作报告",
        document_number="鹤政数〔2022〕17号",
        issuer="鹤山市政务服务数据管理局",
        kind=Kind.REPORT,
        region="鹤山市",
        signer="任煜昌",
        recipients=("中共鹤山市委", "鹤山市人民政府"),
        copied_to=("市委依法治市办", "江门市政数局"),
        issued_on=date(2022, 11, 21),
        disclosure=Disclosure.PUBLIC,
        disclosure_statement="主动公开",
    )


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("title", "鹤山市政务服务数据管理局 2022 年法治政府建设年度工作报告"),
        ("document_number", "鹤政数〔2022〕17 号"),
        ("signer", "任煜昌"),
        ("issuer", "鹤山市政务服务数据管理局"),
        ("issued_on", "2022 年 11 月 21 日"),
        ("copied_to", "市委依法治市办、江门市政数局"),
        ("recipients", "中共鹤山市委、鹤山市人民政府"),
        ("disclosure_statement", "主动公开"),
        ("region", "鹤山市"),
    ],
)
def test_every_field_points_to_the_words_it_was_read_from(field: str, words: str) -> None:
    assert evidence(read_document(report_bytes(), "报告.txt"), field) == words


@pytest.mark.parametrize(
    ("place", "agency"),
    [
        ("开平市", "开平市政务服务数据管理局"),
        ("恩平市", "恩平市人力资源和社会保障局"),
        ("台山市", "台山市卫生健康局"),
    ],
)
def test_another_place_and_year_are_read_alike(place: str, agency: str) -> None:
    metadata = read_document(variant(place, agency, 2024, 9).encode("gb18030"), "x.txt").metadata
    assert metadata.title == f"{agency}2024年法治政府建设年度工作报告"
    assert metadata.document_number == "开政数〔2024〕9号"
    assert (metadata.issuer, metadata.region) == (agency, place)
    assert (metadata.signer, metadata.issued_on) == ("张三", date(2024, 12, 5))


def test_a_notice_and_its_regulation_are_dated_by_what_they_say_of_themselves() -> None:
    document = read(NOTICE)
    metadata = document.metadata
    assert metadata.document_number == "春府办〔2023〕8号"
    assert metadata.issuer == "阳春市人民政府办公室"
    assert metadata.issued_on == date(2023, 3, 6)
    assert metadata.effective_on == date(2023, 4, 1)
    assert metadata.expires_on == date(2026, 4, 1)
    assert metadata.disclosure is Disclosure.PUBLIC
    assert metadata.disclosure_statement == "公开发布"
    assert evidence(document, "effective_on") == "2023年4月1日"


def test_a_law_is_dated_by_its_last_version_and_its_own_last_article() -> None:
    metadata = read(LAW).metadata
    assert metadata.kind is Kind.LAW
    assert metadata.issuer == "全国人民代表大会常务委员会"
    assert metadata.issued_on == date(2014, 8, 31)
    assert metadata.effective_on == date(2003, 1, 1)
    assert metadata.valid_from
    assert metadata.valid_from.date() == date(2014, 8, 31)


@pytest.mark.parametrize("brackets", ["〔〕", "[]", "【】", "()", "（）", "［］"])
def test_a_number_in_any_brackets_has_one_form(brackets: str) -> None:
    text = NOTICE.replace("〔2023〕8号", f" {brackets[0]}2023{brackets[1]} 第 8 号")
    assert read(text).metadata.document_number == "春府办〔2023〕8号"


def test_numbers_of_other_documents_are_not_taken() -> None:
    text = "关于停止执行的通知\n各镇人民政府：\n根据春府〔2020〕3号文件的要求，停止执行有关规定。\n"
    assert read(text).metadata.document_number is None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("本办法自公布之日起施行。", date(2023, 3, 6)),
        ("本办法自印发之日起30日后施行。", date(2023, 4, 5)),
        ("本办法自二〇二三年五月一日起施行。", date(2023, 5, 1)),
        ("自2023年6月1日起执行。", date(2023, 6, 1)),
    ],
)
def test_the_day_of_effect_is_worked_out_from_what_is_said(words: str, day: date) -> None:
    text = NOTICE.replace("本办法自2023年4月1日起施行，有效期3年。", words)
    assert read(text).metadata.effective_on == day


@pytest.mark.parametrize(
    "words",
    [
        "《某某条例》自2020年1月1日起施行后，本市继续执行。",
        "许可证自2023年4月1日起发放。",
        "第一项自2023年5月1日起施行。本办法自2023年6月1日起施行，本办法自2023年7月1日起施行。",
    ],
)
def test_an_uncertain_day_of_effect_stays_open(words: str) -> None:
    text = NOTICE.replace("本办法自2023年4月1日起施行，有效期3年。", words)
    assert read(text).metadata.effective_on is None


def test_validity_through_a_day_ends_the_day_after() -> None:
    text = NOTICE.replace("有效期3年", "有效期至2025年12月31日")
    assert read(text).metadata.expires_on == date(2026, 1, 1)


def test_the_validity_of_a_certificate_is_not_the_documents() -> None:
    text = NOTICE.replace("，有效期3年", "")
    assert read(text).metadata.expires_on is None


def test_the_day_of_printing_is_not_the_day_of_issue() -> None:
    text = report_bytes().decode().replace("\n2022 年 11 月 21 日\n", "\n")
    assert read(text).metadata.issued_on is None


@pytest.mark.parametrize(
    ("statement", "disclosure"),
    [
        ("主动公开", Disclosure.PUBLIC),
        ("依申请公开", Disclosure.ON_REQUEST),
        ("不予公开", Disclosure.INTERNAL),
        ("内部资料", Disclosure.INTERNAL),
    ],
)
def test_the_way_of_disclosure_is_read_as_printed(statement: str, disclosure: Disclosure) -> None:
    text = report_bytes().decode().replace("主动公开", statement)
    metadata = read(text).metadata
    assert metadata.disclosure is disclosure
    assert metadata.disclosure_statement == statement


def test_what_nobody_says_stays_unknown() -> None:
    metadata = read("停水通告\n因管道维修，本周六上午停水，请居民做好准备。\n").metadata
    assert metadata.issuer is metadata.issued_on is metadata.region is None
    assert metadata.disclosure is Disclosure.UNKNOWN


@pytest.mark.parametrize(
    "title",
    [
        "人力资源市场管理办法",
        "城市管理规定",
        "历史文化名城名镇保护办法",
        "国家市场监督管理规定",
        "全市工作要点",
    ],
)
def test_a_word_that_only_looks_like_a_place_is_no_region(title: str) -> None:
    assert (
        read(f"{title}\n为规范有关管理工作，提高服务水平，制定如下要求。\n").metadata.region is None
    )


def test_what_is_known_wins_and_the_evidence_of_what_it_overrules_goes() -> None:
    known = Metadata(title="", issuer="阳春市人民政府", category="人才")
    document = read(NOTICE, known)
    assert document.metadata.issuer == "阳春市人民政府"
    assert document.metadata.category == "人才"
    assert document.metadata.title == "阳春市人民政府办公室关于印发阳春市人才引进办法的通知"
    assert "issuer" not in document.evidence
    assert "title" in document.evidence


def test_a_title_on_two_lines_is_one() -> None:
    text = "阳春市人民政府办公室关于印发\n阳春市人才引进办法的通知\n各单位：\n请认真贯彻执行。\n"
    assert read(text).metadata.title == "阳春市人民政府办公室关于印发阳春市人才引进办法的通知"


def test_an_order_lends_its_number_and_the_regulation_its_title() -> None:
    text = (
        "中华人民共和国国务院令\n第711号\n"
        "《某某条例》已经国务院常务会议通过，现予公布，自2019年5月15日起施行。\n"
        "总理 某某某\n2019年4月3日\n"
        "中华人民共和国某某条例\n第一条 甲的规定。\n第二条 乙的规定。\n"
    )
    metadata = read(text).metadata
    assert metadata.title == "中华人民共和国某某条例"
    assert metadata.kind is Kind.ADMINISTRATIVE_REGULATION
    assert (metadata.document_number, metadata.issuer) == ("国务院令第711号", "国务院")
    assert metadata.issued_on == date(2019, 4, 3)
    assert metadata.effective_on == date(2019, 5, 15)


def test_a_text_without_a_title_is_named_by_its_opening_words() -> None:
    text = "近日，市医保局出台新规，明确参保人员异地就医的备案办法，方便群众就医。"
    document = read_document(text.encode(), "015758c216923f89.txt")
    assert document.metadata.title == evidence(document, "title")
    assert text.startswith(document.metadata.title)


def test_a_file_name_that_says_something_is_the_title_of_last_resort() -> None:
    text = "近日，市医保局出台新规，明确参保人员异地就医的备案办法，方便群众就医。"
    assert read_document(text.encode(), "异地就医备案问答.txt").metadata.title == "异地就医备案问答"
