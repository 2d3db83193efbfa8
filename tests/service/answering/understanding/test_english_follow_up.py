from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.understanding.follow_up import completed

BATCH = "How many items are in the first batch?"
WINDOWS = "How many service windows are there in Heshan?"


@pytest.mark.parametrize(
    ("question", "previous", "whole"),
    [
        ("And the second batch?", BATCH, "How many items are in the second batch?"),
        ("what about the 3rd batch", BATCH, "How many items are in the 3rd batch?"),
        ("and the second one?", BATCH, "How many items are in the second batch?"),
        ("And the second?", BATCH, "How many items are in the second batch?"),
        ("what about Article 5?", "What does Article 3 say?", "What does Article 5 say?"),
        ("And in 2021?", "How many letters came in 2022?", "How many letters came in 2021?"),
        ("and 2021?", "How many letters came in 2022?", "How many letters came in 2021?"),
        ("And in 2021?", "How many letters came?", "How many letters came in 2021?"),
        ("how about May?", "How many letters came in March?", "How many letters came in May?"),
        ("What about Shenzhen?", WINDOWS, "How many service windows are there in Shenzhen?"),
        (
            "and in Longhua District then?",
            WINDOWS,
            "How many service windows are there in Longhua District?",
        ),
        (
            "And in Shenzhen?",
            "How many windows are there?",
            "How many windows are there in Shenzhen?",
        ),
        (
            "What about the Finance Bureau?",
            "What does the Civil Affairs Bureau do?",
            "What does the Finance Bureau do?",
        ),
        (
            "And the satisfaction rate?",
            "What was the hotline’s completion rate in 2022?",
            "What is the satisfaction rate of the hotline in 2022?",
        ),
        (
            "what about the opening hours",
            "Where is the library?",
            "What are the opening hours of the library?",
        ),
        ("And the address?", "When is the library open?", "What is the address of the library?"),
        (
            "What about the fee?",
            "How do I apply for a parking permit?",
            "What is the fee to apply for a parking permit?",
        ),
    ],
)
def test_an_english_question_that_leans_on_the_one_before_is_made_whole(
    question: str, previous: str, whole: str
) -> None:
    assert completed(question, previous) == whole


@pytest.mark.parametrize(
    ("question", "previous"),
    [
        ("And the third batch?", "How many items are in the first batch and the second batch?"),
        ("And the second phase?", BATCH),
        ("And the second one?", "When were the rules first issued?"),
        ("And 2021?", BATCH),
        ("What about Shenzhen?", "How many windows are there?"),  # anything may be so named
        ("What about Shenzhen?", "How do Heshan and Longhua differ?"),
        ("What about Guangzhou?", "How many windows are in Longhua District, Shenzhen?"),
        ("What about the Finance Bureau?", WINDOWS),
        ("What about the Finance Bureau?", "Where is the Tax Office?"),
        ("What about Monday?", WINDOWS),
        ("What about fees?", WINDOWS),
        ("What about the library's fees?", "Where is the school?"),
        ("and why?", WINDOWS),
        ("And?", WINDOWS),
        ("And in which year did the second batch begin?", BATCH),
        ("Who is responsible for the second batch?", BATCH),
        ("Shenzhen", WINDOWS),
        ("thanks", WINDOWS),
        ("And the second batch?", "第一批有多少项？"),
    ],
)
def test_where_it_is_not_plain_nothing_is_guessed(question: str, previous: str) -> None:
    assert completed(question, previous) is None


_SAID = (
    *("And", "and", "what about", "how", "in", "the", "?"),
    *("first", "second", "batch", "one", "2021", "2022", "May"),
    *("Article 5", "Article 3", "Heshan", "Shenzhen", "Finance Bureau"),
)
_WORDS = st.lists(st.sampled_from(_SAID), max_size=12).map(" ".join)


@given(_WORDS, _WORDS)
def test_whatever_was_said_it_is_whole_or_left_alone(question: str, previous: str) -> None:
    whole = completed(question, previous)
    assert whole is None or (whole.strip() and len(whole) <= len(question) + len(previous))
