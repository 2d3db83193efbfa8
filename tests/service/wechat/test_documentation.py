import re
from pathlib import Path

from service.chat.wishes import _COMMANDS
from service.settings import Settings
from service.wechat import envelope, route

TEXT = (Path(__file__).parents[3] / "docs" / "wechat.md").read_text(encoding="utf-8")


def test_every_code_is_described_with_its_status() -> None:
    sources = "".join(Path(str(room.__file__)).read_text("utf-8") for room in (envelope, route))
    raised = {(code, status) for status, code in re.findall(r'(\d{3}),\s+"(wechat_\w+)"', sources)}
    described = set(re.findall(r"^\| `(wechat_\w+)` \| (\d{3}) \|", TEXT, re.MULTILINE))
    assert raised == described


def test_every_setting_named_is_one() -> None:
    named = set(re.findall(r"\b(?:WENJU_)?(wechat_\w+)", TEXT, re.IGNORECASE))
    codes = set(re.findall(r"^\| `(wechat_\w+)`", TEXT, re.MULTILINE))
    assert {name.lower() for name in named} - codes <= set(Settings.model_fields)


def test_the_words_of_command_are_described() -> None:
    lacking = {word for word in _COMMANDS if word not in TEXT}
    assert lacking <= {"取答案", "常见问题", "您好", "help", "menu", "?", "谢谢"}  # besides others
