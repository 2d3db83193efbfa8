"""Nothing that a file can do takes the program down, hangs it, or leaves anything behind."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from index.errors import ReadError
from index.formats.parts import Part
from index.incoming import Unpacked
from index.sandbox.limits import Limits
from index.sandbox.reader import SandboxedReader
from tests.index.formats.hostile import EITHER, READ, Hostile, hostile_files

FILES = hostile_files()
RECOGNISES = find_spec("rapidocr") is not None  # the extra `ocr`, which pictures need
MEMORY = 800 * 1024 * 1024
LIMITS = Limits(memory_bytes=MEMORY, cpu_seconds=20, wall_seconds=120)
HEAVY = {
    Part.OFFICE: Limits(memory_bytes=4 * MEMORY, cpu_seconds=60, wall_seconds=120),
    Part.RECOGNITION: Limits(memory_bytes=4 * MEMORY, cpu_seconds=60, wall_seconds=120),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxedReader]:
    with SandboxedReader(LIMITS, HEAVY) as reader:
        yield reader


def test_there_are_at_least_forty_of_them() -> None:
    assert len({file.name for file in FILES}) >= 40


@pytest.mark.parametrize(
    "file",
    [pytest.param(one, id=one.name, marks=[pytest.mark.slow] * one.is_slow) for one in FILES],
)
def test_a_hostile_file_ends_well(file: Hostile, reader: SandboxedReader) -> None:
    try:
        reading = reader(file.content, file.name, None)
    except ReadError as error:
        ended, sentence = error.code, error.message
    else:
        ended, sentence = READ, ""
    asks_for_the_part = ended == "missing_part" and not RECOGNISES
    assert asks_for_the_part or file.ends in {ended, EITHER}, sentence
    if ended != READ:
        assert sentence.endswith("。")
        return
    assert not isinstance(reading, Unpacked)
    assert "root:" not in reading[0].text  # of /etc/passwd
    assert not list(Path("/").glob("pwned*"))
