from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.store.database import Database
from index.store.files import prepare_directory
from index.store.leases import Leases

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
TERM = timedelta(seconds=30)


@pytest.fixture
def leases(tmp_path: Path) -> Iterator[Leases]:
    prepare_directory(tmp_path)
    with closing(Database.open(tmp_path)) as database:
        yield Leases(database)


def test_one_holds_it_until_it_lapses(leases: Leases) -> None:
    assert leases.take("socket", "here", TERM, NOW)
    assert not leases.take("socket", "there", TERM, NOW + TERM / 2)
    assert leases.take("socket", "here", TERM, NOW + TERM / 2)  # goes on holding it
    assert not leases.take("socket", "there", TERM, NOW + TERM)
    assert leases.take("socket", "there", TERM, NOW + 3 * TERM / 2)
    assert not leases.take("socket", "here", TERM, NOW + 3 * TERM / 2)


def test_each_name_is_its_own(leases: Leases) -> None:
    assert leases.take("socket", "here", TERM, NOW)
    assert leases.take("alerts", "there", TERM, NOW)


def test_only_its_holder_lets_go_of_it(leases: Leases) -> None:
    leases.take("socket", "here", TERM, NOW)
    leases.release("socket", "there")
    assert not leases.take("socket", "there", TERM, NOW)
    leases.release("socket", "here")
    assert leases.take("socket", "there", TERM, NOW)
