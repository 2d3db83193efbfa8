from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.store.customer_service import MOST_SENT, WINDOW, CustomerService
from index.store.database import Database
from index.store.files import prepare_directory

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
SECOND = timedelta(seconds=1)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[CustomerService]:
    prepare_directory(tmp_path)
    with closing(Database.open(tmp_path)) as database:
        yield CustomerService(database)


def sent(kept: CustomerService, person: str, now: datetime) -> int:
    """Send as many as may be sent; return how many."""
    count = 0
    while kept.may_send(person, now):
        count += 1
    return count


def test_each_account_is_read_on_from_where_it_was_left(kept: CustomerService) -> None:
    assert kept.cursor("wk1") is None
    for cursor in ("a", "b"):
        kept.advance("wk1", cursor)
    kept.advance("wk2", "z")
    assert [kept.cursor(one) for one in ("wk1", "wk2", "wk3")] == ["b", "z", None]


def test_a_message_opens_a_window_for_so_many(kept: CustomerService) -> None:
    assert sent(kept, "p1", NOW) == 0
    kept.open_window("p1", NOW)
    kept.open_window("p2", NOW)
    assert sent(kept, "p1", NOW) == MOST_SENT
    kept.open_window("p1", NOW)  # a copy of the same message
    kept.open_window("p1", NOW - SECOND)  # an older one, come late
    assert sent(kept, "p1", NOW) == 0
    kept.open_window("p1", NOW + SECOND)
    assert sent(kept, "p1", NOW + SECOND) == MOST_SENT


def test_a_window_closes(kept: CustomerService) -> None:
    kept.open_window("p1", NOW)
    assert kept.may_send("p1", NOW + WINDOW - SECOND)
    assert not kept.may_send("p1", NOW + WINDOW)
