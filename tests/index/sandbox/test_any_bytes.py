"""Whatever bytes come in, what comes out is a document or an error that says what to do."""

import functools
import io
import random
import zipfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.chunk import chunk
from index.coverage import check
from index.document import Document
from index.errors import ReadError
from index.incoming import Unpacked
from index.sandbox.limits import Limits
from index.sandbox.reader import SandboxedReader
from tests.index.formats.rendering import RENDERERS, report_paragraphs, zipped

LIMITS = Limits(memory_bytes=800 * 1024 * 1024, cpu_seconds=20, wall_seconds=120)
OUR_FAULT = "读取这个文件时程序出错"  # what is said where a reader has raised something else
HEADS = [
    b"",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"<html><body>",
    b"\x89PNG\r\n\x1a\n",
]
KINDS = [*sorted(RENDERERS), "zip"]


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxedReader]:
    with SandboxedReader(LIMITS) as reader:
        yield reader


@functools.cache
def sample(kind: str) -> bytes:
    paragraphs = report_paragraphs()[:6]
    if kind == "zip":
        return zipped({"通知.txt": paragraphs[2].encode(), "层.zip": zipped({"甲.txt": b"1"})})
    return RENDERERS[kind](paragraphs)


def mutated(content: bytes, seed: int) -> bytes:
    """Damage a file at a few places; of a package mostly inside, where its checksums are right."""
    chance = random.Random(seed)  # noqa: S311  the same for the same seed
    if content.startswith(b"PK") and chance.random() < 0.8:
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
            names = old.namelist()
            chosen = chance.choice(names)
            for name in names:
                part = old.read(name)
                new.writestr(name, _damaged(part, chance) if name == chosen else part)
        return file.getvalue()
    return _damaged(content, chance)


def _damaged(part: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(part)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(damaged) + 1)
        length = chance.choice([1, 1, 2, 8, 100])
        match chance.randrange(5):
            case 0:
                damaged[at : at + length] = chance.randbytes(length)
            case 1:
                del damaged[at : at + length]
            case 2:
                damaged[at:at] = damaged[at : at + length * 10]
            case 3:
                damaged[at:at] = chance.choice(
                    [b"<", b">", b"0", b"99999999", b"\xff", b"-1", b"</"]
                )
            case _:
                del damaged[at + chance.randrange(2000) :]
    return bytes(damaged)


def read_well(reader: SandboxedReader, content: bytes, name: str) -> None:
    try:
        reading = reader(content, name, None)
    except ReadError as error:
        refusal = error.message
    else:
        refusal = ""
    if refusal:
        assert refusal.endswith("。")
        assert not refusal.startswith(OUR_FAULT)
        return
    if not isinstance(reading, Unpacked):
        document, chunks = reading
        assert isinstance(document, Document)
        assert chunks == chunk(document)
        assert not check(document, chunks).left_out


ANYTHING = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@ANYTHING
@given(head=st.sampled_from(HEADS), content=st.binary(max_size=2000), name=st.sampled_from(KINDS))
def test_random_bytes_are_read_or_refused(
    reader: SandboxedReader, head: bytes, content: bytes, name: str
) -> None:
    read_well(reader, head + content, f"x.{name}")


@ANYTHING
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_refused(reader: SandboxedReader, kind: str, seed: int) -> None:
    read_well(reader, mutated(sample(kind), seed), f"x.{kind}")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_many_damaged_files_of_a_kind_are_read_or_refused(
    reader: SandboxedReader, kind: str
) -> None:
    for seed in range(150):
        read_well(reader, mutated(sample(kind), seed), f"x.{kind}")
