"""The report, rendered by us into every format, reads as the report."""

from difflib import SequenceMatcher

import pytest

from index.chunk import chunk
from index.coverage import check
from index.document import Document, SectionKind
from index.read import read_document
from tests.index.formats.rendering import RENDERERS, is_heading, pages_of, report_paragraphs
from tests.index.typesetting import report_bytes, without_space

LEAST_ALIKE = 0.003  # character error rate


@pytest.fixture(scope="module")
def original() -> Document:
    return read_document(report_bytes(), "r.txt")


@pytest.fixture(scope="module", params=sorted(RENDERERS))
def rendered(request: pytest.FixtureRequest) -> tuple[str, Document]:
    content = RENDERERS[request.param](report_paragraphs())
    return request.param, read_document(content, f"r.{request.param}")


def test_hardly_a_character_differs(rendered: tuple[str, Document], original: Document) -> None:
    read, wanted = without_space(rendered[1].text), without_space(original.text)
    if rendered[0] == "html":  # there the title stands first
        read, wanted = "".join(sorted(read)), "".join(sorted(wanted))
    same = sum(
        block.size for block in SequenceMatcher(None, read, wanted, False).get_matching_blocks()
    )
    assert 1 - same / max(len(read), len(wanted)) <= LEAST_ALIKE


def test_the_paragraphs_are_the_same(rendered: tuple[str, Document]) -> None:
    read = [without_space(line) for line in rendered[1].text.split("\n")]
    wanted = [without_space(line) for line in report_paragraphs()]
    if rendered[0] == "html":
        wanted = [wanted[1], wanted[0], *wanted[2:]]
    assert read == wanted


def test_headings_and_metadata_are_the_same(
    rendered: tuple[str, Document], original: Document
) -> None:
    def headings(document: Document) -> list[str]:
        return [
            without_space(section.heading.of(document.text))
            for section in document.root.walk()
            if section.kind is SectionKind.HEADING and section.heading is not None
        ]

    assert headings(rendered[1]) == headings(original)
    for name in ("title", "document_number", "issuer", "issued_on", "kind", "region"):
        assert getattr(rendered[1].metadata, name) == getattr(original.metadata, name), name


def test_nothing_is_lost(rendered: tuple[str, Document]) -> None:
    assert check(rendered[1], chunk(rendered[1])).complete


@pytest.mark.parametrize("kind", ["pdf", "ofd"])
def test_every_paragraph_stands_on_its_page(kind: str) -> None:
    paragraphs = report_paragraphs()
    document = read_document(RENDERERS[kind](paragraphs), f"r.{kind}")
    for number, page in enumerate(pages_of(paragraphs), 1):
        printed = without_space("".join(character for _, _, character in page))
        read = without_space(
            "".join(run.span.of(document.text) for run in document.origin if run.page == number)
        )
        assert read == printed


def test_slides_are_pages() -> None:
    document = read_document(RENDERERS["pptx"](report_paragraphs()), "r.pptx")
    first = next(line for line in document.text.split("\n") if is_heading(line))
    assert (document.page_at(document.text.index(first)) or 0) > 1
