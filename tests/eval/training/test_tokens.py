from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.embedding.folded_tokens import END, UNKNOWN, fold_characters
from service.answering.reading.tokens import MOST_TOKENS, ReaderTokens

ANY = st.text(max_size=120) | st.text(
    "甲乙丙办理材料１２ＡＢabc 12%，。（）㎡①\u3000𠮷國辦\n", max_size=120
)
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(ANY)
def test_folding_moves_no_character(text: str) -> None:
    assert len(fold_characters(text)) == len(text)


@shared
@given(ANY)
def test_tokens_tile_the_text_they_were_made_of(tokens: ReaderTokens, text: str) -> None:
    _, starts, ends = tokens.pieces(text)
    if text:
        assert starts[0] == 0
        assert starts[1:] == ends[:-1]
        assert ends[-1] == len(text)


@shared
@given(ANY, ANY, ANY)
def test_a_passage_s_tokens_lie_where_the_encoding_says(
    tokens: ReaderTokens, question: str, heading: str, passage: str
) -> None:
    read = tokens.encode(question, (heading,), passage)
    assert len(read.numbers) <= MOST_TOKENS
    inside = list(read.numbers[read.first : -1])
    assert inside == tokens.pieces(passage)[0][: len(inside)]
    assert len(inside) == len(read.starts) == len(read.ends)


@shared
@given(st.text("甲乙丙办理材料一二三", min_size=5, max_size=100), st.data())
def test_a_span_of_whole_pieces_comes_back_exactly(
    tokens: ReaderTokens, passage: str, data: st.DataObject
) -> None:
    read = tokens.encode("多少", (), passage)
    first = data.draw(st.integers(0, len(read.starts) - 1))
    last = data.draw(st.integers(first, len(read.starts) - 1))
    if read.ends[last] == read.starts[first]:  # the space before a text stands for nothing
        return
    placed = read.place(read.starts[first], read.ends[last])
    assert placed is not None
    begin, end = (place - read.first for place in placed)
    assert (read.starts[begin], read.ends[end]) == (read.starts[first], read.ends[last])


def test_a_mark_s_name_in_a_text_is_text(tokens: ReaderTokens) -> None:
    assert END not in tokens.pieces("</s>")[0]
    assert UNKNOWN in tokens.pieces("</s>")[0]
