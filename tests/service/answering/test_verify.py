from __future__ import annotations

from dataclasses import replace
from datetime import date

from index.document import Document, Kind, Metadata, Section, SectionKind, Span
from service.answering.answer import Citation
from service.answering.verify import unsupported

TEXT = "目前已实现 56 个事项两市通办。办结率达到 98.68%。"
DOCUMENT = Document(
    id="d",
    source="d.txt",
    sha256="",
    text=TEXT,
    metadata=Metadata(
        "某市2022年报告", "某政〔2022〕17号", "某市政府", Kind.REPORT, issued_on=date(2022, 11, 21)
    ),
    root=Section(SectionKind.DOCUMENT, 0, Span(0, len(TEXT))),
)
QUOTED = Citation.of(DOCUMENT, Span(0, 18), date(2026, 1, 1))


def test_what_stands_in_the_quote_is_supported() -> None:
    assert (
        unsupported("56 个事项", "截至2022年11月21日，56个事项。来源是某市2022年报告。", [QUOTED])
        == []
    )


def test_a_number_that_is_part_of_another_is_not_supported() -> None:
    assert "6" in unsupported("6 个事项", "6个事项", [QUOTED])
    assert "5" in unsupported("56 个事项", "56个事项，5个", [QUOTED])


def test_a_number_from_elsewhere_in_the_document_is_not_supported() -> None:
    assert "98.68%" in unsupported("56 个事项", "56个事项，办结率98.68%", [QUOTED])


def test_a_date_that_is_not_the_documents_is_not_supported() -> None:
    assert unsupported("56 个事项", "截至2022年12月31日，56个事项", [QUOTED])


def test_a_name_that_is_not_quoted_is_not_supported() -> None:
    assert "某某办法" in unsupported("56 个事项", "依据《某某办法》，56个事项", [QUOTED])


def test_another_document_number_is_not_supported() -> None:
    assert unsupported("56 个事项", "56个事项，见某政〔2022〕18号", [QUOTED])
    assert unsupported("56 个事项", "56个事项，见某政〔2022〕17号", [QUOTED]) == []


def test_a_computed_value_needs_its_operands() -> None:
    follows = ("57个", "56个加1个，共57个")
    assert unsupported("57个", "56个加1个，共57个", [QUOTED], follows) == []
    assert "58" in unsupported("57个", "共58个", [QUOTED], follows)


def test_a_citation_is_true_or_cannot_be_made() -> None:
    assert Span(QUOTED.start, QUOTED.end).of(TEXT) == QUOTED.quote
    longer = replace(DOCUMENT, text=TEXT[:10])
    try:
        Citation.of(longer, Span(0, 18), date(2026, 1, 1))
    except ValueError:
        return
    raise AssertionError("a citation past the end of the text was made")
