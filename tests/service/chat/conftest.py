from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.store.access_tokens import AccessTokens
from index.store.database import Database
from index.store.files import prepare_directory


@pytest.fixture(scope="module")
def base(shelf: tuple[Path, dict[str, str]]) -> Iterator[KnowledgeBase]:
    """The shelf of documents, opened once more: chats are kept in it."""
    with KnowledgeBase.open(shelf[0], DemoEmbedder(), follow=False) as base:
        yield base


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[AccessTokens]:
    """The access tokens of a catalogue of the test's own."""
    prepare_directory(tmp_path)
    with closing(Database.open(tmp_path)) as database:
        yield AccessTokens(database)
