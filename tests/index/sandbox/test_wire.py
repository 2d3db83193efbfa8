"""What a reading process says, as it is written and taken in."""

from __future__ import annotations

import pickle

import pytest

from index.document import Status
from index.intake import read_and_chunk
from index.sandbox.wire import Read, outcome_of, packed

TEXT = "示例市窗口管理办法\n\n第一条　窗口共有 12 个。\n\n第二条　本办法自2020年1月1日起施行。\n"


def test_a_document_comes_back_as_it_was_on_every_python() -> None:
    reading = read_and_chunk(TEXT.encode(), "办法.txt", None)
    message = packed(Read(reading))
    assert outcome_of(message) == Read(reading)
    assert b"getattr" not in message  # how some versions write a member of an enumeration


def test_what_is_not_ours_is_not_taken_in() -> None:
    with pytest.raises(pickle.UnpicklingError, match="not ours"):
        outcome_of(pickle.dumps(print))
    with pytest.raises(pickle.UnpicklingError, match="not an outcome"):
        outcome_of(pickle.dumps(None))
    with pytest.raises(pickle.UnpicklingError):
        outcome_of(pickle.dumps(Status))
