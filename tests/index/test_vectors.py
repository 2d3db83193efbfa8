from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import Filter, Metadata, Status
from index.engine import Entry, Vectors
from index.errors import DamagedIndex
from index.vectors import FaissIndex
from tests.index.metadata_strategy import document_id, filters, metadata

ANYTHING = Filter(date(2024, 1, 1), statuses=frozenset(Status))
DIMENSION = 16
drawn = np.random.default_rng(17)


def units(count: int) -> Vectors:
    vectors = drawn.standard_normal((count, DIMENSION)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def entry(number: int, document: str = "a1") -> Entry:
    return Entry(number, document, "", "", Metadata("办法"))


def test_a_new_index_is_empty_and_at_revision_0(tmp_path: Path):
    index = FaissIndex.open(tmp_path / "vectors", DIMENSION)
    assert index.revision == 0
    assert index.search(units(1)[0], ANYTHING, 5).numbers.tolist() == []
    assert index.score(units(1)[0], np.array([1])).tolist() == [0]


def test_what_was_put_is_found_once_it_is_committed(tmp_path: Path):
    index, vectors = FaissIndex.open(tmp_path, DIMENSION), units(3)
    index.put([entry(4), entry(5), entry(6)], vectors)
    assert len(index.search(vectors[1], ANYTHING, 5).numbers) == 0
    index.commit(2)
    ranked = index.search(vectors[1], ANYTHING, 5)
    assert ranked.numbers[0] == 5
    assert ranked.scores[0] == pytest.approx(1, abs=1e-3)
    assert index.revision == 2


def test_what_is_not_committed_is_forgotten(tmp_path: Path):
    index, vectors = FaissIndex.open(tmp_path, DIMENSION), units(2)
    index.put([entry(1)], vectors[:1])
    index.commit(1)
    index.put([entry(2)], vectors[1:])
    index.remove(["a1"])
    index.close()
    reopened = FaissIndex.open(tmp_path, DIMENSION)
    assert reopened.search(vectors[1], ANYTHING, 5).numbers.tolist() == [1]


@pytest.mark.parametrize("exact_up_to", [10**6, 40], ids=["exact", "graph"])
def test_every_process_finds_what_a_look_at_each_finds(tmp_path: Path, exact_up_to: int):
    writer = FaissIndex.open(tmp_path, DIMENSION, exact_up_to=exact_up_to)
    reader = FaissIndex.open(tmp_path, DIMENSION, exact_up_to=exact_up_to)
    there: dict[int, tuple[str, Vectors]] = {}
    number = 0
    for revision in range(1, 60):
        count = int(drawn.integers(1, 12))
        batch, vectors = list(range(number, number + count)), units(count)
        batch += [n for n in there if drawn.random() < 0.03]  # put again
        vectors = np.concatenate([vectors, units(len(batch) - count)])
        number += count
        gone = f"d{drawn.integers(20)}"
        if drawn.random() < 0.5:
            writer.remove([gone])
            there = {n: held for n, held in there.items() if held[0] != gone}
            vectors = vectors[[n in there or n >= number - count for n in batch]]
            batch = [n for n in batch if n in there or n >= number - count]
        owners = [there[n][0] if n in there else f"d{drawn.integers(20)}" for n in batch]
        writer.put([entry(n, owner) for n, owner in zip(batch, owners, strict=True)], vectors)
        there |= {n: (o, v) for n, o, v in zip(batch, owners, vectors, strict=True)}
        writer.commit(revision)
        if drawn.random() < 0.4:
            continue
        reader.refresh()
        late = FaissIndex.open(tmp_path, DIMENSION, exact_up_to=exact_up_to)
        query, numbers = units(1)[0], np.array(sorted(there))
        cosines = np.array([there[n][1] @ query for n in numbers.tolist()])
        best = np.sort(cosines)[::-1][:10]
        for index in (writer, reader, late):
            assert index.revision == revision
            ranked = index.search(query, ANYTHING, 10)
            assert set(ranked.numbers.tolist()) <= set(there)
            assert np.allclose(ranked.scores, best, atol=2e-3)
            assert np.allclose(index.score(query, numbers), cosines, atol=2e-3)
            assert index.score(query, np.array([10**9])) == 0
    assert bool(list(tmp_path.glob("graph-*"))) == (exact_up_to == 40)


@pytest.mark.parametrize("exact_up_to", [10**6, 1], ids=["exact", "graph"])
@given(st.dictionaries(document_id, metadata, min_size=1), filters)
@settings(max_examples=30, deadline=None)
def test_a_filter_admits_what_it_says(
    tmp_path_factory: pytest.TempPathFactory,
    exact_up_to: int,
    documents: dict[str, Metadata],
    filter_: Filter,
):
    index = FaissIndex.open(tmp_path_factory.mktemp("vectors"), DIMENSION, exact_up_to=exact_up_to)
    entries = [
        Entry(number, document, "", "", found)
        for number, (document, found) in enumerate(documents.items())
    ]
    index.put(entries, units(len(entries)))
    index.commit(1)
    admitted = [one.number for one in entries if filter_.admits(one.document_id, one.metadata)]
    assert sorted(index.search(units(1)[0], filter_, 10).numbers.tolist()) == admitted
    index.close()


@pytest.mark.parametrize("exact_up_to", [10**6, 100], ids=["exact", "graph"])
def test_a_filter_applies_before_the_ranking(tmp_path: Path, exact_up_to: int):
    index, vectors = FaissIndex.open(tmp_path, DIMENSION, exact_up_to=exact_up_to), units(500)
    index.put([entry(n, "b2" if n % 50 == 7 else "a1") for n in range(500)], vectors)
    index.commit(1)
    only = Filter(date(2024, 1, 1), frozenset(Status), documents=frozenset({"b2"}))
    numbers = index.search(units(1)[0], only, 8).numbers.tolist()
    assert len(numbers) == 8
    assert all(number % 50 == 7 for number in numbers)


def test_metadata_put_again_changes_what_a_filter_admits(tmp_path: Path):
    index, vectors = FaissIndex.open(tmp_path, DIMENSION), units(1)
    index.put([entry(1)], vectors)
    index.commit(1)
    repealed = Metadata("办法", ended_by=Status.REPEALED)
    index.put([Entry(1, "a1", "", "", repealed)], vectors)
    index.commit(2)
    assert len(index.search(vectors[0], Filter(date(2024, 1, 1)), 5).numbers) == 0
    assert index.search(vectors[0], ANYTHING, 5).numbers.tolist() == [1]


def filled(directory: Path, exact_up_to: int = 100) -> None:
    index = FaissIndex.open(directory, DIMENSION, exact_up_to=exact_up_to)
    index.put([entry(number) for number in range(300)], units(300))
    index.commit(1)
    index.close()


def test_another_dimension_is_reported(tmp_path: Path):
    filled(tmp_path)
    with pytest.raises(DamagedIndex):
        FaissIndex.open(tmp_path, DIMENSION + 1)


@pytest.mark.parametrize("harm", ["cut", "garbled", "gone"])
def test_a_damaged_graph_is_reported(tmp_path: Path, harm: str):
    filled(tmp_path)
    for path in tmp_path.glob("graph-*"):
        content = path.read_bytes()
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes(content[:-9] if harm == "cut" else content[:-9] + b"x" * 9)
        with pytest.raises(DamagedIndex):
            FaissIndex.open(tmp_path, DIMENSION)
        path.write_bytes(content)
    assert len(FaissIndex.open(tmp_path, DIMENSION).search(units(1)[0], ANYTHING, 9).numbers) == 9


@pytest.mark.parametrize("harm", ["cut", "garbled", "not a database"])
def test_a_damaged_store_is_reported(tmp_path: Path, harm: str):
    filled(tmp_path, exact_up_to=1000)
    path = tmp_path / "vectors.sqlite"
    content = path.read_bytes()
    harmed = {
        "cut": content[: len(content) // 2],
        "garbled": content[: len(content) // 3] + b"\x7b" * (len(content) * 2 // 3),
        "not a database": b"x" * 10_000,
    }
    path.write_bytes(harmed[harm])
    with pytest.raises(DamagedIndex):
        FaissIndex.open(tmp_path, DIMENSION)


WRITE_FOREVER = """
    import itertools, sys
    from pathlib import Path
    import numpy as np
    from index.document import Metadata
    from index.engine import Entry
    from index.vectors import FaissIndex
    index = FaissIndex.open(Path(sys.argv[1]), 16, exact_up_to=60)
    drawn = np.random.default_rng(0)
    for revision in itertools.count(1):
        vectors = drawn.standard_normal((20, 16)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        numbers = range(revision * 20, revision * 20 + 20)
        index.put([Entry(n, f"d{revision}", "", "", Metadata("办法")) for n in numbers], vectors)
        index.commit(revision)
        print(revision, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_its_last_commit(tmp_path: Path):
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITE_FOREVER), str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert writer.stdout is not None
    with writer.stdout as lines:
        last = [int(lines.readline()) for _ in range(7)][-1]
        writer.send_signal(signal.SIGKILL)
        last = max([last, *map(int, lines)])
    writer.wait()
    index = FaissIndex.open(tmp_path, DIMENSION, exact_up_to=60)
    assert index.revision in {last, last + 1}
    found = index.search(units(1)[0], ANYTHING, 10_000).numbers
    assert sorted(found.tolist()) == list(range(20, 20 * index.revision + 20))
    index.put([entry(10**6)], units(1))
    index.commit(index.revision + 1)
    assert index.score(units(1)[0], np.array([10**6])) != 0


@pytest.mark.parametrize("exact_up_to", [10**6, 40], ids=["exact", "graph"])
@given(left_out=st.floats(0, 1), limit=st.integers(1, 60), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_however_many_a_filter_leaves_out_the_nearest_of_the_others_are_found(
    tmp_path_factory: pytest.TempPathFactory,
    exact_up_to: int,
    left_out: float,
    limit: int,
    seed: int,
):
    random = np.random.default_rng(seed)
    index = FaissIndex.open(tmp_path_factory.mktemp("v"), DIMENSION, exact_up_to=exact_up_to)
    vectors = units(120)
    owners = np.where(random.random(120) < left_out, "b2", "a1")
    index.put([entry(n, owner) for n, owner in enumerate(owners)], vectors)
    index.commit(1)
    only = Filter(date(2024, 1, 1), frozenset(Status), documents=frozenset({"a1"}))
    found = index.search(vectors[0], only, limit)
    halves = vectors.astype(np.float16).astype(np.float32)  # as they are kept
    cosines = np.where(owners == "a1", halves @ vectors[0], -2)
    assert found.numbers.tolist() == np.argsort(-cosines)[: len(found.numbers)].tolist()
    assert len(found.numbers) == min(limit, int((owners == "a1").sum()))
    index.close()


def test_a_graph_is_read_where_it_lies_and_outlives_its_file(tmp_path: Path):
    writer = FaissIndex.open(tmp_path, DIMENSION, exact_up_to=40)
    vectors = units(80)
    writer.put([entry(n) for n in range(60)], vectors[:60])
    writer.commit(1)
    reader = FaissIndex.open(tmp_path, DIMENSION, exact_up_to=40)
    (before,) = tmp_path.glob("graph-*.faiss")
    writer.put([entry(n) for n in range(60, 80)], vectors[60:])
    writer.commit(2)
    assert not before.exists()
    assert reader.search(vectors[3], ANYTHING, 1).numbers.tolist() == [3]
    reader.refresh()
    assert reader.search(vectors[70], ANYTHING, 1).numbers.tolist() == [70]
