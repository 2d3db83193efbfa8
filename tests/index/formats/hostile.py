"""Files that are broken, locked, disguised, or made to hurt, all made here; none is kept."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tests.index.formats.rendering import (
    as_docx,
    as_html,
    as_ofd,
    as_pdf,
    as_pptx,
    as_xlsx,
    report_paragraphs,
    zipped,
)

MEBIBYTE = 1024 * 1024
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a0 "'
    + "A" * 1000
    + '">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 8))
    + "]>"
)
READ = "read"  # it can be read after all, and is
SLOW = frozenset({"picture-bomb.pdf", "many-rows.xlsx"})
EITHER = "either"  # it may be read or refused, as long as nothing worse happens


@dataclass(frozen=True)
class Hostile:
    """A bad file, and the code of the error that it must end in."""

    name: str
    content: bytes
    ends: str

    @property
    def is_slow(self) -> bool:
        """Say whether it takes seconds to see through it."""
        return self.name in SLOW


def hostile_files() -> list[Hostile]:
    """Make them all."""
    return [
        Hostile(name, content, ends)
        for make in (_documents, _packages, _pages, _sheets, _texts, _pictures, _archives)
        for name, (content, ends) in make().items()
    ]


Files = Mapping[str, tuple[bytes, str]]
PARAGRAPHS = report_paragraphs()[:12]


def rezipped(content: bytes, change: Callable[[str, bytes], bytes], **added: bytes) -> bytes:
    """Return a package with its parts changed and others added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
        for name, part in added.items():
            new.writestr(name, part)
    return file.getvalue()


def _in_part(ending: str, after: bytes, put: bytes) -> Callable[[str, bytes], bytes]:
    """Return a change that puts bytes behind the first `after` in the part named so."""

    def change(name: str, part: bytes) -> bytes:
        if not name.endswith(ending) or after not in part:
            return part
        at = part.index(after) + len(after)
        return part[:at] + put + part[at:]

    return change


def _as_is(_: str, part: bytes) -> bytes:
    return part


# PDF ---------------------------------------------------------------------------------------


def pdf_of(
    stream: bytes,
    *,
    box: str = "0 0 595 842",
    resources: bytes = b"",
    more: bytes = b"",
    count: int = 1,
) -> bytes:
    """Return a PDF of one page whose content stream is as given, deflated."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % count,
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<%s>>>>"
        % (box.encode(), resources),
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
        *([more] if more else []),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>startxref\n%d\n%%%%EOF"
        % (
            len(objects) + 1,
            table,
            len(objects) + 1,
            len(out),
        )
    )


def deflated(piece: bytes, times: int) -> bytes:
    """Return many copies of a piece deflated, without ever holding them all."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(piece) for _ in range(times)) + packer.flush()


def _locked(user: str, owner: str) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=StandardEncryption(user, owner, canPrint=0, canCopy=0))
    canvas.drawString(72, 700, "Notice on the opening hours of the service hall")
    canvas.save()
    return file.getvalue()


def _documents() -> Files:
    pdf = as_pdf(PARAGRAPHS)
    noise = random.Random(4).randbytes(200_000)  # noqa: S311  the same every time
    rows = deflated(b"\xff" * 6251, 50_000)
    picture = (
        b"<</Type/XObject/Subtype/Image/Width 50000/Height 50000/BitsPerComponent 1"
        b"/ColorSpace/DeviceGray/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
        % (len(rows), rows)
    )
    return {
        "locked.pdf": (_locked("secret", "owner"), "corrupt_file"),
        "locked-for-copying.pdf": (_locked("", "owner"), READ),
        "half.pdf": (pdf[: len(pdf) // 2], EITHER),
        "head.pdf": (pdf[:9], "corrupt_file"),
        "noise.pdf": (b"%PDF-1.7\n" + noise, "corrupt_file"),
        "no-end.pdf": (pdf.replace(b"startxref", b"startxxxx"), EITHER),
        "bomb.pdf": (pdf_of(deflated(b" " * MEBIBYTE, 1024)), EITHER),
        "huge-page.pdf": (
            pdf_of(zlib.compress(b"0 0 m 9 9 l S"), box="0 0 200000 200000"),
            "empty_document",
        ),
        "picture-bomb.pdf": (
            pdf_of(
                zlib.compress(b"q 595 0 0 842 0 0 cm /I Do Q"),
                resources=b"/XObject<</I 5 0 R>>",
                more=picture,
            ),
            EITHER,
        ),
        "many-pages.pdf": (pdf_of(zlib.compress(b""), count=2_000_000_000), EITHER),
        "html.pdf": (as_html(PARAGRAPHS), READ),
    }


# Word, PowerPoint, OFD ---------------------------------------------------------------------


def _packages() -> Files:
    word, deck, ofd = as_docx(PARAGRAPHS), as_pptx(PARAGRAPHS), as_ofd(PARAGRAPHS)
    body, text, start = "word/document.xml", b"<w:t>", b"?>"
    deep = b"<w:sdt><w:sdtContent>" * 5000 + b"</w:sdtContent></w:sdt>" * 5000
    return {
        "half.docx": (word[: len(word) // 2], "corrupt_file"),
        "pdf.docx": (as_pdf(PARAGRAPHS), READ),
        "entity.docx": (rezipped(word, _in_part(body, start, ENTITY.encode())), "corrupt_file"),
        "laughs.docx": (rezipped(word, _in_part(body, start, LAUGHS.encode())), "corrupt_file"),
        "entity-utf16.docx": (
            rezipped(
                word,
                lambda n, b: (ENTITY + "<x/>").encode("utf-16") if n == body else b,
            ),
            "corrupt_file",
        ),
        "bomb.docx": (
            rezipped(word, _in_part(body, text, b"A" * (120 * MEBIBYTE))),
            "file_too_large",
        ),
        "traversal.docx": (
            rezipped(word, _as_is, **{"../../../../pwned.txt": b"x"}),
            "corrupt_file",
        ),
        "deep.docx": (rezipped(word, _in_part(body, b"<w:body>", deep)), EITHER),
        "no-relations.docx": (
            rezipped(word, lambda n, b: b"" if n.endswith(".rels") else b),
            "corrupt_file",
        ),
        "macro.docm": (
            rezipped(word, _as_is, **{"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(99)}),
            READ,
        ),
        "half.pptx": (deck[: len(deck) // 2], "corrupt_file"),
        "entity.pptx": (
            rezipped(deck, _in_part("slide1.xml", start, ENTITY.encode())),
            "corrupt_file",
        ),
        "no-slides.pptx": (
            rezipped(deck, lambda n, b: b"<x/>" if "/slides/slide" in n else b),
            "corrupt_file",
        ),
        "half.ofd": (ofd[: len(ofd) // 2], "corrupt_file"),
        "entity.ofd": (as_ofd(PARAGRAPHS, declaration=ENTITY), "corrupt_file"),
        "laughs.ofd": (as_ofd(PARAGRAPHS, declaration=LAUGHS), "corrupt_file"),
        "traversal.ofd": (as_ofd(PARAGRAPHS, location="../../../../etc/passwd{}"), "corrupt_file"),
        "bomb.ofd": (
            rezipped(ofd, _as_is, **{"Doc_0/Pages/Page_99/Content.xml": bytes(120 * MEBIBYTE)}),
            "file_too_large",
        ),
        "deep.ofd": (
            rezipped(
                ofd,
                lambda n, b: (
                    b"<Page><Content><Layer>"
                    + b"<PageBlock>" * 3000
                    + b"</PageBlock>" * 3000
                    + b"</Layer></Content></Page>"
                    if "Page_0" in n
                    else b
                ),
            ),
            "corrupt_file",
        ),
        "steps.ofd": (
            rezipped(ofd, lambda _, b: b.replace(b'DeltaX="g', b'DeltaX="g 999999999999 1 g')),
            EITHER,
        ),
    }


# Spreadsheets ------------------------------------------------------------------------------


def _sheets() -> Files:
    book = as_xlsx(PARAGRAPHS)
    sheet, end = "sheet1.xml", b"<sheetData>"
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    merges = (
        b"</sheetData><mergeCells>"
        + b'<mergeCell ref="A1:XFD1048576"/>' * 60_000
        + b"</mergeCells>"
    )
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(100, 230_000)
    )
    return {
        "half.xlsx": (book[: len(book) // 2], "corrupt_file"),
        "far-cell.xlsx": (
            rezipped(
                book,
                lambda n, b: (
                    b.replace(b"</sheetData>", far + b"</sheetData>") if n.endswith(sheet) else b
                ),
            ),
            "file_too_large",
        ),
        "entity.xlsx": (
            rezipped(book, lambda n, b: ENTITY.encode() + b if n.endswith(sheet) else b),
            "corrupt_file",
        ),
        "merges.xlsx": (
            rezipped(
                book, lambda n, b: b.replace(b"</sheetData>", merges) if n.endswith(sheet) else b
            ),
            "file_too_large",
        ),
        "many-rows.xlsx": (
            rezipped(
                book,
                lambda n, b: (
                    b.replace(b"</sheetData>", rows + b"</sheetData>") if n.endswith(sheet) else b
                ),
            ),
            "file_too_large",
        ),
        "bad-cell.xlsx": (
            rezipped(
                book, _in_part(sheet, end, b'<row r="x"><c r="??" t="s"><v>99999</v></c></row>')
            ),
            "corrupt_file",
        ),
        "no-sheet.xlsx": (
            rezipped(book, lambda n, b: b"" if n.endswith(sheet) else b),
            "corrupt_file",
        ),
        "quotes.csv": (b'"' + "乡镇,户数\n".encode() * 200_000, "corrupt_file"),
        "wide.csv": (("甲," * 5000 + "\n").encode() * 3, "file_too_large"),
        "ole.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "corrupt_file"),
        "ole-noise.doc": (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(5).randbytes(20_000),  # noqa: S311
            "corrupt_file",
        ),
    }


# Web pages and texts -----------------------------------------------------------------------


def _pages() -> Files:
    page = as_html(PARAGRAPHS)
    return {
        "deep.html": (
            b"<html><body>" + b"<div>" * 200_000 + "正文".encode() + b"</div>" * 200_000,
            "file_too_large",
        ),
        "empty.html": (b"<html><head></head><body></body></html>", "empty_document"),
        "only-script.html": (
            b"<html><script>" + b"var a=1;" * 999 + b"</script></html>",
            "empty_document",
        ),
        "half-character.html": (page[:-300] + b"\x81", READ),
        "spans.html": (
            "<table><tr><td colspan=99999999 rowspan=99999999>甲乡镇户数统计表</td></tr>"
            "<tr><td>乙乡镇户数统计表</td></tr></table>".encode(),
            READ,
        ),
        "rare-characters.html": (
            '<meta charset="gb2312"><p>各镇：现将䶮、朱镕基等有关事项通知如下。'.encode("gb18030"),
            READ,
        ),
        "wrong-charset.html": (
            '<meta charset="gb2312"><p>各镇人民政府：现将有关事项通知如下。'.encode(),
            READ,
        ),
        "feed.xml": (
            ("<?xml version='1.0'?><rss>" + "通知" * 99 + "</rss>").encode(),
            "unsupported_format",
        ),
    }


def _texts() -> Files:
    words = "各镇人民政府：现将做好政务服务工作的有关事项通知如下，请认真贯彻执行。\n" * 5
    noise = random.Random(6).randbytes(50_000)  # noqa: S311  the same every time
    return {
        "zero.txt": (b"", "empty_document"),
        "blank.txt": (b" \n\t" * 5000, "empty_document"),
        "noise.txt": (noise, "unsupported_format"),
        "zeros.txt": (bytes(100_000), "unsupported_format"),
        "program.txt": (b"\x7fELF" + noise, "unsupported_format"),
        "archive.rar": (b"Rar!\x1a\x07\x00" + noise, "unsupported_format"),
        "broken-utf8.txt": (words.encode()[:400] + b"\xff" + words.encode()[400:], "corrupt_file"),
        "utf8-mark.txt": (words.encode("utf-8-sig"), READ),
        "utf16.txt": (words.encode("utf-16"), READ),
        "utf16-no-mark.txt": (words.encode("utf-16-le"), READ),
        "gb18030.txt": ((words + "䶮㙍").encode("gb18030"), READ),
        "big5.txt": (
            "各鎮人民政府：現將做好政務服務工作的有關事項通知如下，請認真執行。".encode("big5"),
            READ,
        ),
        "long-line.txt": (("有关事项通知如下，请认真贯彻执行。" * 60_000).encode(), READ),
        "markers.md": (("（一）" * 20_000 + "\n第一条 " * 6_000).encode(), EITHER),
        "stars.md": (
            b"**" * 100_000 + "通知如下，请认真贯彻执行".encode() + b"_" * 100_000,
            EITHER,
        ),
    }


# Pictures and archives ---------------------------------------------------------------------


def _png(width: int, height: int, rows: bytes) -> bytes:
    def part(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", rows) + part(b"IEND", b"")


def _pictures() -> Files:
    return {
        "bomb.png": (_png(30_000, 30_000, deflated(bytes(3751), 30_000)), "file_too_large"),
        "half.png": (_png(800, 600, deflated(bytes(101), 600))[:60], "corrupt_file"),
        "head.jpg": (b"\xff\xd8\xff\xe0" + bytes(50), "corrupt_file"),
        "head.tif": (b"II*\0" + b"\xff" * 60, "corrupt_file"),
    }


def _archives() -> Files:
    inner = zipped({"一.txt": b"1"})
    nested = inner
    for _ in range(4):
        nested = zipped({"里层.zip": nested})
    locked = bytearray(zipped({"密.txt": b"secret" * 9}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    return {
        "nested.zip": (nested, "file_too_large"),
        "bomb.zip": (zipped({"大.txt": bytes(60 * MEBIBYTE)}), "file_too_large"),
        "traversal.zip": (zipped({"../../../pwned.txt": b"x" * 99}), "corrupt_file"),
        "drive.zip": (zipped({"C:\\windows\\pwned.txt": b"x" * 99}), "corrupt_file"),
        "locked.zip": (bytes(locked), "corrupt_file"),
        "empty.zip": (zipped({}), "empty_document"),
        "half.zip": (inner[: len(inner) // 2], "corrupt_file"),
        "crowd.zip": (zipped({f"{n}.txt": b"1" for n in range(2_500)}), "file_too_large"),
    }
