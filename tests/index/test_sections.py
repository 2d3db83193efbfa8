import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document, Metadata, Section, SectionKind, Span
from index.formats.raw import OutlineHeading
from index.read import read_document
from index.sections import parse
from tests.index.typesetting import report_bytes

LAW = """\
某市公共数据管理办法
（2023年5月1日某市人民政府令第12号公布 自2023年7月1日起施行）
第一章 总则
第一条 为了规范公共数据管理，制定本办法。
第二条 本办法适用于本市行政区域内的公共数据管理活动。
法律、法规另有规定的，从其规定。
第二章 管理
第十条规定的情形除外，任何单位不得重复收集数据。
第三条 市大数据主管部门履行下列职责：
（一）拟定管理制度；
（二）统筹数据共享，包括：
1.建立目录；
2.明确权限。
（三）依照第十条的规定开展检查。
前款第（三）项规定的检查每年不少于一次。
第三条之一 数据目录应当公开。
第四条 有下列情形之一的，不予共享：
（一）涉及国家秘密；
（二）法律另有规定。
第五条 本办法自2023年7月1日起施行。
"""


def document(text: str) -> Document:
    root = parse(text)
    return Document("d", "d.txt", "0" * 64, text, Metadata(title="t"), root)


def locate(text: str, words: str) -> str:
    at = text.index(words)
    return document(text).locator(Span(at, at + len(words)))


def assert_tiles(section: Section) -> None:
    """Assert that the children of every section follow one another and fill it."""
    if not section.children:
        return
    assert section.children[0].span.start == section.span.start
    assert section.children[-1].span.end == section.span.end
    for before, after in zip(section.children, section.children[1:], strict=False):
        assert before.span.end == after.span.start
    for child in section.children:
        assert len(child.span)
        assert_tiles(child)


@pytest.mark.parametrize(
    ("words", "locator"),
    [
        ("实现 56 个事项两市通办", "第一部分第（八）项"),
        ("开展首席数据官工作", "第一部分第（十）项"),
        ("带头尊法学法守法用法", "第二部分"),
        ("45460 宗", "第一部分第（九）项"),
        ("签发人", ""),
        ("公开方式：主动公开", ""),
    ],
)
def test_a_place_in_the_report_is_cited_by_part_and_item(words: str, locator: str) -> None:
    report = read_document(report_bytes(), "report.txt")
    at = report.text.index(words)
    assert report.locator(Span(at, at + len(words))) == locator


def test_the_frame_of_the_report_is_told_from_its_body() -> None:
    kinds = [section.kind for section in read_document(report_bytes(), "r.txt").root.children]
    assert kinds == [
        SectionKind.HEAD,
        SectionKind.TITLE,
        SectionKind.SALUTATION,
        SectionKind.PREAMBLE,
        SectionKind.HEADING,
        SectionKind.HEADING,
        SectionKind.HEADING,
        SectionKind.SIGNATURE,
        SectionKind.FIELD,
        SectionKind.FIELD,
        SectionKind.IMPRINT,
    ]


def test_first_second_third_inside_a_paragraph_are_no_sections() -> None:
    report = read_document(report_bytes(), "r.txt")
    part = report.root.children[4]
    assert [child.label for child in part.children[1:]] == [
        f"第（{number}）项" for number in "一二三四五六七八九十"
    ]
    assert all(not child.children for child in part.children)


def test_a_heading_is_its_own_words_without_the_sentence_that_runs_on() -> None:
    report = read_document(report_bytes(), "r.txt")
    first, second = report.root.children[4].children[1:3]
    assert first.heading
    assert second.heading
    assert first.heading.of(report.text) == "（一）贯彻党的二十大精神"
    assert second.heading.of(report.text) == "（二）健全组织保障机制"


@pytest.mark.parametrize(
    ("words", "locator"),
    [
        ("为了规范公共数据", "第一条"),
        ("本市行政区域", "第二条第一款"),
        ("法律、法规另有", "第二条第二款"),
        ("拟定管理制度", "第三条第一款第（一）项"),
        ("明确权限", "第三条第一款第（二）项第2目"),
        ("依照第十条的规定", "第三条第一款第（三）项"),
        ("前款第（三）项", "第三条第二款"),
        ("数据目录应当公开", "第三条之一"),
        ("涉及国家秘密", "第四条第（一）项"),
    ],
)
def test_a_place_in_a_law_is_cited_to_its_item(words: str, locator: str) -> None:
    assert locate(LAW, words) == locator


def test_a_reference_to_an_article_begins_none() -> None:
    labels = [
        section.label
        for chapter in parse(LAW).children
        for section in chapter.children
        if section.kind is SectionKind.ARTICLE
    ]
    assert labels == ["第一条", "第二条", "第三条", "第三条之一", "第四条", "第五条"]


def test_an_article_glued_to_the_sentence_or_chapter_before_it_is_found() -> None:
    law = (
        "某省条例\n第一章 总则\n第一条 甲的规定。第二条 乙的规定。\n"
        "第二章 权利和义务第三条 丙的规定。\n笫四条 丁的规定。\n"
    )
    labels = [locate(law, f"{words}的规定") for words in "甲乙丙丁"]
    assert labels == ["第一条", "第二条", "第三条", "第四条"]


def test_the_first_item_may_stand_in_the_line_that_leads_in_the_list() -> None:
    law = (
        "某省条例\n第一条 应当知道之日，是指：（一）对文件质疑的，为收到文件之日；\n"
        "（二）对过程质疑的，为结束之日；\n（三）对结果质疑的，为公告届满之日。\n"
        "第二条 本条例自公布之日起施行。\n"
    )
    assert locate(law, "收到文件") == "第一条第（一）项"
    assert locate(law, "公告届满") == "第一条第（三）项"


def test_a_list_led_in_by_a_sentence_glued_to_the_item_before_is_of_its_own_paragraph() -> None:
    law = (
        "某省条例　　第一条 有下列情形之一的，可以裁减人员：（一）依法重整的；（二）经营困难的；"
        "（三）转产的。裁减人员时，应当优先留用下列人员：（一）合同期限较长的；（二）家庭无其他就业"
        "人员的。　　第二条 符合第一条第（一）～（二）项情形的企业应当报告，其中（一）、（二）类"
        "企业另行规定：（一）报告应当书面提出；（二）报告应当及时。"
    )
    assert locate(law, "转产") == "第一条第一款第（三）项"
    assert locate(law, "优先留用") == "第一条第二款"
    assert locate(law, "期限较长") == "第一条第二款第（一）项"
    assert locate(law, "书面提出") == "第二条第（一）项"


ANNEXED = """\
某市执法规范
第一条 为了规范执法，制定本规范。
第二条 本规范自2009年1月1日起实施。
附件：1、酒后驾驶操作规程
2、超速行驶操作规程
"""


def test_a_list_of_annexes_below_a_regulation_is_no_list_of_its_last_article() -> None:
    text = f"{ANNEXED}附件下载\n"
    assert locate(text, "超速行驶") == locate(text, "附件下载") == ""
    assert locate(text, "2009年") == "第二条"
    [field] = [child for child in parse(text).children if child.kind is SectionKind.FIELD]
    assert field.span.of(text).startswith("附件：1、酒后")
    assert field.span.of(text).endswith("2、超速行驶操作规程\n")


def test_an_annex_that_the_list_names_begins_where_its_title_stands_again() -> None:
    text = (
        f"{ANNEXED}附件1：酒后驾驶操作规程\n一、检查\n（一）配备仪器。\n"
        "附件2：超速行驶操作规程\n一、测速\n（一）设置标志。\n"
    )
    assert locate(text, "配备仪器") == "附件1第一部分第（一）项"
    assert locate(text, "设置标志") == "附件2第一部分第（一）项"


def test_the_same_bracket_is_a_heading_in_a_notice() -> None:
    notice = (
        "关于开展检查的通知\n各镇人民政府：\n现通知如下：\n"
        "一、检查内容\n（一）制度建设\n（二）窗口服务\n"
    )
    assert locate(notice, "窗口服务") == "第一部分第（二）项"


def test_an_article_without_a_space_after_its_number_is_found() -> None:
    law = (
        "某省实施办法\n第一章总则\n第一条为贯彻有关规定，制定本办法。\n"
        "第二条本办法所称培养，是指本研贯通。\n"
        "第一条规定的情形除外。\n第三条学校应当建立档案。\n"
    )
    assert locate(law, "学校应当") == "第三条"
    assert locate(law, "第一条规定的情形") == "第二条第二款"


def test_a_regulation_under_its_notice_is_an_annex_with_its_own_title() -> None:
    text = (
        "某市人民政府关于印发某市公共数据管理办法的通知\n各区人民政府：\n"
        "现将《某市公共数据管理办法》印发给你们，请遵照执行。\n"
        "某市人民政府\n2023年5月1日\n" + LAW
    )
    assert locate(text, "拟定管理制度") == "《某市公共数据管理办法》第三条第一款第（一）项"
    assert locate(text, "请遵照执行") == ""


def test_a_numbered_annex_is_named_in_the_locator() -> None:
    text = (
        "关于开展检查的通知\n各镇人民政府：\n请按附件要求执行。\n"
        "鹤山市司法局\n2023年5月1日\n"
        "附件2\n检查表\n一、检查内容\n窗口服务情况\n二、检查结果\n合格\n"
    )
    assert locate(text, "窗口服务情况") == "附件2第一部分"


def test_a_text_that_lost_its_breaks_is_parsed_in_place() -> None:
    text = (
        "关于支持企业复工复产的通知 各有关单位： 为深入贯彻落实有关部署，"
        "全力支持企业复工复产，特制定如下措施： "
        "一、保障物资供应 1.实施监测补货机制。统筹重点企业，加强产销对接，保障市场供应平稳有序。 "
        "2.提供通行便利。优化通行保障，协调有关部门为运输车辆办理通行证。 "
        "二、缓解经营压力 3.对受影响较大的企业给予房租减免，减免期限不超过 3 个月。 "
        "鹤山市商务局 2020年2月10日"
    )
    assert locate(text, "优化通行保障") == "第一部分第2点"
    assert locate(text, "房租减免") == "第二部分第3点"
    kinds = [section.kind for section in parse(text).children]
    assert kinds[:3] == [SectionKind.TITLE, SectionKind.SALUTATION, SectionKind.PREAMBLE]
    assert kinds[-1] is SectionKind.SIGNATURE


def test_a_signature_glued_to_the_last_sentence_is_told_from_it() -> None:
    text = (
        "关于支持企业复工复产的通知\n各有关单位：\n"
        + "为深入贯彻落实有关部署，全力支持企业复工复产，现将有关要求通知如下，请遵照执行。" * 4
        + "鹤山市商务局2020年2月10日"
    )
    assert parse(text).children[-1].kind is SectionKind.SIGNATURE
    assert parse(text).children[-1].span.of(text) == "鹤山市商务局2020年2月10日"


def test_a_table_of_contents_is_not_taken_for_the_chapters() -> None:
    chapters_and_articles = "第一章 总则\n第一条 甲。\n第二章 附则\n第二条 乙。\n"
    text = "某市条例\n目录\n第一章 总则\n第二章 附则\n" + chapters_and_articles
    chapters = [s for s in parse(text).children if s.kind is SectionKind.CHAPTER]
    assert len(chapters) == 2
    assert all(chapter.children for chapter in chapters)


def test_chapters_of_a_plan_are_cited_where_there_are_no_articles() -> None:
    text = (
        "某市发展规划\n第一章 发展基础\n基础良好。\n"
        "第二章 重点任务\n第一节 数字政府\n建设一网统管。\n"
    )
    assert locate(text, "一网统管") == "第二章第一节"


def test_headings_a_format_marks_are_nested_by_their_level() -> None:
    text = "办事指南\n申请条件\n年满十八周岁。\n申请材料\n基本材料\n身份证。\n"
    outline = [
        OutlineHeading(text.index(words), level)
        for words, level in [("办事指南", 1), ("申请条件", 2), ("申请材料", 2), ("基本材料", 3)]
    ]
    root = parse(text, outline)
    labels = [section.label for section in root.path_to(text.index("身份证"))]
    assert labels == ["", "“申请材料”部分", "“基本材料”部分"]


LINES = """\
第一章 总则|第一条 甲。|第二条 乙：|（一）丙；|（二）丁。|1.戊。|一、己|二、庚|（1）辛|①子|目录
附件1|某市人民政府文件|关于壬的通知|各单位：|2022年1月1日|某市某局|抄送：癸。|正文的一句话。
第五条规定的事项。|某局办公室2022年1月1日印发
"""


@given(st.lists(st.sampled_from(LINES.replace("\n", "|").split("|")), max_size=25))
def test_sections_tile_their_parent(lines: list[str]) -> None:
    text = "\n".join(lines)
    root = parse(text)
    assert root.span == Span(0, len(text))
    assert_tiles(root)
    assert "".join(leaf.span.of(text) for leaf in root.leaves()) == text


@given(st.text(alphabet=st.sampled_from("第一二三条章节、（）1. 。：；甲乙　\n"), max_size=400))
def test_any_text_is_parsed_without_loss(text: str) -> None:
    root = parse(text)
    assert_tiles(root)
    assert "".join(leaf.span.of(text) for leaf in root.leaves()) == text
