"""Plain text: decoded, its line ends and page breaks made one kind."""

from __future__ import annotations

import re

from index.formats.encoding import decode
from index.formats.raw import RawText

_LINE_ENDS = re.compile(r"\r\n|[\r\v\x85\u2028\u2029]")
_END_OF_FILE = "\x1a"  # some old programs close a text with it


def read_text(content: bytes) -> RawText:
    """Read a text file in any encoding Chinese offices produce."""
    return as_raw(decode(content))


def as_raw(text: str) -> RawText:
    """Return a decoded text with line ends as newlines, and where its pages begin."""
    text = _LINE_ENDS.sub("\n", text.rstrip(_END_OF_FILE))
    breaks = [match.end() for match in re.finditer("\f", text)]
    return RawText(text, page_starts=(0, *breaks) if breaks else ())
