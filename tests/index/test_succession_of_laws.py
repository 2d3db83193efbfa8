"""Pairs of versions of real regulations, where the data for measuring is there."""

import os
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from index.comparison import compare
from index.document import Filter, Metadata
from tests.index.test_succession import add, open_base

DATA = os.environ.get("WENJU_EVAL_DATA")
LAWS = Path(DATA or "") / "laws"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA or not LAWS.is_dir(), reason="needs WENJU_EVAL_DATA"),
]
DATED = re.compile(r"(?P<name>.+)\((?P<day>\d{4}-\d{2}-\d{2})\)\.md")


def pairs() -> list[list[Path]]:
    """Return the files of the regulations of which there are several versions, oldest first."""
    families: dict[str, list[Path]] = {}
    for path in LAWS.glob("行政法规/*.md"):
        match = DATED.fullmatch(path.name)
        if match:
            families.setdefault(match["name"], []).append(path)
    return [sorted(paths) for _, paths in sorted(families.items()) if len(paths) > 1]


def test_every_version_is_ended_by_the_next_and_found_on_its_days(tmp_path: Path) -> None:
    for number, paths in enumerate(pairs()):
        directory = tmp_path / str(number)
        ids = []
        for path in reversed(paths):  # the newest comes in first
            match = DATED.fullmatch(path.name)
            assert match is not None
            known = Metadata("", issued_on=date.fromisoformat(match["day"]))
            ids += add(directory, [path.read_text(encoding="utf-8")], known)
        ids.reverse()
        with open_base(directory) as base:
            found = [base.document(one) for one in ids]
            assert found[-1].metadata.ended_on is None, paths
            for old, new in pairwise(found):
                ends, begins = old.metadata.valid_until, new.metadata.valid_from
                assert ends == begins is not None, paths
                for day, wanted in (
                    (date.fromordinal(begins.toordinal() - 1), old),
                    (begins.date(), new),
                ):
                    hits = base.retrieve(new.metadata.title, Filter(day), 20)
                    assert {hit.chunk.document_id for hit in hits} == {wanted.id}, paths
                assert compare(old, new).changes, paths
