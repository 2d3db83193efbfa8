"""`python -m eval.benchmarks.formats FILE…`: reading each format beside the bare library.

`python -m tests.index.formats.rendering FOLDER` makes such files. Every measurement has a
process of its own, so that its peak of memory is its own; the times are warm.
"""

from __future__ import annotations

import csv
import io
import multiprocessing
import resource
import statistics
import sys
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.formats import extract
from index.formats.identify import Format, identify
from index.read import read_document

CHARACTERS_A_PAGE = 600  # where a format has no pages: what a printed page of a report holds
TIMES = 5
Bare = Callable[[bytes], int]  # returns how many characters it got


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds for one reading, and the most memory its process ever had, in megabytes."""

    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Row:
    """A file read by us and by the bare library; `bare` is None where there is none."""

    name: str
    format: Format
    pages: float
    ours: Cost
    bare: Cost | None

    def __str__(self) -> str:
        def told(cost: Cost | None) -> str:
            if cost is None:
                return f"{'—':>10}{'—':>8}"
            return f"{self.pages / cost.seconds:10.1f}{cost.megabytes:8.0f}"

        named = f"{self.name:24}{self.format.value:10}{self.pages:6.0f}"
        return f"{named}{told(self.ours)}{told(self.bare)}"


def measure(path: Path) -> Row:
    """Read a file in processes of their own, by us and by the bare library."""
    content = path.read_bytes()
    found = identify(content, path.name)
    raw = extract(content, path.name)
    pages = len(raw.page_starts) or max(len(raw.text) / CHARACTERS_A_PAGE, 1)
    bare = _alone(_measure_bare, path, found) if found in BARE else None
    return Row(path.name, found, pages, _alone(_measure_ours, path, found), bare)


def _alone(measured: Callable[[Path, Format], Cost], path: Path, found: Format) -> Cost:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (path, found))


def _measure_ours(path: Path, _: Format) -> Cost:
    content = path.read_bytes()
    return _cost(lambda: read_document(content, path.name))


def _measure_bare(path: Path, found: Format) -> Cost:
    content = path.read_bytes()
    return _cost(lambda: BARE[found](content))


def _cost(read: Callable[[], object]) -> Cost:
    read()  # imports, compiles patterns
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        read()
        seconds.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(statistics.median(seconds), peak)


# The bare libraries, each used as its first page of documentation shows ---------------------


def _bare_pdf(content: bytes) -> int:
    import pypdfium2  # noqa: PLC0415  in the process that measures it

    document = pypdfium2.PdfDocument(content)
    return sum(len(page.get_textpage().get_text_range()) for page in document)


def _bare_docx(content: bytes) -> int:
    import docx  # noqa: PLC0415  in the process that measures it

    return sum(len(paragraph.text) for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


def _bare_html(content: bytes) -> int:
    import lxml.html  # noqa: PLC0415  in the process that measures it

    return len(lxml.html.document_fromstring(content).text_content())


def _bare_xlsx(content: bytes) -> int:
    import openpyxl  # noqa: PLC0415  in the process that measures it

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return sum(len(str(value)) for row in rows for value in row if value is not None)


def _bare_pptx(content: bytes) -> int:
    import pptx  # noqa: PLC0415  in the process that measures it

    slides = pptx.Presentation(io.BytesIO(content)).slides
    shapes = (shape for slide in slides for shape in slide.shapes if shape.has_text_frame)
    return sum(len(shape.text_frame.text) for shape in shapes)


def _bare_ofd(content: bytes) -> int:
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415  in the process that measures it

    with zipfile.ZipFile(io.BytesIO(content)) as package:
        pages = [name for name in package.namelist() if name.endswith("Content.xml")]
        return sum(len("".join(fromstring(package.read(page)).itertext())) for page in pages)


def _bare_csv(content: bytes) -> int:
    rows = csv.reader(io.StringIO(content.decode("gb18030")))
    return sum(len(cell) for row in rows for cell in row)


BARE: Mapping[Format, Bare] = {
    Format.PDF: _bare_pdf,
    Format.DOCX: _bare_docx,
    Format.HTML: _bare_html,
    Format.XLSX: _bare_xlsx,
    Format.PPTX: _bare_pptx,
    Format.OFD: _bare_ofd,
    Format.CSV: _bare_csv,
}


def main(names: Sequence[str]) -> int:
    """Measure files one after the other, a line each."""
    if not names:
        sys.stderr.write("用法：python -m eval.benchmarks.formats 文件…\n")
        return 2
    heading = f"{'文件':22}{'格式':8}{'页':>5}{'页/秒':>8}{'MB':>8}{'裸库页/秒':>6}{'MB':>7}"
    sys.stdout.write(f"{heading}\n")
    for name in names:
        sys.stdout.write(f"{measure(Path(name))}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
