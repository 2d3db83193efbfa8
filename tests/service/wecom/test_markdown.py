import re

from hypothesis import given
from hypothesis import strategies as st

from service.wecom.markdown import as_markdown


def test_marks_are_shown_and_links_stay_links() -> None:
    link = "https://wenju.example.gov.cn/documents/1_2?start=3&end=4"
    assert as_markdown(f"*甲*_乙_\n# 丙\n查看原文：{link}") == (
        f"\\*甲\\*\\_乙\\_\n\\# 丙\n查看原文：{link}"
    )


@given(st.text(alphabet="甲*_~`[<|\\#>\n 。1.", max_size=60))
def test_nothing_is_lost_and_nothing_marks(text: str) -> None:
    markdown = as_markdown(text)
    assert re.sub(r"\\(.)", r"\1", markdown) == text
    assert len(markdown) <= 2 * len(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`~\[<|]", markdown)
