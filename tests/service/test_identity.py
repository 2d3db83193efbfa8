import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.identity import without_identity


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我的电话是13800138000", "我的电话是***"),
        ("座机 0750-8888888 没人接", "座机 *** 没人接"),
        ("身份证 44010619900101123x 怎么补办", "身份证 *** 怎么补办"),
        ("卡号6222 0200 1234 5678 901", "卡号***"),
        ("发到 li.si@example.gov.cn", "发到 ***"),
        ("粤J·A1234 被拖走了", "*** 被拖走了"),
        ("我叫张三，问社保", "我叫***，问社保"),
        ("姓名：欧阳小明", "姓名***"),
        ("幸福小区3栋502室漏水", "幸福小区******漏水"),
    ],
)
def test_what_says_who_somebody_is_is_hidden(text: str, shown: str) -> None:
    assert without_identity(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2022年有多少个事项？",
        "打12345有用吗？",
        "鹤政数〔2022〕17号还有效吗？",
        "补贴1500元，50%由市里出",
        "第十二条第（三）项",
    ],
)
def test_what_identifies_nobody_stays(text: str) -> None:
    assert without_identity(text) == text


@given(st.text(max_size=20), st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.text(max_size=20))
def test_no_telephone_number_gets_through(before: str, number: str, after: str) -> None:
    assert number not in without_identity(f"{before}{number}{after}")
