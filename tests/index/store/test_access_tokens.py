from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.store.access_tokens import REFRESHING, AccessTokens
from index.store.database import Database

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)


@pytest.fixture
def tokens(database: Database) -> AccessTokens:
    return AccessTokens(database)


def test_a_token_holds_for_all_processes_until_it_expires(
    tokens: AccessTokens, tmp_path: Path
) -> None:
    assert tokens.current("wx1", NOW) is None
    assert tokens.begin_refresh("wx1", NOW)
    tokens.put("wx1", "t1", NOW + HOUR, NOW)
    with closing(Database.open(tmp_path)) as database:
        assert AccessTokens(database).current("wx1", NOW) == "t1"
    assert tokens.current("wx2", NOW) is None
    assert tokens.current("wx1", NOW + HOUR) is None


def test_one_process_asks_for_the_next_token_and_another_only_where_it_is_silent(
    tokens: AccessTokens, tmp_path: Path
) -> None:
    with closing(Database.open(tmp_path)) as database:
        others = AccessTokens(database)
        assert [tokens.begin_refresh("wx1", NOW), others.begin_refresh("wx1", NOW)] == [True, False]
        assert others.begin_refresh("wx1", NOW + REFRESHING)
        others.give_up("wx1", NOW)
        assert tokens.begin_refresh("wx1", NOW)
        tokens.put("wx1", "t1", NOW + HOUR, NOW)
        assert not others.begin_refresh("wx1", NOW)
        assert others.begin_refresh("wx1", NOW + HOUR)


def test_only_the_token_that_was_refused_is_discarded(tokens: AccessTokens) -> None:
    tokens.begin_refresh("wx1", NOW)
    tokens.put("wx1", "t2", NOW + HOUR, NOW)
    tokens.discard("wx1", "t1", NOW)
    assert tokens.current("wx1", NOW) == "t2"
    tokens.discard("wx1", "t2", NOW)
    assert tokens.current("wx1", NOW) is None
