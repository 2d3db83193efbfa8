from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eval.training.passages import Text, holds, sentence_ends, window_around, windows
from index.document import Span

SENTENCES = st.text(alphabet="一二三四五六七八九十百千，。；\n ", min_size=1, max_size=900)


@given(SENTENCES)
def test_windows_tile_a_text_and_none_is_too_long(text: str) -> None:
    found = windows(text)
    assert "".join(span.of(text) for span in found) == text
    assert all(0 < len(span) <= 300 for span in found)


@given(SENTENCES, st.data())
def test_a_window_holds_its_answer_whole_where_it_can(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + 300)))
    window = window_around(text, Span(start, end), data.draw(st.integers(0, 200)))
    assert Span(start, end) in window
    assert len(window) <= 300


@given(SENTENCES)
def test_sentence_ends_rise_to_the_end(text: str) -> None:
    ends = sentence_ends(text)
    assert ends == sorted(set(ends))
    assert ends[-1] == len(text)


def test_a_stored_span_is_found_in_the_text_as_read() -> None:
    stored = "# 某县规定\n\n第一条 应当提交材料。\n\n第二条 期限为\n十二个工作日，不收费。\n"
    text = Text.read(stored, "某县规定.md")
    start = stored.index("十二个工作日")
    span = text.read_span(start, start + 6)
    assert span is not None
    assert span.of(text.document.text) == "十二个工作日"
    located = text.locate(span)
    assert located is not None
    assert located.span.of(located.passage.text) == "十二个工作日"


def test_an_answer_across_passages_gets_a_passage_of_its_own() -> None:
    stored = "".join(f"这是{number}句很普通的话，说的是事情的经过。" for number in range(60))
    text = Text.read(stored, "文.txt")
    border = text.passages[1].start
    span = Span(border - 30, border + 30)
    located = text.locate(span)
    assert located is not None
    assert located.span.of(located.passage.text) == span.of(text.document.text)


def test_a_short_answer_must_stand_there_word_for_word() -> None:
    assert holds("办理期限为 12 个工作日", "12个工作日")
    assert not holds("办理期限为十二个工作日", "12个工作日")
