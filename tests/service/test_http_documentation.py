import re
from pathlib import Path

from fastapi.testclient import TestClient

import index.errors
import service.http
from index.errors import WenjuError
from service.desk import Desk
from service.http.problems import STATUS_OF_CODE
from service.mcp_server.tools import Toolbox
from service.openai import completions, embeddings, models

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "http-api.md").read_text(encoding="utf-8")
INTEGRATIONS = (DOCS / "integrations.md").read_text(encoding="utf-8")
ELSEWHERE = {  # errors that no request can cause
    "internal_error",
    "corpus_error",
    "missing_package",
    "invalid_catalogue",
    "bundle_error",  # archives come in by the command line alone
    "not_a_bundle",
    "bundle_too_new",
    "damaged_bundle",
    "unsafe_bundle",
}


def test_every_route_is_described(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    described = set(re.findall(r"^\| `([A-Z]+ /\S+)` \|", TEXT, re.MULTILINE))
    assert described == routes | {"GET /openapi.json"}


def test_every_code_is_described_with_its_status(client: TestClient) -> None:
    described = {
        code: int(status)
        for status, codes in re.findall(r"^\| (\d{3}) \| (.+) \|$", TEXT, re.MULTILINE)
        for code in re.findall(r"`(\w+)`", codes)
    }
    room = Path(str(service.http.__file__)).parent
    sources = "\n".join(path.read_text(encoding="utf-8") for path in sorted(room.glob("*.py")))
    raised = set(re.findall(r'[45]\d{2},\s+"([a-z_]+)"', sources))
    assert raised <= described.keys()
    for code, status in STATUS_OF_CODE.items():
        assert described[code] == status, code


def test_every_code_of_openais_interface_is_described() -> None:
    sources = "\n".join(
        Path(str(room.__file__)).read_text(encoding="utf-8")
        for room in (completions, embeddings, models)
    )
    raised = set(re.findall(r'failure_response\((\d{3}), "([a-z_]+)"', sources))
    assert raised
    assert raised == set(re.findall(r"^\| (\d{3}) \| `(\w+)` \|", INTEGRATIONS, re.MULTILINE))


def test_every_tool_is_described(desk: Desk) -> None:
    described = re.findall(r"^\| `([a-z]+)` \| [A-Z]", INTEGRATIONS, re.MULTILINE)
    assert [name for name in described if name in Toolbox(desk).tools] == list(Toolbox(desk).tools)


def test_every_error_of_the_index_has_a_status_of_its_own() -> None:
    codes = {
        kind.code
        for kind in vars(index.errors).values()
        if isinstance(kind, type) and issubclass(kind, WenjuError)
    }
    assert codes - ELSEWHERE <= STATUS_OF_CODE.keys()
