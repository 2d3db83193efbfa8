"""Nothing is lost in reading: where every character went, and what does not add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from index.document import Chunk, Document, Section, SectionKind, Span
from index.soundness import article_flaws, articles_in

_LEAST_CONFIDENCE = 0.75  # of a recognised page; a clean scan has 0.95 and more


@dataclass(frozen=True, slots=True)
class Coverage:
    """The account of a document: its characters in passages, and its source in its text.

    `left_out` are spans of the text that are in no passage; `removed` counts the source's
    characters that are not in the text, by reason. `problems` are sentences for a person and
    empty where everything adds up; a gap among the articles is one, though the source may be
    the cause of it. `recognised` says how surely each page was read that is only a picture.
    """

    characters: int
    in_chunks: int
    left_out: tuple[Span, ...]
    removed: Mapping[str, int]
    articles: int
    article_gaps: tuple[str, ...]
    problems: tuple[str, ...]
    recognised: Mapping[int, float] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Say whether no character is lost and every passage is true."""
        return not self.left_out and len(self.problems) == len(self.article_gaps)


def check(document: Document, chunks: Sequence[Chunk]) -> Coverage:
    """Account for every character of a document."""
    left_out, chunk_problems = _uncovered(document, chunks)
    gaps = tuple(_article_gaps(document))
    problems = [
        *chunk_problems,
        *_section_problems(document.root),
        *_origin_problems(document),
        *_recognition_problems(document),
    ]
    removed: Counter[str] = Counter()
    for removal in document.removals:
        removed[removal.reason] += len(removal.text)
    return Coverage(
        characters=len(document.text),
        in_chunks=len(document.text) - sum(len(span) for span in left_out),
        left_out=tuple(left_out),
        removed=dict(removed),
        articles=sum(1 for _ in articles_in([document.root])),
        article_gaps=gaps,
        problems=(*problems, *gaps),
        recognised={page.page: page.confidence for page in document.recognised},
    )


def _uncovered(document: Document, chunks: Sequence[Chunk]) -> tuple[list[Span], list[str]]:
    """Return what no passage holds, and the passages that are not true."""
    problems: list[str] = []
    left_out: list[Span] = []
    position = 0
    for number, chunk in enumerate(sorted(chunks, key=lambda chunk: chunk.span), 1):
        if chunk.document_id != document.id:
            problems.append(f"第 {number} 个片段属于另一份文件 {chunk.document_id}。")
        if chunk.span.end > len(document.text):
            problems.append(f"第 {number} 个片段超出了正文末尾。")
        if chunk.span.start < position:
            problems.append(f"第 {number} 个片段与前一个片段重叠。")
        if chunk.span.start > position:
            left_out.append(Span(position, chunk.span.start))
        position = max(position, chunk.span.end)
    if position < len(document.text):
        left_out.append(Span(position, len(document.text)))
    lost = [span for span in left_out if span.of(document.text).strip()]
    problems += [f"正文第 {span.start}–{span.end} 字不在任何片段中。" for span in lost]
    return left_out, problems


def _section_problems(section: Section) -> Iterator[str]:
    """Yield where the children of a section do not tile it."""
    position = section.span.start
    for child in section.children:
        if child.span.start != position:
            yield f"结构在正文第 {position} 字处不连续。"
        position = child.span.end
        yield from _section_problems(child)
    if section.children and position != section.span.end:
        yield f"结构在正文第 {position} 字处不完整。"


def _origin_problems(document: Document) -> Iterator[str]:
    """Yield where source and text do not account for each other."""
    stretches = [(run.source_start, len(run.span)) for run in document.origin]
    stretches += [(removal.source_start, len(removal.text)) for removal in document.removals]
    position = 0
    for start, length in sorted(stretches):
        if start > position:
            yield f"原文第 {position}–{start} 字既不在正文中，也没有列为略去。"
        elif start < position:
            yield f"原文第 {start} 字被计入两次。"
        position = max(position, start + length)
    yield from (f"{removal.reason}。" for removal in document.removals if not removal.text)
    covered = 0
    for run in document.origin:
        added = document.text[covered : run.span.start]
        if added.strip():
            yield f"正文第 {covered} 字处有原文没有的文字。"
        covered = run.span.end


def _recognition_problems(document: Document) -> Iterator[str]:
    """Yield the pages that were recognised too uncertainly to be relied on."""
    for page in document.recognised:
        if page.confidence < _LEAST_CONFIDENCE:
            yield f"第 {page.page} 页的文字识别把握只有 {page.confidence:.0%}，请对照原件核对。"


def _article_gaps(document: Document) -> Iterator[str]:
    """Yield where article numbers do not run on, for the main text and every annex by itself."""
    annexes = [child for child in document.root.children if child.kind is SectionKind.ANNEX]
    rest = [child for child in document.root.children if child.kind is not SectionKind.ANNEX]
    for part in (rest, *([annex] for annex in annexes)):
        yield from (flaw.words for flaw in article_flaws(articles_in(part)))
