from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from index.document import OriginRun, Span
from index.read import read_document
from service.references import Leading
from service.web.typesetting import outline, typeset
from tests.service.conftest import HOSTILE, MEASURES, REPORT

DOCUMENTS = [
    read_document(REPORT.read_bytes(), REPORT.name),
    read_document(MEASURES.encode(), "办法.txt"),
    read_document(HOSTILE.encode(), "通告.md"),
]


def without_space(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.source[:12])
def test_every_character_that_is_not_blank_is_set_once_and_in_order(document) -> None:
    shown = "".join(piece.text for block in typeset(document, None) for piece in block.pieces)
    assert without_space(shown) == without_space(document.text)


@given(some.data())
def test_exactly_the_quote_is_marked_wherever_it_begins_and_ends(data: some.DataObject) -> None:
    document = data.draw(some.sampled_from(DOCUMENTS))
    start = data.draw(some.integers(0, len(document.text) - 1))
    end = data.draw(some.integers(start + 1, len(document.text)))
    marked = "".join(
        piece.text
        for block in typeset(document, Span(start, end))
        for piece in block.pieces
        if piece.is_marked
    )
    assert without_space(marked) == without_space(document.text[start:end])


@given(some.data())
def test_exactly_the_words_that_lead_somewhere_are_links(data: some.DataObject) -> None:
    document = data.draw(some.sampled_from(DOCUMENTS))
    edges = data.draw(some.lists(some.integers(0, len(document.text)), max_size=12, unique=True))
    spans = [Span(*pair) for pair in zip(*[iter(sorted(edges))] * 2, strict=False)]
    leading = [Leading(span, f"#p{span.start}", "") for span in spans]
    quote = data.draw(some.sampled_from([None, Span(0, len(document.text) // 2)]))
    linked, opened = "", False
    for block in typeset(document, quote, leading):
        for piece in block.pieces:
            assert not (piece.opens and opened)
            opened = opened or piece.opens is not None
            linked += piece.text if opened else ""
            opened = opened and not piece.closes
        assert not opened  # a link never goes on into the next paragraph
    assert without_space(linked) == without_space("".join(one.of(document.text) for one in spans))


def test_a_heading_on_its_own_line_is_set_as_one_and_one_that_runs_on_is_bold() -> None:
    blocks = {
        "".join(piece.text for piece in block.pieces): block
        for block in typeset(DOCUMENTS[1], None)
    }
    chapter = blocks["第一章　总则"]
    assert chapter.level == 2
    [article] = [block for text, block in blocks.items() if text.startswith("第二条")]
    assert article.level == 0
    assert article.pieces[0].is_heading
    assert article.pieces[0].text.startswith("第二条")


def test_the_outline_lists_the_chapters_in_order_and_leads_to_their_lines() -> None:
    document = DOCUMENTS[1]
    entries = outline(document)
    assert [entry.text for entry in entries] == ["第一章　总则", "第二章　受理", "第三章　附则"]
    starts = {block.start for block in typeset(document, None)}
    assert {entry.start for entry in entries} <= starts


def test_a_page_is_announced_where_it_begins_even_inside_a_paragraph() -> None:
    document = DOCUMENTS[1]
    second = document.text.index("第三条")
    third = document.text.index("五个工作日")
    edges = [0, second, third, len(document.text)]
    origin = tuple(
        OriginRun(Span(start, end), start, page)
        for page, (start, end) in enumerate(pairwise(edges), 1)
    )
    blocks = typeset(replace(document, origin=origin), None)
    assert [(block.page, block.start) for block in blocks if block.page] == [(1, 0), (2, second)]
    inside = [piece for block in blocks for piece in block.pieces if piece.page]
    assert [(piece.page, piece.text[:5]) for piece in inside] == [(3, "五个工作日")]
