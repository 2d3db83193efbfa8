import re
from pathlib import Path

from service.settings import Settings
from service.wecom import envelope, route

TEXT = (Path(__file__).parents[3] / "docs" / "wecom.md").read_text(encoding="utf-8")


def test_every_code_is_described_with_its_status() -> None:
    sources = "".join(Path(str(room.__file__)).read_text("utf-8") for room in (envelope, route))
    raised = {(code, status) for status, code in re.findall(r'(\d{3}),\s+"(wecom_\w+)"', sources)}
    described = set(re.findall(r"^\| `(wecom_\w+)` \| (\d{3}) \|", TEXT, re.MULTILINE))
    assert raised == described


def test_every_setting_is_named_and_every_one_named_is_one() -> None:
    named = {name.lower() for name in re.findall(r"\b(?:WENJU_)?(wecom_\w+)", TEXT, re.IGNORECASE)}
    codes = set(re.findall(r"^\| `(wecom_\w+)`", TEXT, re.MULTILINE))
    known = {name for name in Settings.model_fields if name.startswith("wecom_")}
    assert named - codes <= known
    assert known - named <= {"wecom_api_url", "wecom_socket_url"}  # for relays, in configuration.md
