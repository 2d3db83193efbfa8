from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store.database import Database
from tests.index.store.fakes import open_new


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_new(tmp_path)
    yield database
    database.close()
