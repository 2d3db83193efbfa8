from pathlib import Path

import pytest

from eval.benchmarks.formats import BARE, Cost, Row, main, measure
from index.formats.identify import Format
from tests.index.formats.rendering import RENDERERS, report_paragraphs


def test_a_row_says_pages_a_second_and_memory_side_by_side() -> None:
    row = Row("r.pdf", Format.PDF, 8, Cost(2.0, 50), Cost(1.0, 40))
    assert str(row).split() == ["r.pdf", "pdf", "8", "4.0", "50", "8.0", "40"]
    assert str(Row("r.md", Format.MARKDOWN, 8, Cost(2.0, 50), None)).split()[-2:] == ["—", "—"]


def test_without_files_it_says_how_it_is_used() -> None:
    assert main([]) == 2


@pytest.mark.parametrize("format_", sorted(BARE))
def test_the_bare_library_reads_the_whole_file(format_: Format) -> None:
    content = RENDERERS[format_.value](report_paragraphs())
    assert BARE[format_](content) > 0.9 * sum(map(len, report_paragraphs()))


@pytest.mark.slow
def test_a_file_is_measured_in_processes_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "r.docx"
    path.write_bytes(RENDERERS["docx"](report_paragraphs()))
    row = measure(path)
    assert row.format is Format.DOCX
    assert row.bare is not None
    assert min(row.ours.seconds, row.bare.seconds, row.ours.megabytes) > 0
