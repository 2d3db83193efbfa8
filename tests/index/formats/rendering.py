"""The report, or any paragraphs, rendered into each format we read: our own fixtures."""

from __future__ import annotations

import csv
import html
import io
import itertools
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import docx
import openpyxl
import pptx
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from index.lines import width
from index.read import read_document
from tests.index.typesetting import report_bytes, typeset

EM, LEADING, LEFT, TOP, COLUMNS, ROWS = 16, 30, 80, 760, 27.5, 22  # points, em and lines
NAVIGATION = (
    '<div class="nav"><a href="/">首页</a><a href="/zwgk">政务公开</a><a href="/bs">办事</a></div>'
)
FOOTER = '<div class="footer">主办单位：某某市人民政府办公室 网站标识码4407000001</div>'


def report_paragraphs() -> list[str]:
    """Return the report's paragraphs as read from its text."""
    return read_document(report_bytes(), "r.txt").text.split("\n")


def is_heading(paragraph: str) -> bool:
    """Say whether a paragraph of the report is a heading: 一、 and short."""
    return paragraph[1:2] == "、" and len(paragraph) < 40


def as_markdown(paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join(paragraphs).encode()


def as_html(paragraphs: Sequence[str]) -> bytes:
    """Return a page as government sites make them: the title above the text, furniture around."""
    title, rest = paragraphs[1], [paragraphs[0], *paragraphs[2:]]
    body = "\n".join(
        f"<h2>{html.escape(p)}</h2>" if is_heading(p) else f"<p>　　{html.escape(p)}</p>"
        for p in rest
    )
    return (
        f'<!DOCTYPE html><html><head><meta charset="gb2312"><title>{title}_某市人民政府</title>'
        f'<meta name="ArticleTitle" content="{title}"><style>p{{margin:0}}</style></head><body>'
        f'{NAVIGATION}<div class="wrap"><h1>{title}</h1><div id="zoom">{body}</div></div>'
        f"{FOOTER}<script>var a = '不是正文';</script></body></html>"
    ).encode("gb18030")


def as_docx(paragraphs: Sequence[str]) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph, style="Heading 1" if is_heading(paragraph) else None)
    return _saved(document.save)


def as_xlsx(paragraphs: Sequence[str]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row, paragraph in enumerate(paragraphs, 1):
        book.active.cell(row, 1, paragraph)
    return _saved(book.save)


def as_csv(paragraphs: Sequence[str]) -> bytes:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([paragraph] for paragraph in paragraphs)
    return file.getvalue().encode("gb18030")


def as_pptx(paragraphs: Sequence[str]) -> bytes:
    """Return slides of a few paragraphs each, a heading as its slide's title."""
    deck = pptx.Presentation()
    frame, count = None, 0
    for paragraph in paragraphs:
        if frame is None or count == 3 or is_heading(paragraph):
            slide = deck.slides.add_slide(deck.slide_layouts[1])
            frame, count = slide.placeholders[1].text_frame, 0
            if is_heading(paragraph):
                slide.shapes.title.text = paragraph
                continue
        line = frame.paragraphs[0] if count == 0 else frame.add_paragraph()
        line.text = paragraph
        count += 1
    return _saved(deck.save)


Place = tuple[float, float, str]


def pages_of(paragraphs: Sequence[str], centred: Sequence[int] = (1,)) -> list[list[Place]]:
    """Set paragraphs as print does; each page its characters with their places, in points."""
    pages: list[list[Place]] = [[]]
    row = 0
    for number, paragraph in enumerate(paragraphs):
        for index, line in enumerate(typeset(paragraph, COLUMNS)):
            if row == ROWS:
                pages.append([])
                row = 0
            indent = (COLUMNS - width(line)) / 2 if number in centred else 2 if index == 0 else 0
            x = LEFT + indent * EM
            for character in line:
                pages[-1].append((x, TOP - row * LEADING, character))
                x += width(character) * EM
            row += 1
    return pages


def as_pdf(paragraphs: Sequence[str]) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    canvas = Canvas(file)
    for number, page in enumerate(pages_of(paragraphs), 1):
        canvas.setFont("STSong-Light", EM)
        for x, y, word in _words(page):
            canvas.drawString(x, y, word)
        canvas.drawCentredString(300, 40, f"- {number} -")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _words(page: Sequence[Place]) -> list[Place]:
    """Put figures and Latin words together: their letters are narrower than they are set here."""
    words: list[Place] = []
    for x, y, character in page:
        before = words[-1] if words else None
        joins = character.isascii() and not character.isspace()
        if before and before[1] == y and joins and before[2][-1].isascii() and before[2][-1] != " ":
            words[-1] = (before[0], y, before[2] + character)
        else:
            words.append((x, y, character))
    return words


_OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_MILLIMETRE = 25.4 / 72
_HEIGHT = 842  # points


_PAGES = "Pages/Page_{}/Content.xml"


def as_ofd(paragraphs: Sequence[str], declaration: str = "", location: str = _PAGES) -> bytes:
    """Return an OFD of one text object a line; runs of like steps are shortened with `g`."""
    layers = [_ofd_lines(page, number) for number, page in enumerate(pages_of(paragraphs), 1)]
    return _ofd(layers, {}, declaration, location)


def as_scanned_ofd(pictures: Sequence[bytes], covered: float = 1.0) -> bytes:
    """Return an OFD of pages of A4 with a picture each, over a share of its width and height."""
    wide, high = 210 * covered, 297 * covered
    layers = [
        f'<ofd:ImageObject ID="{2000 + number}" ResourceID="{500 + number}" '
        f'Boundary="0 0 {wide} {high}" CTM="{wide} 0 0 {high} 0 0"/>'
        for number in range(len(pictures))
    ]
    listed = "".join(
        f'<ofd:MultiMedia ID="{500 + number}" Type="Image"><ofd:MediaFile>{number}.png'
        "</ofd:MediaFile></ofd:MultiMedia>"
        for number in range(len(pictures))
    )
    resources = (
        f'<ofd:Res {_OFD} BaseLoc="Res"><ofd:MultiMedias>{listed}</ofd:MultiMedias></ofd:Res>'
    )
    files = {f"Doc_0/Res/{number}.png": picture for number, picture in enumerate(pictures)}
    return _ofd(layers, {"Doc_0/DocumentRes.xml": resources.encode(), **files})


def _ofd(
    layers: Sequence[str],
    files: Mapping[str, bytes],
    declaration: str = "",
    location: str = _PAGES,
) -> bytes:
    """Return an OFD with a page for each layer; `files` may hold the resources they show."""
    shown = "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>" if files else ""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        listed = ""
        for number, layer in enumerate(layers):
            package.writestr(
                f"Doc_0/Pages/Page_{number}/Content.xml",
                f'<?xml version="1.0" encoding="UTF-8"?>{declaration}<ofd:Page {_OFD}><ofd:Content>'
                f'<ofd:Layer ID="{1000 + number}">{layer}</ofd:Layer></ofd:Content></ofd:Page>',
            )
            listed += f'<ofd:Page ID="{number + 10}" BaseLoc="{location.format(number)}"/>'
        package.writestr(
            "OFD.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {_OFD} DocType="OFD" Version="1.0">'
            "<ofd:DocBody><ofd:DocInfo><ofd:DocID>0</ofd:DocID><ofd:Title>年度工作报告</ofd:Title>"
            "<ofd:CreationDate>2022-11-21</ofd:CreationDate></ofd:DocInfo>"
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        )
        package.writestr(
            "Doc_0/Document.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><ofd:Document {_OFD}><ofd:CommonData>'
            "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
            f"{shown}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        )
        for name, content in files.items():
            package.writestr(name, content)
    return file.getvalue()


def _ofd_lines(page: Sequence[Place], number: int) -> str:
    lines: dict[float, list[Place]] = {}
    for place in [*page, *((280 + i * 8, 40, c) for i, c in enumerate(f"- {number} -"))]:
        lines.setdefault(place[1], []).append(place)
    objects = ""
    for index, (y, line) in enumerate(lines.items()):
        steps = [(b[0] - a[0]) * _MILLIMETRE for a, b in itertools.pairwise(line)]
        text = escape("".join(character for _, _, character in line))
        size = EM * _MILLIMETRE
        objects += (
            f'<ofd:TextObject ID="{number * 1000 + index}" Font="3" Size="{size:.3f}" '
            f'Boundary="{line[0][0] * _MILLIMETRE:.3f} '
            f'{(_HEIGHT - y - EM) * _MILLIMETRE:.3f} 180 {size:.3f}">'
            f'<ofd:TextCode X="0" Y="{size * 0.85:.3f}" DeltaX="{_steps(steps)}">{text}'
            "</ofd:TextCode></ofd:TextObject>"
        )
    return objects


def _steps(steps: Sequence[float]) -> str:
    words: list[str] = []
    index = 0
    while index < len(steps):
        same = index
        while same < len(steps) and abs(steps[same] - steps[index]) < 1e-6:
            same += 1
        count = same - index
        words += (
            ["g", str(count), f"{steps[index]:.4f}"]
            if count > 2
            else [f"{steps[index]:.4f}"] * count
        )
        index = same
    return " ".join(words)


def zipped(files: Mapping[str, bytes], encoding: str = "gbk") -> bytes:
    """Return an archive whose names are written as Windows in China writes them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = _NamedEntry(name)
            entry.encoding = encoding
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


class _NamedEntry(zipfile.ZipInfo):
    """A member whose name is written in an encoding that the archive does not tell."""

    encoding = "gbk"

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  as zipfile calls it
        return self.filename.encode(self.encoding), self.flag_bits & ~0x800


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


RENDERERS: Mapping[str, Callable[[Sequence[str]], bytes]] = {
    "md": as_markdown,
    "html": as_html,
    "docx": as_docx,
    "xlsx": as_xlsx,
    "csv": as_csv,
    "pptx": as_pptx,
    "pdf": as_pdf,
    "ofd": as_ofd,
}


def main(folder: str, times: str = "20") -> None:
    """Write the report twenty times over, or so many, in every format, for the measurements."""
    for kind, render in RENDERERS.items():
        Path(folder, f"report.{kind}").write_bytes(render(report_paragraphs() * int(times)))


if __name__ == "__main__":
    main(*sys.argv[1:])
