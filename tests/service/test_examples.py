"""The examples of the documentation, run as they stand against a running server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.store.api_keys import ApiKeyDraft
from service.desk import Desk
from service.http.application import build_application
from service.serving import configured
from service.settings import Settings
from tests.service.conftest import fill
from tests.service.running import running

DOCS = Path(__file__).parents[2] / "docs"
FILES = {
    "sh": "example.sh",
    "python": "example.py",
    "javascript": "example.mjs",
    "java": "Example.java",
}
PROGRAMS = {"sh": "bash", "python": sys.executable, "javascript": "node", "java": "java"}
NEEDED = {"sh": ("bash", "curl"), "python": (), "javascript": ("node",), "java": ("java", "javac")}
# The lines for curl in http-api.md are pieces, with names of documents that are not there.
PAGES = {
    "http-api.md": "python|javascript|java",
    "integrations.md": "sh|python|javascript|java",
}
EXAMPLES = [
    pytest.param(language, code, id=f"{page}-{language}-{number}")
    for page, languages in PAGES.items()
    for number, (language, code) in enumerate(
        re.findall(
            rf"^```({languages})\n(.*?)^```",
            (DOCS / page).read_text(encoding="utf-8"),
            re.MULTILINE | re.DOTALL,
        )
    )
]
Served = tuple[str, KnowledgeBase]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The address of a server with a base that may be changed, and the base."""
    directory = tmp_path_factory.mktemp("examples")
    fill(directory)
    chosen = Settings(data_dir=directory, reader="rules")
    with (
        KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base,
        running(configured(build_application(Desk(chosen, base), chosen))) as site,
    ):
        yield site, base


@pytest.mark.slow
@pytest.mark.parametrize(("language", "code"), EXAMPLES)
def test_an_example_does_what_it_says(
    served: Served, tmp_path: Path, language: str, code: str
) -> None:
    for program in NEEDED[language]:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    site, base = served
    draft = ApiKeyDraft("对接", ("ask", "write"))
    _, key = base.api_keys.create(draft, datetime.now(SHANGHAI))
    before = len(base.jobs())
    file = tmp_path / FILES[language]
    file.write_text(code, encoding="utf-8")
    environment = {
        **os.environ,
        "DESK": site,
        "WENJU_KEY": key,
        "PYTHONIOENCODING": "utf-8",
        "PYTHONWARNINGS": "error",
    }
    command = [PROGRAMS[language], str(file)]
    for _ in range(2):  # what is sent again is done once
        ran = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, check=False
        )
        assert ran.returncode == 0, ran.stderr.decode()
        shown = ran.stdout.decode()
        assert "56 个事项" in shown
    if "notice" in code:
        for told in ("received", "answer", "empty_question", "queued"):
            assert told in shown
        assert len(base.jobs()) - before <= 1


def test_there_are_examples_in_every_language() -> None:
    assert {example.values[0] for example in EXAMPLES} == set(FILES)
