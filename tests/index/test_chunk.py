from hypothesis import given
from hypothesis import strategies as st

from index.chunk import SIZE, TINY, chunk
from index.document import Document, Metadata, Span
from index.read import read_document
from index.sections import parse
from tests.index.typesetting import report_bytes


def document(text: str) -> Document:
    return Document("d", "d.txt", "0" * 64, text, Metadata(title="某市条例"), parse(text))


def words_of(text: str) -> list[str]:
    made = document(text)
    return [one.span.of(text) for one in chunk(made)]


def law(*articles: str) -> str:
    return "\n".join(["某市条例", "第一章 总则", *articles]) + "\n"


def test_the_passages_of_the_report_are_its_text_cut_up() -> None:
    report = read_document(report_bytes(), "r.txt")
    passages = chunk(report)
    assert "".join(passage.span.of(report.text) for passage in passages) == report.text
    assert max(len(passage.span) for passage in passages) <= SIZE


def test_a_passage_carries_the_headings_it_stands_under() -> None:
    report = read_document(report_bytes(), "r.txt")
    at = report.text.index("56 个事项")
    (passage,) = [one for one in chunk(report) if at in one.span]
    assert passage.path == (
        "一、2022 年推进法治政府建设的主要举措和成效",
        "（八）深入推进“放管服”改革",
    )


def test_no_passage_of_the_report_mixes_two_of_its_parts() -> None:
    report = read_document(report_bytes(), "r.txt")
    starts = [section.span.start for section in report.root.children if section.heading]
    for passage in chunk(report):
        assert not any(passage.span.start < start < passage.span.end for start in starts[1:])


def test_an_article_is_a_passage_of_its_own() -> None:
    passages = words_of(law("第一条 甲的规定。", "第二条 乙的规定。", "第三条 丙的规定。"))
    assert passages[1:] == [
        "第一章 总则\n第一条 甲的规定。\n",
        "第二条 乙的规定。\n",
        "第三条 丙的规定。\n",
    ]


def test_a_long_article_is_cut_at_its_items() -> None:
    items = [f"（{number}）{'事项' * 30}；" for number in "一二三四五六七八"]
    text = law("第一条 有下列情形之一的：", *items, "第二条 乙。")
    passages = [passage for passage in words_of(text) if "事项" in passage]
    assert len(passages) > 1
    assert all(passage.startswith(("第一章", "（")) for passage in passages)
    assert all(passage.count("；") >= 3 for passage in passages[:-1])


def test_the_later_passages_of_a_long_article_name_it_in_their_path() -> None:
    items = [f"（{number}）{'事项' * 30}；" for number in "一二三四五六七八"]
    made = document(law("第一条 有下列情形之一的：", *items, "第二条 乙。"))
    later = [one for one in chunk(made) if "（七）" in one.span.of(made.text)]
    assert later[0].path == ("第一章 总则", "第一条")


def test_a_sentence_is_not_torn_where_it_need_not_be() -> None:
    sentences = [f"第{n}句说的是有关部门应当按照要求做好相关工作，不得推诿。" for n in range(40)]
    for passage in words_of("关于做好工作的通知\n" + "".join(sentences)):
        assert passage.rstrip().endswith(("。", "通知"))


def test_a_closing_quote_stays_with_its_sentence() -> None:
    text = "关于做好工作的通知\n" + "他说：“有关部门应当按照要求做好相关工作。”" * 40
    assert not any(passage.startswith("”") for passage in words_of(text))


def test_tiny_neighbours_join() -> None:
    text = "关于做好工作的通知\n各单位：\n一、目标\n（一）甲项。\n（二）乙项。\n（三）丙项。\n"
    assert len(words_of(text)) < 6


def test_a_text_without_any_break_is_still_cut() -> None:
    passages = words_of("甲" * (3 * SIZE + 7))
    assert max(map(len, passages)) <= SIZE
    assert sum(map(len, passages)) == 3 * SIZE + 7


LINES = st.sampled_from(
    [
        "第一章 总则",
        "第一条 甲。",
        "（一）丙；",
        "1.戊。",
        "一、己",
        "附件1",
        "关于壬的通知",
        "各单位：",
        "2022年1月1日",
        "某市某局",
        "抄送：癸。",
        "第二条 " + "乙的规定，" * 90 + "。",
        "（二）" + "丁" * 400,
        "二、" + "庚，" * 200,
        "正文的一句话。" * 60,
        "a b. " * 150,
    ]
)


@given(st.lists(LINES, max_size=14))
def test_passages_tile_the_text_in_order_and_none_is_over_size(lines: list[str]) -> None:
    text = "\n".join(lines)
    position = 0
    for passage in chunk(document(text)):
        assert passage.span.start == position
        assert 0 < len(passage.span) <= SIZE
        position = passage.span.end
    assert position == len(text)


@given(st.text(alphabet=st.sampled_from("甲乙，。；！”“ \n　a.1第一条章（二）、"), max_size=1_500))
def test_any_text_is_cut_without_loss(text: str) -> None:
    passages = chunk(document(text))
    assert "".join(passage.span.of(text) for passage in passages) == text


def test_a_passage_is_hardly_ever_tiny() -> None:
    report = read_document(report_bytes(), "r.txt")
    assert all(len(passage.span) >= TINY for passage in chunk(report))


def test_the_model_reads_title_path_and_passage() -> None:
    report = read_document(report_bytes(), "r.txt")
    passage = chunk(report)[3]
    read = passage.embedding_input(report.metadata.title, report.text)
    assert read.split("\n")[0] == report.metadata.title
    assert read.endswith(Span(passage.span.start, passage.span.end).of(report.text))
