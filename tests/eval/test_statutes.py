"""Every passage of a law leads back to its article, however the law is cut."""

from hypothesis import given
from hypothesis import strategies as st

from eval import statutes
from eval.datasets import Article, LegalQuestion, Statutes
from eval.progress import Progress
from eval.statutes import Law, source_place
from eval.workbench import Workbench
from index.document import Span
from index.read import read_document

CLAUSE = "当事人应当自收到通知之日起三十日内提出书面申请，逾期不提出的，视为放弃权利。"
ARTICLES = (
    Article(0, "申请办法", "第一条", "为了规范申请，制定本办法。"),
    Article(1, "申请办法", "第二条", CLAUSE * 12),
    Article(2, "申请办法", "第三条", "申请书应当写明：\n（一）姓名；\n（二）住所。"),
    Article(3, "收费办法", "第一条", "收费按照下列标准执行：每件收取工本费五元。"),
)
STATUTES = Statutes(
    ARTICLES,
    (
        LegalQuestion("1", "工本费收多少？", (3,)),
        LegalQuestion("2", "申请书要写什么，多久之内提出？", (1, 2)),
    ),
)


def test_a_law_is_a_title_and_a_line_an_article() -> None:
    law = Law.of("申请办法", ARTICLES[:2])
    text = law.file.content.decode()
    assert text.startswith("申请办法\n第一条　为了规范")
    first, second = law.begins
    assert law.articles_in(0, first - 1) == ()
    assert law.articles_in(0, first) == (0,)
    assert law.articles_in(first, second - 1) == (0,)
    assert law.articles_in(second - 1, second) == (0, 1)
    assert law.articles_in(second, len(text)) == (1,)


def test_a_long_article_of_several_passages_is_ranked_once(workbench: Workbench) -> None:
    files = statutes.laws(STATUTES)
    with workbench.desk([law.file for law in files]) as asking:
        assert len(asking.passages()) > len(ARTICLES)
        section = statutes.run(STATUTES, files, asking, Progress())
    assert section.numbers["exact"] == 1
    first, second = section.results
    assert first["ours"]["hit_at_1"] == 1
    assert second["ours"]["recall_at_5"] == 1
    assert second["theirs"]["recall_at_5"] == 1


@given(
    st.lists(st.text("一二三，。（）\n当事人", min_size=1).map(str.strip), min_size=1, max_size=6)
)
def test_every_character_kept_leads_back_to_itself(texts: list[str]) -> None:
    articles = [Article(n, "办法", f"第{n}条", text) for n, text in enumerate(texts, 1)]
    file = Law.of("关于申请的办法", articles).file
    source = file.content.decode()
    document = read_document(file.content, file.source, None)
    for run in document.origin:
        assert run.span.of(document.text) == source[run.source_start :][: len(run.span)]
        for offset in range(run.span.start, run.span.end):
            assert source[source_place(document, offset)] == document.text[offset]


def test_a_gap_leads_to_the_run_before_it() -> None:
    file = Law.of("申请办法", ARTICLES[:3]).file
    document = read_document(file.content, file.source, None)
    places = [source_place(document, offset) for offset in range(len(document.text))]
    assert places == sorted(places)
    assert Span(0, len(document.text)).of(document.text) == document.text
