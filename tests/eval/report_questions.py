"""Plain questions on the report, for the edit and the sibling test in small."""

from pathlib import Path

from eval.datasets import Question
from eval.workbench import text_file

_PATH = next(Path("corpus/reports").glob("*.txt"))
REPORT = text_file(_PATH.name, _PATH.read_text(encoding="utf-8"))
_ASKED = (
    ("跨域通办实现了多少个事项？", "56个事项", "目前已实现56个事项两市通办"),
    ("第一批事项清单共多少项？", "258项", "第一批事项清单共258项"),
    ("第二批事项清单共多少项？", "543项", "第二批事项清单共543项"),
    ("首席数据官试点单位有多少个？", "33个试点单位", "共33个试点单位开展首席数据官工作"),
    ("互动交流平台收到多少条留言？", "570条", "我市互动交流平台共收到570条留言"),
    ("12345热线的办结率是多少？", "98.68%", "办结率达到98.68%"),
    ("12345热线的服务满意率是多少？", "99.86%", "服务满意率为99.86%"),
    ("粤智助业务办理量是多少？", "超78000宗", "业务办理量超78000宗"),
)
QUESTIONS = tuple(
    Question(str(number), asked, "value", ("answered",), (answer,), (), quote)
    for number, (asked, answer, quote) in enumerate(_ASKED)
)
