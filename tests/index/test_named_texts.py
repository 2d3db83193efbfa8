from datetime import date

import pytest

from index.named_texts import Relation, digest, named_texts, title_key
from index.read import read_document

TITLE = "示例市公共场所管理办法"


def repealed(sentence: str) -> list[tuple[str, str | None, date | None]]:
    text = f"{TITLE}\n\n第一条　为了管理，制定本办法。\n\n第二条　{sentence}\n"
    names = named_texts(read_document(text.encode(), "办法.txt"))
    return [
        (one.title, one.document_number, one.on)
        for one in names
        if one.relation is Relation.REPEALS
    ]


@pytest.mark.parametrize(
    ("sentence", "titles"),
    [
        ("本办法自2020年1月1日起施行，《旧办法》同时废止。", ["旧办法"]),
        ("本办法自公布之日起施行。2010年3月1日市政府公布的《旧办法》同时废止。", ["旧办法"]),
        ("《甲规定》《乙规定》《丙规定》同时废止。", ["甲规定", "乙规定", "丙规定"]),
        (
            "《甲规定》、《乙规定》和市民政局发布的《丙规定》同时废止。",
            ["甲规定", "乙规定", "丙规定"],
        ),
        ("同时废止《甲规定》和《乙规定》。", ["甲规定", "乙规定"]),
        ("《甲规定》等文件即行废止。", ["甲规定"]),
        (
            "《示例市实施〈中华人民共和国某某法〉办法》同时废止。",
            ["示例市实施〈中华人民共和国某某法〉办法"],
        ),
        ("根据《立法法》制定的《旧办法》同时废止。", ["旧办法"]),
        ("根据《立法法》、《监督法》，《旧办法》同时废止。", ["旧办法"]),
    ],
)
def test_what_is_repealed_is_read(sentence: str, titles: list[str]) -> None:
    assert [title for title, _, _ in repealed(sentence)] == titles


@pytest.mark.parametrize(
    "sentence",
    [
        "《旧办法》第三条同时废止。",
        "《旧办法》中有关收费的规定同时废止。",
        "《旧办法》尚未废止的，从其规定。",
        "规章的修改和废止，依照《规章制定程序条例》执行。",
        "依照《旧办法》取得的证书继续有效。",
        "本办法经《关于废止部分规章的决定》修改。",
        "《旧办法》同时废止的，按照原规定办理。",
    ],
)
def test_what_is_not_repealed_as_a_whole_is_not(sentence: str) -> None:
    assert repealed(sentence) == []


def test_a_number_and_a_day_of_its_own_are_read() -> None:
    [found] = repealed("《旧办法》（示府办〔2010〕5 号）自2021年7月1日起废止。")
    assert found == ("旧办法", "示府办〔2010〕5号", date(2021, 7, 1))


def test_the_span_is_the_sentence_that_says_so() -> None:
    ends = "本办法自2020年1月1日起施行。《旧办法》同时废止。"
    text = f"{TITLE}\n\n第一条　制定本办法。\n\n第二条　{ends}\n"
    document = read_document(text.encode(), "办法.txt")
    *_, found = named_texts(document)
    assert found.span.of(document.text) == "《旧办法》同时废止"


@pytest.mark.parametrize(
    ("title", "relation", "named"),
    [
        ("示例市民政局关于印发《救助办法》的通知", Relation.PRINTS, "救助办法"),
        ("示例市民政局关于印发示例市救助办法的通知", Relation.PRINTS, "示例市救助办法"),
        ("国务院关于修改《某某条例》的决定", Relation.AMENDS, "某某条例"),
        ("国务院关于废止《某某条例》的决定", Relation.REPEALS, "某某条例"),
    ],
)
def test_a_title_says_what_the_text_is_about(title: str, relation: Relation, named: str) -> None:
    document = read_document(f"{title}\n\n各有关单位：\n\n请遵照执行。\n".encode(), "a.txt")
    assert (relation, named) in [(one.relation, one.title) for one in named_texts(document)]


@pytest.mark.parametrize(
    "title",
    [
        "中华人民共和国专利法实施细则",
        "专利法实施细则（2010修订）",
        "专利法实施细则（2023年修正本）",
        "专利法实施细则(2023-12-11)",
        "《专利法 实施细则》",
        "专利法实施细则（第三次修订）",
    ],
)
def test_versions_share_their_key(title: str) -> None:
    assert title_key(title) == title_key("专利法实施细则")


@pytest.mark.parametrize(
    "title", ["专利法", "2023年政府工作报告", "专利法实施细则（试行）", "某某办法（二）"]
)
def test_other_texts_have_other_keys(title: str) -> None:
    others = ("专利法实施细则", "2022年政府工作报告", "政府工作报告", "某某办法")
    assert title_key(title) not in {title_key(other) for other in others}


def test_two_copies_of_the_same_words_are_known_by_their_digest() -> None:
    one = read_document("值班办法\n\n第一条　值班，二人。\n".encode(), "a.txt")
    two = read_document("值班办法\n第一条 值班,二人。".encode(), "b.txt")
    assert digest(one) == digest(two)
