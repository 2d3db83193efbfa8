"""The house has one way through it: corpus <- index <- service <- eval."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("index", "service", "eval")
MAY_IMPORT = {"index": {"index"}, "service": {"index", "service"}, "eval": set(ROOMS)}
WEB = {"fastapi", "starlette", "uvicorn", "typer", "rich"}
HEAVY = {"torch", "transformers", "sentence_transformers"}
# Where a model is prepared, measured or trained; nothing that serves imports these.
PREPARING = {"index/embedding/export.py"}
CHANNELS = (
    "service.http",
    "service.cli",
    "service.web",
    "service.openai",
    "service.mcp_server",
    "service.wechat",
    "service.wecom",
    "service.chat",
)


def sources(room: str) -> Iterator[Path]:
    yield from sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_before_it(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(room)
        for name, line in imports(path)
        if name.split(".")[0] in set(ROOMS) - MAY_IMPORT[room]
    ]
    assert wrong == []


def test_the_index_knows_no_web_framework() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources("index")
        for name, line in imports(path)
        if name.split(".")[0] in WEB
    ]
    assert wrong == []


def test_answering_knows_no_channel() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources("service/answering")
        for name, line in imports(path)
        if name.startswith(CHANNELS) or name.split(".")[0] in WEB
    ]
    assert wrong == []


def test_only_preparing_a_model_imports_torch() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for room in ("index", "service")
        for path in sources(room)
        for name, line in imports(path)
        if name.split(".")[0] in HEAVY and str(path.relative_to(ROOT)) not in PREPARING
    ]
    assert wrong == []


def test_nobody_imports_the_evaluation_by_its_bare_name() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for room in (*ROOMS, "tests")
        for path in sources(room)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import) and any(alias.name == "eval" for alias in node.names)
    ]
    assert wrong == []


def test_the_corpus_holds_no_code() -> None:
    assert list((ROOT / "corpus").rglob("*.py")) == []


def test_commands_of_the_evaluation_come_in_by_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "eval" in project["entry-points"]["wenju.commands"]
