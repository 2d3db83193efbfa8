"""The examples of the documentation, run as they stand against a running server."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
FILES = {"python": "example.py", "javascript": "example.mjs", "java": "Ask.java"}
PROGRAMS = {"python": sys.executable, "javascript": "node", "java": "java"}
EXAMPLES = [
    pytest.param(language, code, id=f"{page}-{language}-{number}")
    for page in ("http-api.md", "integrations.md")
    for number, (language, code) in enumerate(
        re.findall(
            r"^```(python|javascript|java)\n(.*?)^```",
            (DOCS / page).read_text(encoding="utf-8"),
            re.MULTILINE | re.DOTALL,
        )
    )
]


@pytest.mark.slow
@pytest.mark.parametrize(("language", "code"), EXAMPLES)
def test_an_example_does_what_it_says(site: str, tmp_path: Path, language: str, code: str) -> None:
    if shutil.which(PROGRAMS[language]) is None:
        pytest.skip(f"{PROGRAMS[language]} is not installed")
    file = tmp_path / FILES[language]
    file.write_text(code, encoding="utf-8")
    environment = {**os.environ, "DESK": site, "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [PROGRAMS[language], str(file)], env=environment, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert "56 个事项" in ran.stdout.decode()


def test_there_are_examples_in_three_languages() -> None:
    assert {example.values[0] for example in EXAMPLES} == set(FILES)
