"""A bench to measure on that needs no weights."""

from __future__ import annotations

import pytest

from eval.workbench import Workbench
from index.embedding.demo import DemoEmbedder


@pytest.fixture
def workbench() -> Workbench:
    return Workbench(DemoEmbedder())
