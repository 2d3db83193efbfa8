from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.understanding.parts import AskedPart, parts_of


def questions(question: str) -> list[str]:
    return [part.question for part in parts_of(question)]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How many lamps are on the first list, and who repairs them?",
            ["How many lamps are on the first list", "Who repairs the lamps"],
        ),
        (
            "What is the library's phone number and when is it open?",
            ["What is the library's phone number", "When is the library open"],
        ),
        (
            "What is the library’s address, and when does it close?",
            ["What is the library's address", "When does the library close"],
        ),
        (
            "What is the fee for a parking permit? What is the deadline?",
            ["What is the fee for a parking permit", "What is the deadline of a parking permit"],
        ),
        (
            "Which bureau runs the library, and which agency supervises schools?",
            ["Which bureau runs the library", "Which agency supervises schools"],
        ),
        (
            "Who signed the notice and when was it issued?",
            ["Who signed the notice", "When was the notice issued"],
        ),
        (
            "How do I apply for a parking permit, how long does it take and is there a fee?",
            [
                "How do I apply for a parking permit",
                "How long does it take to apply for a parking permit",
                "Is there a fee to apply for a parking permit",
            ],
        ),
        (
            "Hello, could you tell me how many lamps were repaired and when was the list issued?",
            ["How many lamps were repaired", "When was the list issued"],
        ),
        (
            "I lost my permit. Where do I go, and what do I bring?",
            ["I lost my permit, Where do I go", "What do I bring"],
        ),
        (
            "What is a parking permit and who is responsible for it?",
            ["What is a parking permit", "Who is responsible for a parking permit"],
        ),
    ],
)
def test_an_english_question_that_asks_several_things_is_taken_apart(
    question: str, parts: list[str]
) -> None:
    assert questions(question) == parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How many lamps were in the first batch, and how many in the second?",
            ["How many lamps were in the first batch", "How many lamps were in the second batch"],
        ),
        (
            "How many lamps are in Heshan? And in Jiangmen?",
            ["How many lamps are in Heshan", "How many lamps are in Jiangmen"],
        ),
        (
            "How many lamps were repaired and how many benches?",
            ["How many lamps were repaired", "How many benches were repaired"],
        ),
        (
            "How many letters were received and how many were answered?",
            ["How many letters were received", "How many letters were answered"],
        ),
        (
            "How many lamps and how many benches are there?",
            ["How many lamps are there", "How many benches are there"],
        ),
        (
            "How many lamps are there, and what about the library's address?",
            ["How many lamps are there", "What is the library's address"],
        ),
        (
            "When is the library open, and what about the fee?",
            ["When is the library open", "What is the fee of the library"],
        ),
    ],
)
def test_what_a_part_leaves_out_is_taken_from_the_one_before(
    question: str, parts: list[str]
) -> None:
    assert questions(question) == parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "What are the document number and the date of the notice?",
            ["What is the document number of the notice", "What is the date of the notice"],
        ),
        (
            "What are the library's address, phone number and opening hours?",
            [
                "What is the library's address",
                "What is the library's phone number",
                "What are the library's opening hours",
            ],
        ),
        (
            "How many lamps are in the first and second batches respectively?",
            ["How many lamps are in the first batch", "How many lamps are in the second batch"],
        ),
        (
            "How many letters came in 2021 and 2022 respectively?",
            ["How many letters came in 2021", "How many letters came in 2022"],
        ),
        (
            "How many districts do Beijing and Shanghai have, respectively?",
            ["How many districts do Beijing have", "How many districts do Shanghai have"],
        ),
    ],
)
def test_what_is_asked_of_several_things_is_asked_of_each(question: str, parts: list[str]) -> None:
    assert questions(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "How many lamps are there?",
        "How many lamps and how many benches in total?",
        "How many lamps and how many benches are there altogether?",
        "How many lamps are in the first batch, and how many in the second, combined?",
        "How many lamps are there between the library and the school?",
        "How many lamps are in the first and the second batch?",
        "How many letters were received and answered?",
        "How many letters came in and how many were answered?",
        "How many towns and departments take part?",
        "What is the difference between how many came and how many went?",
        "When and where was the notice signed?",
        "When was the notice signed, and with whom?",
        "Who decides what is public and what is secret?",
        "What is open to the public and what is not?",
        "Who is punished if a permit is forged, and how?",
        "Who must pay when the permit is lost and when I am abroad?",
        'Where does it say "what is fair and what is lawful"?',
        "When was the notice issued? Thank you.",
        "How many lamps were repaired, and how is it?",
        "Library and school",
    ],
)
def test_an_english_question_about_one_thing_stays_whole(question: str) -> None:
    assert parts_of(question) == ()


def test_a_part_hears_the_year_and_place_that_were_named_before() -> None:
    assert parts_of("How many letters did the library receive in 2022, and who answers letters?")[
        1
    ] == AskedPart("Who answers letters", "the library in 2022")
    assert parts_of("How many lamps are there in Heshan, and who repairs benches?")[
        1
    ].about.endswith("in Heshan")


def test_more_parts_than_one_can_answer_are_left_to_the_caller() -> None:
    assert parts_of(", and ".join(["where is the library"] * 7)) == ()


_SAID = st.sampled_from(
    (
        *("how many", "what", "who", "when", "is", "are", "the", "it", "its", "and", "of", "in"),
        *("respectively", "first", "second", "batch", "library", "fee", "2021", "2022", "they"),
        *("what about", "?", ".", ",", "'"),
    )
)


@given(st.lists(_SAID, max_size=60).map(" ".join))
def test_whatever_is_asked_it_has_no_part_or_several(question: str) -> None:
    parts = questions(question)
    assert len(parts) != 1
    assert all(part.strip() for part in parts)


def test_a_long_list_of_one_word_is_read_at_once() -> None:
    asked = f"what is {'the fee, ' * 60}and fee x"
    assert parts_of(asked[:500]) == ()
