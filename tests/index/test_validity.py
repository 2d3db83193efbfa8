from datetime import date

import pytest

from index.document import Document, Metadata
from index.read import read_document

TEXT = """示例市停车管理办法

（2020年2月29日示例市人民政府令第9号公布）

第一条　为了管理停车，制定本办法。

第二条　停车证有效期5年。

第三条　{clause}
"""
NO_DAY = TEXT.replace("（2020年2月29日示例市人民政府令第9号公布）\n\n", "")


def read(clause: str, text: str = TEXT, known: Metadata | None = None) -> Document:
    return read_document(text.format(clause=clause).encode(), "办法.txt", known)


@pytest.mark.parametrize(
    ("clause", "effective", "expires"),
    [
        ("本办法自2020年5月1日起施行。", date(2020, 5, 1), None),
        ("本办法自公布之日起施行。", date(2020, 2, 29), None),
        ("本办法自公布之日起30日后施行。", date(2020, 3, 30), None),
        ("本办法自发布起执行，有效期五年。", date(2020, 2, 29), date(2025, 3, 1)),
        ("本办法自2020年5月1日起施行，有效期5年。", date(2020, 5, 1), date(2025, 5, 1)),
        (
            "本办法自2020年5月1日起施行，有效期至2024年12月31日。",
            date(2020, 5, 1),
            date(2025, 1, 1),
        ),
        ("本办法自2020年5月1日起试行，试行期两年。", date(2020, 5, 1), date(2022, 5, 1)),
        ("本办法自2020年5月1日起试行，试行期为1年。", date(2020, 5, 1), date(2021, 5, 1)),
        ("本办法自2020年5月1日起试行两年。", date(2020, 5, 1), date(2022, 5, 1)),
        ("本办法自2020年5月1日起施行。本办法试行三年。", date(2020, 5, 1), date(2023, 5, 1)),
        ("本办法自2020年8月31日起施行，有效期6个月。", date(2020, 8, 31), date(2021, 3, 1)),
    ],
)
def test_the_clauses_of_a_text_about_itself_are_read(
    clause: str, effective: date, expires: date | None
) -> None:
    metadata = read(clause).metadata
    assert (metadata.effective_on, metadata.expires_on) == (effective, expires)


@pytest.mark.parametrize(
    ("field", "clause", "said"),
    [
        ("expires_on", "本办法自2020年5月1日起试行两年。", "两年"),
        ("expires_on", "本办法自2020年5月1日起施行，有效期至2024年12月31日。", "2024年12月31日"),
        ("effective_on", "本办法自公布之日起施行。", "公布之日"),
    ],
)
def test_each_day_points_to_its_words(field: str, clause: str, said: str) -> None:
    document = read(clause)
    assert document.evidence[field].of(document.text) == said


def test_what_is_counted_from_an_unknown_day_stays_open_and_is_marked() -> None:
    document = read("本办法自公布之日起施行，有效期五年。", NO_DAY)
    metadata = document.metadata
    assert (metadata.effective_on, metadata.expires_on) == (None, None)
    assert document.evidence["effective_on"].of(document.text) == "公布之日"
    assert document.evidence["expires_on"].of(document.text) == "五年"


def test_several_days_are_not_chosen_from_but_marked() -> None:
    clause = "本办法自2020年5月1日起施行，有效期五年。本办法自2021年5月1日起施行。"
    document = read(clause)
    assert (document.metadata.effective_on, document.metadata.expires_on) == (None, None)
    assert {"effective_on", "expires_on"} <= set(document.evidence)


def test_what_is_known_is_no_longer_asked() -> None:
    known = Metadata("", effective_on=date(2019, 1, 1), expires_on=date(2024, 6, 1))
    document = read("本办法自公布之日起施行，有效期五年。", NO_DAY, known)
    assert not {"effective_on", "expires_on"} & set(document.evidence)


def test_the_head_says_when_an_amended_version_begins() -> None:
    text = """示例市停车管理办法

（2012年3月1日示例市人民政府令第9号公布　2020年2月29日修订　自2020年5月1日起施行）

第一条　为了管理停车，制定本办法。

第二条　本办法自2012年4月1日起施行。
"""
    metadata = read_document(text.encode(), "办法.txt").metadata
    assert metadata.effective_on == date(2020, 5, 1)


@pytest.mark.parametrize(
    "clause",
    [
        "驾驶证的有效期为6年。",
        "依照本办法发放的许可证有效期三年。",
        "试点自2020年5月1日起试行，由街道负责。",
    ],
)
def test_what_is_said_of_other_things_is_no_end_of_the_text(clause: str) -> None:
    assert read(clause).metadata.expires_on is None
