"""Keys for programs: made once, kept as digests, revoked for good.

A key has 192 random bits, so one round of SHA-256 keeps it as safe as a slow hash would.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from index.errors import ApiKeyNotFound
from index.store.database import Database
from index.store.tables import ApiKeyRow

MARK = "wenju_"  # begins every key, so that one that leaked can be searched for
_FORM = re.compile(f"{MARK}([0-9a-f]{{8}})_[0-9a-f]{{48}}")
USE_NOTED_EVERY = timedelta(hours=1)
_KEY = select(ApiKeyRow.__table__)


@dataclass(frozen=True, slots=True)
class ApiKeyDraft:
    """What a key is to be good for. `scopes` are the service's; `rate_limit` None: the site's."""

    label: str
    scopes: tuple[str, ...]
    sees_internal: bool = False
    rate_limit: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that was made. `last_used_at` may lag an hour behind."""

    id: str
    draft: ApiKeyDraft
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    @property
    def prefix(self) -> str:
        """Return how the key begins: enough to tell it from others, too little to use it."""
        return f"{MARK}{self.id}"

    def has_expired(self, now: datetime) -> bool:
        """Say whether its time is over."""
        return self.draft.expires_at is not None and self.draft.expires_at <= now

    def works(self, now: datetime) -> bool:
        """Say whether it is neither revoked nor expired."""
        return self.revoked_at is None and not self.has_expired(now)

    def is_use_to_be_noted(self, now: datetime) -> bool:
        """Say whether the last use that is known is long past."""
        return self.last_used_at is None or self.last_used_at + USE_NOTED_EVERY <= now


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A request that came with a key."""

    key_id: str
    at: datetime


class ApiKeys:
    """Keeps the keys of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, draft: ApiKeyDraft, now: datetime) -> tuple[ApiKey, str]:
        """Make a key; return it and its text, which nobody can be told again."""
        key_id = secrets.token_hex(4)
        text = f"{MARK}{key_id}_{secrets.token_hex(24)}"
        row = {
            "id": key_id,
            "digest": _digest(text),
            "label": draft.label,
            "scopes": draft.scopes,
            "sees_internal": draft.sees_internal,
            "rate_limit": draft.rate_limit,
            "created_at": now,
            "expires_at": draft.expires_at,
            "revoked_at": None,
            "last_used_at": None,
        }
        with self._database.writing() as connection:
            connection.execute(insert(ApiKeyRow), [row])
        return ApiKey(key_id, draft, now, None, None), text

    def find(self, text: str) -> ApiKey | None:
        """Return the key with this text, revoked and expired ones too; None for no key of ours."""
        if (form := _FORM.fullmatch(text)) is None:
            return None
        key_id = form[1]
        with self._database.reading() as connection:
            row = connection.execute(_KEY.where(ApiKeyRow.id == key_id)).one_or_none()
        if row is None or not hmac.compare_digest(row.digest, _digest(text)):
            return None
        return _key(row)

    def all(self) -> list[ApiKey]:
        """List all that were ever made, the oldest first."""
        query = _KEY.order_by(ApiKeyRow.created_at, ApiKeyRow.id)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke(self, key_id: str, now: datetime) -> ApiKey:
        """End a key for good; one that was ended before stays so. Raises ApiKeyNotFound."""
        with self._database.writing() as connection:
            connection.execute(
                update(ApiKeyRow)
                .where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None))
                .values(revoked_at=now)
            )
            row = connection.execute(_KEY.where(ApiKeyRow.id == key_id)).one_or_none()
        if row is None:
            raise ApiKeyNotFound(f"没有编号为 {key_id} 的密钥。全部密钥见 wenju keys list。")
        return _key(row)

    def note_uses(self, uses: Sequence[KeyUse]) -> None:
        """Keep when keys were last used."""
        latest = {use.key_id: use.at for use in sorted(uses, key=lambda use: use.at)}
        if not latest:
            return
        with self._database.writing() as connection:
            for key_id, at in latest.items():
                is_later = or_(ApiKeyRow.last_used_at.is_(None), ApiKeyRow.last_used_at < at)
                noting = update(ApiKeyRow).where(ApiKeyRow.id == key_id, is_later)
                connection.execute(noting.values(last_used_at=at))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _key(row: Row[Any]) -> ApiKey:
    draft = ApiKeyDraft(row.label, row.scopes, row.sees_internal, row.rate_limit, row.expires_at)
    return ApiKey(row.id, draft, row.created_at, row.revoked_at, row.last_used_at)
