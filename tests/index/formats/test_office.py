import shutil
import subprocess
from pathlib import Path

import pytest

from index.errors import CorruptFile, MissingPart
from index.formats import extract, office
from index.read import read_document
from tests.index.formats.rendering import as_docx, as_pptx, as_xlsx, report_paragraphs
from tests.index.typesetting import without_space

needs_office = pytest.mark.skipif(
    not (shutil.which("soffice") or shutil.which("libreoffice")), reason="needs LibreOffice"
)
MAKERS = {"docx": as_docx, "xlsx": as_xlsx, "pptx": as_pptx}


def converted(content: bytes, suffix: str, to: str, folder: Path) -> bytes:
    """Return a file as the office itself saves it in another format."""
    source = folder / f"r.{suffix}"
    source.write_bytes(content)
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
         "--convert-to", to, "--outdir", str(folder / "out"), str(source)],
        check=True, capture_output=True, timeout=170,
    )  # fmt: skip
    return (folder / "out" / f"r.{to}").read_bytes()


@pytest.mark.slow
@needs_office
@pytest.mark.parametrize(
    ("source", "to"),
    [
        ("docx", "doc"),
        ("docx", "rtf"),
        ("docx", "odt"),
        ("xlsx", "xls"),
        ("xlsx", "ods"),
        ("pptx", "ppt"),
    ],
)
def test_the_report_reads_alike_from_what_only_the_office_reads(
    source: str, to: str, tmp_path: Path
) -> None:
    content = converted(MAKERS[source](report_paragraphs()), source, to, tmp_path)
    document = read_document(content, "r.wps")
    assert [without_space(line) for line in document.text.split("\n")] == [
        without_space(line) for line in report_paragraphs()
    ]


@pytest.mark.slow
@needs_office
def test_a_broken_old_file_is_an_error(tmp_path: Path) -> None:
    content = converted(as_docx(report_paragraphs()), "docx", "doc", tmp_path)
    with pytest.raises(CorruptFile):
        extract(content[:600] + bytes(len(content) - 600), "x.doc")


def test_without_the_office_the_command_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(office, "_FOLDERS", ())
    with pytest.raises(MissingPart, match="apt-get install libreoffice") as missing:
        extract(rb"{\rtf1\ansi\ansicpg936 \u40548?\u24066?}", "x.rtf")
    assert missing.value.code == "missing_part"
    assert "wenju jobs --retry" in missing.value.message


def test_an_office_that_writes_nothing_has_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    silent = tmp_path / "soffice"
    silent.write_text("#!/bin/sh\nexit 0\n")
    silent.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CorruptFile, match="LibreOffice 打不开"):
        extract(rb"{\rtf1\ansi nothing}", "x.rtf")
