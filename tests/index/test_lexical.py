from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.document import Filter, Metadata, Status
from index.engine import Entry
from index.errors import DamagedIndex
from index.fold import terms
from index.lexical import TantivyIndex
from tests.index.metadata_strategy import document_id, filters, metadata

ANYTHING = Filter(date(2024, 1, 1), statuses=frozenset(Status))
WORDS = ["跨城通办", "营业执照", "政务服务", "热线", "水务局", "2022年", "56个", "APP"]


def entry(number: int, text: str, document: str = "a1", heading: str = "") -> Entry:
    return Entry(number, document, heading, text, Metadata("办法"))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TantivyIndex]:
    index = TantivyIndex.open(tmp_path / "lexical")
    yield index
    index.close()


def found(index: TantivyIndex, query: str, filter_: Filter = ANYTHING) -> list[int]:
    return index.search(query, filter_, 100).numbers.tolist()


def test_a_new_index_is_empty_and_at_revision_0(index: TantivyIndex):
    assert index.revision == 0
    assert found(index, "跨城通办") == []
    assert index.score("跨城通办", np.array([7])).tolist() == [0]


def test_what_was_put_is_found_once_it_is_committed(index: TantivyIndex):
    index.put([entry(1, "鹤山实现跨城通办"), entry(2, "水务局公告")])
    assert found(index, "跨城通办") == []
    index.commit(3)
    assert found(index, "跨城通办") == [1]
    assert index.revision == 3


def test_words_of_the_heading_count(index: TantivyIndex):
    index.put([entry(1, "共56个事项", heading="跨城通办"), entry(2, "共57个事项")])
    index.commit(1)
    assert found(index, "跨城通办事项")[0] == 1


def test_an_entry_put_again_takes_the_place_of_the_old_one(index: TantivyIndex):
    index.put([entry(1, "营业执照"), entry(2, "水务局")])
    index.commit(1)
    index.put([entry(1, "跨城通办")])
    index.commit(2)
    assert found(index, "营业执照") == []
    assert found(index, "跨城通办") == [1]
    assert found(index, "水务局") == [2]


def test_a_document_is_removed_whole_and_may_come_again(index: TantivyIndex):
    index.put([entry(1, "热线电话"), entry(2, "热线号码"), entry(3, "热线", document="b2")])
    index.commit(1)
    index.remove(["a1"])
    index.commit(2)
    assert found(index, "热线") == [3]
    index.remove(["b2"])
    index.put([entry(3, "热线", document="b2")])
    index.commit(3)
    assert found(index, "热线") == [3]


def test_what_is_not_committed_is_forgotten(tmp_path: Path):
    index = TantivyIndex.open(tmp_path)
    index.put([entry(1, "热线")])
    index.commit(1)
    index.put([entry(2, "热线")])
    index.remove(["a1"])
    index.close()
    assert found(TantivyIndex.open(tmp_path), "热线") == [1]
    index.commit(2)
    assert found(index, "热线") == [1]


def test_another_reader_sees_a_commit_when_it_looks(tmp_path: Path):
    writer, reader = TantivyIndex.open(tmp_path), TantivyIndex.open(tmp_path)
    writer.put([entry(1, "热线")])
    writer.commit(5)
    assert (reader.revision, found(reader, "热线")) == (0, [])
    reader.refresh()
    assert (reader.revision, found(reader, "热线")) == (5, [1])


def bm25(passages: dict[int, str], query: str) -> dict[int, float]:
    """Okapi BM25 as the textbook has it, k1 = 1.2 and b = 0.75."""
    counts = {number: Counter(terms(text)) for number, text in passages.items()}
    mean = sum(count.total() for count in counts.values()) / len(counts)
    scores = dict.fromkeys(passages, 0.0)
    for term, asked in Counter(terms(query)).items():
        holding = [number for number, count in counts.items() if count[term]]
        rarity = math.log1p((len(passages) - len(holding) + 0.5) / (len(holding) + 0.5))
        for number in holding:
            often, length = counts[number][term], counts[number].total()
            penalty = 1.2 * (1 - 0.75 + 0.75 * length / mean)
            scores[number] += asked * rarity * often * 2.2 / (often + penalty)
    return scores


def test_passages_rank_as_textbook_bm25_ranks_them(index: TantivyIndex):
    drawn = np.random.default_rng(0)
    passages = {
        number: "。".join(drawn.choice(WORDS, drawn.integers(1, 12)).tolist())
        for number in range(200)
    }
    index.put(entry(number, text, document=f"d{number}") for number, text in passages.items())
    index.commit(1)
    for query in ("跨城通办有多少", "营业执照办理热线", "2022年政务服务APP"):
        expected = bm25(passages, query)
        ranked = index.search(query, ANYTHING, 200)
        ours = dict(zip(ranked.numbers.tolist(), ranked.scores.tolist(), strict=True))
        assert set(ours) == {number for number, score in expected.items() if score}
        correlation = np.corrcoef([ours[n] for n in ours], [expected[n] for n in ours])[0, 1]
        assert correlation > 0.98  # tantivy rounds lengths, and counts its own records


def test_score_says_what_search_says(index: TantivyIndex):
    index.put(entry(n, f"{WORDS[n % 7]}{WORDS[n % 5]}", document=f"d{n}") for n in range(50))
    index.commit(1)
    ranked = index.search("跨城通办的热线", ANYTHING, 50)
    backwards = ranked.numbers[::-1].copy()
    assert np.allclose(index.score("跨城通办的热线", backwards), ranked.scores[::-1])
    evidence = index.evidence("跨城通办的热线", backwards)
    assert np.allclose(evidence.scores, ranked.scores[::-1])


def test_shares_say_how_much_of_the_question_stands_in_the_passage_and_around_it(
    index: TantivyIndex,
):
    index.put([entry(1, "营业执照。热线"), entry(2, "共56个"), entry(3, "热线", document="b2")])
    index.commit(1)
    whole, none, half = index.evidence("营业执照热线", np.array([1, 2, 3])).shares
    assert none == 0 < half < whole < 1  # the pair 照热 stands nowhere
    around = index.evidence("营业执照热线", np.array([1, 2, 3])).surroundings
    assert around[0] == around[1] == pytest.approx(whole)
    assert around[2] == pytest.approx(half)


def test_pages_are_about_a_page_long(index: TantivyIndex):
    index.put([entry(1, "营业执照"), entry(2, "通" * 1500), entry(3, "热线")])
    index.commit(1)
    assert index.evidence("营业执照", np.array([1, 2, 3])).surroundings.round(3).tolist() == [
        1,
        0,
        0,
    ]


@given(st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_query_is_answered_with_scores_from_0_to_1(tmp_path: Path, query: str):
    index = TantivyIndex.open(tmp_path / "x")
    if index.revision == 0:
        index.put([entry(1, "跨城通办 AND (56个) OR *:*"), entry(2, "营业执照")])
        index.commit(1)
    ranked = index.search(query, ANYTHING, 10)
    evidence = index.evidence(query, np.array([1, 2]))
    for values in (ranked.scores, evidence.scores, evidence.shares, evidence.surroundings):
        assert np.all((values >= 0) & (values <= 1.000001))


def test_a_very_long_question_is_answered(index: TantivyIndex):
    index.put([entry(1, "跨城通办"), entry(2, "营业执照")])
    index.commit(1)
    assert found(index, "跨城通办" + "一二三四五六七八九十" * 100) == [1]


@given(st.dictionaries(document_id, metadata, min_size=1), filters)
@settings(max_examples=30, deadline=None)
def test_a_filter_admits_what_it_says(
    tmp_path_factory: pytest.TempPathFactory, documents: dict[str, Metadata], filter_: Filter
):
    index = TantivyIndex.open(tmp_path_factory.mktemp("lexical"))
    entries = [
        Entry(number, document, "", "热线", found)
        for number, (document, found) in enumerate(documents.items())
    ]
    index.put(entries)
    index.commit(1)
    admitted = [one.number for one in entries if filter_.admits(one.document_id, one.metadata)]
    assert sorted(found(index, "热线", filter_)) == admitted
    index.close()


def test_a_filter_applies_before_the_ranking(index: TantivyIndex):
    index.put(entry(number, "热线", document="a1") for number in range(50))
    index.put([Entry(60, "b2", "", "热线很长很长的一段话，与热线无关", Metadata("办法"))])
    index.commit(1)
    only = Filter(date(2024, 1, 1), frozenset(Status), documents=frozenset({"b2"}))
    assert index.search("热线", only, 1).numbers.tolist() == [60]


def segment_files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if len(path.stem) == 32)


@pytest.mark.parametrize("harm", ["cut", "emptied", "flipped", "gone"])
def test_a_damaged_file_is_reported(tmp_path: Path, harm: str):
    index = TantivyIndex.open(tmp_path)
    index.put(entry(number, f"热线{number}") for number in range(50))
    index.commit(1)
    index.close()
    for path in [*segment_files(tmp_path), tmp_path / "meta.json"]:
        content = path.read_bytes()
        middle = len(content) // 2
        harmed = {
            "cut": content[:middle],
            "emptied": b"",
            "flipped": content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :],
        }
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes(harmed[harm])
        if (harm, path.name) != ("gone", "meta.json"):
            with pytest.raises(DamagedIndex):
                TantivyIndex.open(tmp_path)
        path.write_bytes(content)
    assert found(TantivyIndex.open(tmp_path), "热线7") != []


def test_an_index_of_an_older_format_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    index = TantivyIndex.open(tmp_path)
    index.commit(1)
    monkeypatch.setattr("index.lexical.FORMAT", 2)
    with pytest.raises(DamagedIndex):
        TantivyIndex.open(tmp_path)


WRITE_FOREVER = """
    import itertools, sys
    from pathlib import Path
    from index.document import Metadata
    from index.engine import Entry
    from index.lexical import TantivyIndex
    index = TantivyIndex.open(Path(sys.argv[1]))
    for revision in itertools.count(1):
        numbers = range(revision * 20, revision * 20 + 20)
        index.put(Entry(n, f"d{revision}", "", "热线", Metadata("办法")) for n in numbers)
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
        last = [int(lines.readline()) for _ in range(5)][-1]
        writer.send_signal(signal.SIGKILL)
        last = max([last, *map(int, lines)])
    writer.wait()
    index = TantivyIndex.open(tmp_path)
    assert index.revision in {last, last + 1}
    assert len(found(index, "热线")) == 20 * index.revision or index.revision > 5
    numbers = index.search("热线", ANYTHING, 10_000).numbers
    assert sorted(numbers.tolist()) == list(range(20, 20 * index.revision + 20))
    index.put([entry(10**6, "营业执照")])  # the lock of the dead is no lock
    index.commit(index.revision + 1)
    assert found(index, "营业执照") == [10**6]
