from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.errors import ApiKeyNotFound
from index.store.api_keys import MARK, USE_NOTED_EVERY, ApiKeyDraft, ApiKeys, KeyUse
from index.store.askings import Askings
from index.store.database import FILE_NAME, Database
from index.store.feedback import AnswerLog
from index.store.gaps import Gaps
from index.store.journal import Journal

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
DRAFT = ApiKeyDraft("市民小程序", ("ask", "read"), sees_internal=True, rate_limit="60/minute")


@pytest.fixture
def keys(database: Database) -> ApiKeys:
    return ApiKeys(database)


def test_a_key_is_found_by_its_whole_text_and_by_nothing_else(keys: ApiKeys) -> None:
    key, text = keys.create(DRAFT, NOW)
    other, other_text = keys.create(DRAFT, NOW + DAY)
    assert keys.find(text) == key
    assert keys.find(other_text) == other
    assert text.startswith(f"{key.prefix}_")
    mixed = key.prefix + other_text.removeprefix(other.prefix)
    for wrong in ("", MARK, key.prefix, text[:-1], text + "0", text.upper(), mixed, "\ud800"):
        assert keys.find(wrong) is None
    assert keys.all() == [key, other]


def test_the_key_itself_is_nowhere_on_the_disk(keys: ApiKeys, tmp_path: Path) -> None:
    _, text = keys.create(DRAFT, NOW)
    secret = text.rpartition("_")[2].encode()
    files = [file.read_bytes() for file in tmp_path.glob(f"{FILE_NAME}*")]
    assert any("市民小程序".encode() in content for content in files)
    assert not any(secret in content for content in files)


def test_a_revoked_key_stays_revoked_and_an_expired_one_works_no_more(keys: ApiKeys) -> None:
    key, text = keys.create(ApiKeyDraft("a", ("ask",), expires_at=NOW + DAY), NOW)
    assert key.works(NOW)
    assert not key.works(NOW + DAY)
    assert keys.revoke(key.id, NOW).revoked_at == NOW
    assert keys.revoke(key.id, NOW + DAY).revoked_at == NOW
    found = keys.find(text)
    assert found is not None
    assert not found.works(NOW)
    with pytest.raises(ApiKeyNotFound):
        keys.revoke("none", NOW)


def test_the_last_use_is_kept_coarsely_and_never_goes_back(
    keys: ApiKeys, database: Database
) -> None:
    key, text = keys.create(DRAFT, NOW)
    assert key.is_use_to_be_noted(NOW)
    journal = Journal(AnswerLog(database), Gaps(database), Askings(database), keys)
    for use in (KeyUse(key.id, NOW), KeyUse(key.id, NOW - DAY), KeyUse("gone", NOW)):
        journal.put(use)
    journal.close()
    used = keys.find(text)
    assert used is not None
    assert used.last_used_at == NOW
    assert not used.is_use_to_be_noted(NOW + USE_NOTED_EVERY / 2)
    assert used.is_use_to_be_noted(NOW + USE_NOTED_EVERY)
    keys.note_uses([KeyUse(key.id, NOW - DAY)])
    assert keys.find(text) == used
