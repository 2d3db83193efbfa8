from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase


@pytest.fixture(scope="module")
def base(shelf: tuple[Path, dict[str, str]]) -> Iterator[KnowledgeBase]:
    """The shelf of documents, opened once more: chats are kept in it."""
    with KnowledgeBase.open(shelf[0], DemoEmbedder(), follow=False) as base:
        yield base
