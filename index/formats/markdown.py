"""Markdown: the same words, its marks taken off and its headings noted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from index.document import Removal
from index.formats.encoding import decode
from index.formats.front_matter import metadata_stated
from index.formats.raw import OutlineHeading, RawText
from index.formats.text import as_raw

_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(?P<fields>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
_HEADING = re.compile(
    r"^(?P<marks>(?P<level>#{1,6})[ \t]+)(?P<words>.*?)(?P<close>[ \t]+#+)?$", re.MULTILINE
)
_MARKUP: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--.*?-->", re.DOTALL), "注释"),
    (re.compile(r"(\*\*|__)(?=\S)(?P<kept>[^*_\n]+?)(?<=\S)\1"), "强调标记"),
    (re.compile(r"^[ \t]{0,3}>[ \t]?", re.MULTILINE), "引用标记"),
    (re.compile(r"^[ \t]*[-*+][ \t]+(?=\S)", re.MULTILINE), "列表标记"),
    (re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$", re.MULTILINE), "分隔线"),
    (re.compile(r"<br[ \t]*/?>"), "换行标记"),
)


def read_markdown(content: bytes) -> RawText:
    """Read a markdown file; its marks become removals, so that offsets stay exact."""
    raw = as_raw(decode(content))
    front = _FRONT_MATTER.match(raw.text)
    stated = metadata_stated(front["fields"]) if front else None
    removals: list[Removal] = []
    if front and stated is not None:
        removals.append(Removal(0, raw.text[: front.end()], "文件头信息"))
    outline = []
    for match in _HEADING.finditer(raw.text, removals[0].source_start if removals else 0):
        outline.append(OutlineHeading(match.start("words"), len(match["level"])))
        removals.append(Removal(match.start(), match["marks"], "标题标记"))
        if match["close"]:
            removals.append(Removal(match.start("close"), match["close"], "标题标记"))
    removals += _marks(raw.text)
    return replace(
        raw,
        outline=tuple(outline),
        removals=tuple(_apart(removals)),
        stated=stated,
    )


def _marks(text: str) -> Iterator[Removal]:
    for pattern, reason in _MARKUP:
        for match in pattern.finditer(text):
            if "kept" not in pattern.groupindex:
                yield Removal(match.start(), match[0], reason)
                continue
            yield Removal(match.start(), match[1], reason)
            yield Removal(match.end("kept"), match[1], reason)


def _apart(removals: list[Removal]) -> Iterator[Removal]:
    """Yield the removals in order, each character once."""
    position = 0
    for removal in sorted(removals, key=lambda removal: removal.source_start):
        if removal.source_start >= position:
            yield removal
            position = removal.source_start + len(removal.text)
