from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import Removal
from index.formats.raw import RawText
from index.formats.text import as_raw, read_text
from index.paragraphs import Paragraphs, rejoin
from tests.index.typesetting import REPORT, report_bytes, typeset, without_space

OPENINGS = [
    "鹤政数〔2022〕17 号 签发人：任煜昌",
    "鹤山市政务服务数据管理局 2022 年法治政府建设年度工作报告",
    "中共鹤山市委、鹤山市人民政府：",
    "2022 年，市政务服务数据管理局",
    "一、2022 年推进法治政府建设的主要举措和成效",
    *(f"（{number}）" for number in "一二三四五六七八九十"),
    "根据省、江门市首席数据官试点工作方案，我市选取10个镇（街）和 23 个部门",
    "二、党政主要负责人履行推进法治建设第一责任人职责，加强法治政府建设的有关情况",
    "局主要负责人带头尊法学法守法用法",
    "三、存在问题及 2023 年推进法治政府建设的主要安排",
    "2022 年，我局法治政府建设工作取得了一些成绩",
    "鹤山市政务服务数据管理局",
    "2022 年 11 月 21 日",
    "公开方式：主动公开",
    "抄送：市委依法治市办、江门市政数局",
    "鹤山市政务服务数据管理局办公室 2022 年 11 月 21 日印",
]

PARAGRAPHS = """\
关于做好政务服务大厅窗口工作的通知
各镇（街）人民政府，市直各单位：
为进一步规范政务服务大厅窗口工作，提高办事效率，方便企业和群众办事，根据省、市有关文件精神，\
结合我市实际，现将有关事项通知如下：
一、统一窗口设置
各单位要按照“应进必进”的原则，将 2023 年政务服务事项全部纳入大厅办理，设置综合窗口不少于 12 个，\
其中无障碍窗口不少于 2 个，办理时限压缩 60%以上，切实解决企业和群众反映强烈的问题。
（一）严格窗口人员管理。窗口人员实行 AB 岗制度，工作时间不得擅自离岗；\
确需离岗的，应当办理交接手续，并在窗口醒目位置告知办事群众。
（二）完善首问负责制度。首位接待的工作人员应当一次性告知所需材料，不得推诿，不得要求群众重复提交。
二、加强监督检查
市政务服务数据管理局每季度开展一次检查，检查结果向社会公布，并纳入年度考核；\
对问题突出的单位，将约谈其主要负责人。
鹤山市人民政府办公室
2023 年 3 月 6 日""".splitlines()


def tiles(paragraphs: Paragraphs, source: str) -> bool:
    """Say whether what is kept and what is removed make up the source, each once."""
    pieces = [(run.source_start, run.span.of(paragraphs.text)) for run in paragraphs.origin]
    pieces += [(removal.source_start, removal.text) for removal in paragraphs.removals]
    return "".join(text for _, text in sorted(pieces)) == source


def test_all_twenty_five_paragraphs_of_the_report_are_rejoined() -> None:
    paragraphs = rejoin(read_text(report_bytes())).text.split("\n")
    assert len(paragraphs) == 25
    assert [p[: len(o)] for p, o in zip(paragraphs, OPENINGS, strict=True)] == OPENINGS


def test_nothing_of_the_report_is_changed_but_its_breaks() -> None:
    raw = read_text(report_bytes())
    paragraphs = rejoin(raw)
    assert without_space(paragraphs.text) == without_space(raw.text)
    assert "45460 宗，办结事项 44858 宗，办结率达到 98.68%" in paragraphs.text
    assert (
        "《坚持走中国特色社会主义法治道路 更好推进中国特色社会主义法治体系建设》" in paragraphs.text
    )
    assert "2022年工作要点》" in paragraphs.text  # broken between 2022 and 年: no space is made


def test_every_character_of_the_report_is_accounted_for() -> None:
    raw = read_text(report_bytes())
    assert tiles(rejoin(raw), raw.text)


def test_the_lost_page_breaks_of_the_report_are_found() -> None:
    report = rejoin(read_text(report_bytes()))
    text, runs = report.text, report.origin
    assert sorted({run.page for run in runs if run.page}) == [1, 2, 3, 4, 5, 6, 7, 8]
    pages = {run.page: run.span.start for run in reversed(runs)}
    assert text[pages[3] :].startswith("（三）扎实推进学法用法工作")
    assert text[pages[6] :].startswith("（九）深入推进政务服务优化")


def test_a_page_break_inside_a_paragraph_does_not_break_it() -> None:
    text = rejoin(read_text(report_bytes())).text
    assert "让服务过程成为企业、群众遵法、信法、用法的过程。" in text


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([22, 24, 25, 27.5, 28, 30, 33]), st.booleans(), st.booleans())
def test_a_wrapped_notice_is_rejoined_at_any_width(em: float, spaced: bool, indents: bool) -> None:
    lines: list[str] = []
    for paragraph in PARAGRAPHS:
        first, *rest = typeset(paragraph, em)
        lines += [("　　" if indents else "") + first, *rest]
    raw = as_raw(("\n\n" if spaced else "\n").join(lines))
    paragraphs = rejoin(raw)
    assert tiles(paragraphs, raw.text)
    assert [without_space(p) for p in paragraphs.text.split("\n")] == [
        without_space(p) for p in PARAGRAPHS
    ]


def test_a_text_that_is_not_wrapped_is_left_alone() -> None:
    text = "\n".join(PARAGRAPHS)
    assert rejoin(as_raw(text)).text == text


def test_blank_lines_and_indents_are_removed_and_listed() -> None:
    raw = as_raw("第一段的文字在这里。  \n\n\n　　第二段的文字。\n")
    paragraphs = rejoin(raw)
    assert paragraphs.text == "第一段的文字在这里。\n第二段的文字。"
    assert tiles(paragraphs, raw.text)


def test_page_numbers_and_running_heads_are_furniture() -> None:
    pages = [
        "\n".join(["鹤山市人民政府公报", *typeset("这一页的正文" * 30 + "。", 25), f"— {number} —"])
        for number in (1, 2, 3, 4)
    ]
    paragraphs = rejoin(as_raw("\n\f".join(pages)))
    removed = {(removal.text, removal.reason) for removal in paragraphs.removals}
    assert ("— 2 —", "页码") in removed
    assert ("鹤山市人民政府公报", "页眉页脚") in removed
    assert "公报" not in paragraphs.text


def test_printed_page_numbers_tell_pages_where_nothing_else_does() -> None:
    pages = [
        "\n".join([*typeset("甲乙丙丁戊己庚辛" * 20 + "。", 25), f"- {n} -"]) for n in (1, 2, 3)
    ]
    paragraphs = rejoin(as_raw("\n".join(pages)))
    assert {run.page for run in paragraphs.origin} == {1, 2, 3}


def test_latin_words_keep_one_space_between_them() -> None:
    lines = typeset("本系统采用 open source software 建设，" * 8 + "完毕。", 26)
    joined = rejoin(as_raw("\n".join(lines)))
    assert "opensource" not in joined.text
    assert tiles(joined, "\n".join(lines)) or " " in joined.text


def test_a_line_that_only_looks_like_a_heading_goes_on() -> None:
    report = rejoin(read_text(report_bytes())).text.split("\n")
    assert not any(p.startswith(("（江门）", "5 月 31 日", "2.0 建设")) for p in report)


def test_markup_is_left_out_without_moving_what_stays() -> None:
    source = "**第一条** 为了规范管理，制定本办法。\n\n**第二条** 本办法适用于本市。"
    marks = [Removal(at, "**", "强调标记") for at in (0, 5, 21, 26)]
    raw = RawText(source, removals=tuple(marks))
    assert all(source[mark.source_start :].startswith("**") for mark in marks[:2])
    paragraphs = rejoin(RawText(source, removals=tuple(marks[:2])))
    assert paragraphs.text.startswith("第一条 为了规范管理")
    assert tiles(paragraphs, raw.text)


@given(st.text(alphabet=st.sampled_from("中文字，。：1 \n\f　（一）a—"), max_size=300))
def test_no_character_is_ever_lost(text: str) -> None:
    raw = as_raw(text)
    paragraphs = rejoin(raw)
    assert tiles(paragraphs, raw.text)
    for run in paragraphs.origin:
        end = run.source_start + len(run.span)
        assert run.span.of(paragraphs.text) == raw.text[run.source_start : end]


def test_the_report_is_where_the_tests_look_for_it() -> None:
    assert REPORT.name.startswith("鹤政数〔2022〕17号")
