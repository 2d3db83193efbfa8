import pytest

from index.errors import EmptyDocument, FileTooLarge
from index.formats import extract
from index.formats.html import flowing, read_html
from index.formats.raw import RawText
from index.read import read_document
from tests.index.formats.rendering import FOOTER, NAVIGATION, as_html, report_paragraphs

PARAGRAPH = "各镇人民政府：现将做好政务服务工作的有关事项通知如下，请认真贯彻执行。"


def kept(raw: RawText) -> list[str]:
    """Return the lines that are text."""
    removed = {removal.source_start for removal in raw.removals}
    lines, offset = [], 0
    for line in raw.text.splitlines(keepends=True):
        if offset not in removed:
            lines.append(line.rstrip("\n"))
        offset += len(line)
    return lines


def page(body: str, head: str = "") -> bytes:
    return f"<html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>".encode()


def test_the_page_around_the_document_is_not_its_text_but_on_record() -> None:
    document = read_document(as_html(report_paragraphs()), "r.html")
    for word in ("首页", "主办单位：某某市", "不是正文"):
        assert word not in document.text
    removed = "".join(removal.text for removal in document.removals)
    assert "首页" in removed
    assert "主办单位：某某市" in removed
    assert "不是正文" not in removed  # a script is no text at all


def test_a_title_above_the_text_is_kept_as_a_heading() -> None:
    raw = read_html(page(f"{NAVIGATION}<h1>工作通知</h1><div id='zoom'><p>{PARAGRAPH}</p></div>"))
    assert kept(raw) == ["工作通知", PARAGRAPH]
    assert [(raw.text[one.start :][:4], one.level) for one in raw.outline] == [("工作通知", 1)]


@pytest.mark.parametrize(
    "opening", ["<div class='TRS_Editor'>", "<article>", "<div id='UCAP-CONTENT'>", "<div>", "<td>"]
)
def test_the_text_is_found_under_any_landmark_or_none(opening: str) -> None:
    body = f"{NAVIGATION}<div>{opening}<p>{PARAGRAPH}</p><p>附件：清单</p></div></div>{FOOTER}"
    assert kept(read_html(page(body))) == [PARAGRAPH, "附件：清单"]


def test_headings_keep_their_levels() -> None:
    raw = read_html(page(f"<h1>通知</h1><h2>一、目标</h2><p>{PARAGRAPH}</p><h3>（一）甲</h3>"))
    assert [one.level for one in raw.outline] == [1, 2, 3]


def test_a_table_of_data_keeps_its_header_in_every_row() -> None:
    table = (
        "<table><tr><th>镇街</th><th>事项</th><th>数量</th></tr>"
        "<tr><td rowspan=2>沙坪街道</td><td>进驻</td><td>56</td></tr>"
        "<tr><td>下放</td><td>12</td></tr></table>"
    )
    assert kept(read_html(page(f"<p>{PARAGRAPH}</p>{table}"))) == [
        PARAGRAPH,
        "镇街 | 事项 | 数量",
        "镇街：沙坪街道；事项：进驻；数量：56",
        "镇街：沙坪街道；事项：下放；数量：12",
    ]


def test_a_table_that_is_only_layout_is_read_through() -> None:
    inner = f"<table><tr><td><h2>一、目标</h2><p>{PARAGRAPH}</p></td></tr></table>"
    raw = read_html(page(f"<table><tr><td>{inner}</td><td></td></tr></table>"))
    assert kept(raw) == ["一、目标", PARAGRAPH]


def test_what_a_browser_does_not_show_is_not_read() -> None:
    hidden = (
        "<p style='display: none'>隐藏</p><p hidden>也隐藏</p><!-- 注释 --><textarea>框</textarea>"
    )
    assert kept(read_html(page(f"<p>{PARAGRAPH}</p>{hidden}"))) == [PARAGRAPH]


@pytest.mark.parametrize(
    ("words", "set_"),
    [
        ("各镇\n    人民政府", "各镇人民政府"),
        ("共\n56\n个", "共 56 个"),
        ("  two \n words ", "two words"),
        ("\u3000\u3000首行", "首行"),
    ],
)
def test_white_space_is_set_as_a_browser_sets_it(words: str, set_: str) -> None:
    assert flowing(words) == set_


def test_numbers_of_a_list_are_printed() -> None:
    raw = read_html(page(f"<p>{PARAGRAPH}</p><ol start=3><li>身份证</li><li>户口簿</li></ol>"))
    assert kept(raw)[1:] == ["3. 身份证", "4. 户口簿"]


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "utf-8", "nonsense", ""])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_the_bytes_outweigh_a_wrong_declaration(declared: str, encoding: str) -> None:
    text = f"<html><head><meta charset={declared}></head><body><p>{PARAGRAPH}䶮</p></body></html>"
    assert kept(read_html(text.encode(encoding))) == [PARAGRAPH + "䶮"]


def test_a_page_named_doc_is_read_as_a_page() -> None:
    assert PARAGRAPH in extract(page(f"<p>{PARAGRAPH}</p>"), "通知.doc").text


def test_a_page_saved_with_all_it_needs_is_read() -> None:
    saved = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    ) + page(f"<p>{PARAGRAPH}</p>")
    assert PARAGRAPH in extract(saved + b"\r\n--x--\r\n", "通知.doc").text


def test_where_a_page_came_from_is_kept() -> None:
    head = "<link rel=canonical href='https://www.example.gov.cn/a.html'>"
    document = read_document(page(f"<p>{PARAGRAPH}</p>", head), "x.html")
    assert document.metadata.source_url == "https://www.example.gov.cn/a.html"


def test_tags_nested_beyond_reason_are_refused() -> None:
    with pytest.raises(FileTooLarge):
        read_html(page("<div>" * 5000 + PARAGRAPH))


def test_a_page_of_navigation_alone_is_empty() -> None:
    with pytest.raises(EmptyDocument):
        extract(page(f"{NAVIGATION}{FOOTER}"), "x.html")
