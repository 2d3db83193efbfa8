"""What only LibreOffice reads (doc, wps, rtf, odt, ppt, dps, ods): converted, then read."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.errors import CorruptFile, MissingPart
from index.formats.docx import read_docx
from index.formats.identify import Format
from index.formats.pptx import read_pptx
from index.formats.raw import RawText
from index.formats.xlsx import read_xlsx

PATIENCE_SECONDS = 150
INSTALL = (
    "apt-get install libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui"
)
_PROGRAMS = ("soffice", "libreoffice")
_FOLDERS = ("/opt/libreoffice*/program/soffice", "/usr/lib*/libreoffice/program/soffice")
# No macros, nothing fetched from outside, whatever a document asks for.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""  # noqa: E501  a setting a line
_NOWHERE = "http://127.0.0.1:9"  # a proxy that nobody is


@dataclass(frozen=True, slots=True)
class _Target:
    suffix: str
    filter: str
    read: Callable[[bytes], RawText]


_TARGETS: Mapping[Format, _Target] = {
    Format.WRITER: _Target("docx", "MS Word 2007 XML", read_docx),
    Format.CALC: _Target("xlsx", "Calc MS Excel 2007 XML", read_xlsx),
    Format.IMPRESS: _Target("pptx", "Impress MS PowerPoint 2007 XML", read_pptx),
}


def read_with_office(content: bytes, found: Format) -> RawText:
    """Have LibreOffice make it a format of ours, and read that. Raises ReadError."""
    target = _TARGETS[found]
    return target.read(_converted(content, target, program()))


def program() -> str:
    """Return where LibreOffice is. Raises MissingPart with the command that installs it."""
    for name in _PROGRAMS:
        path = shutil.which(name)
        if path:
            return path
    for pattern in _FOLDERS:
        paths = sorted(Path("/").glob(pattern.lstrip("/")))
        if paths:
            return str(paths[-1])
    raise MissingPart(
        "读 doc、wps、ppt、dps、rtf、odt 要用 LibreOffice，这台机器上没有找到。"
        f"请安装（{INSTALL}）后用 wenju jobs --retry 重读，"
        "或另存为 docx、xlsx、pptx、pdf 后再添加。"
    )


def _converted(content: bytes, target: _Target, office: str) -> bytes:
    """Return the file in the target format. A good exit says nothing: there must be a file."""
    with tempfile.TemporaryDirectory(prefix="wenju-office-") as folder:
        source = Path(folder) / "source.bin"
        source.write_bytes(content)
        profile = Path(folder) / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, "utf-8")
        command = [
            office,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--invisible",
            "--nologo",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            "--convert-to",
            f"{target.suffix}:{target.filter}",
            "--outdir",
            folder,
            str(source),
        ]
        proxies = dict.fromkeys(
            ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _NOWHERE
        )
        environment = {**os.environ, **proxies, "HOME": folder, "TMPDIR": folder}
        try:
            subprocess.run(  # noqa: S603  our own command; the file's name is ours, too
                command,
                env=environment,
                cwd=folder,
                timeout=PATIENCE_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            pass  # its file, if there is one, may be half written
        else:
            made = source.with_suffix(f".{target.suffix}")
            if made.is_file() and made.stat().st_size:
                return made.read_bytes()
    raise CorruptFile(
        "LibreOffice 打不开这个文件，可能已损坏或加密。"
        "请用 Office 或 WPS 打开，去掉密码并另存为 docx、xlsx 或 pptx 后再添加。"
    )
