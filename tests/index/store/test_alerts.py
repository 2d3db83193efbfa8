from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from index.document import SHANGHAI
from index.store.alerts import REMEMBERED, Alerts
from index.store.database import Database
from index.store.files import prepare_directory

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)


def test_what_was_told_is_known_with_its_count_until_it_is_long_past(tmp_path: Path) -> None:
    prepare_directory(tmp_path)
    with closing(Database.open(tmp_path)) as database:
        alerts = Alerts(database)
        assert alerts.told(["a", "b"]) == {}
        alerts.tell({"a": 3, "b": 1}, NOW)
        alerts.tell({"a": 6}, NOW + timedelta(days=1))
        assert alerts.told(["a", "b", "c"]) == {"a": 6, "b": 1}
        alerts.tell({"c": 1}, NOW + REMEMBERED + timedelta(hours=1))
        assert alerts.told(["a", "b", "c"]) == {"a": 6, "c": 1}
