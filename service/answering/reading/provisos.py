"""What must be read with a sentence of an article: its 但书, and the clause it leans on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from index.document import Document, Section, SectionKind, Span
from index.numerals import number
from service.answering.reading.sentences import QUOTE_LIMIT, sentence_spans

_MOST = 3
_PROVISO = re.compile(r"\s*(?:但是?|不过|然而)(?![凡])")
_WITHIN = re.compile(r"[，；,;]\s?(?=但是?[^凡])|[；;](?=[^；;]*除外)")
_EXCEPTS = re.compile(
    r"除外|除[^，。]{1,30}外|不适用|不受|不在此限|另有规定|从其规定|例外|延长|缩短|中止|不计(?:算|入)|可以不"
)
_REFERS = re.compile(
    r"(?P<before>前(?:款|[一二两三四]款))|本条第(?P<from>[一二三四五六七八九十]+)款"
)
_LEANS = re.compile(
    r"(?:第.{1,8}条\s*)?(?:依照|按照|根据|违反|有|符合)?(?:前(?P<several>[一二两三四]?)款|前项|本条第(?P<number>[一二三四五六七八九十]+)款)"
)


def read_with(document: Document, quoted: Span) -> tuple[Span, ...]:
    """Return what of the same article belongs to the words quoted, in the order of the text."""
    path = document.root.path_to(quoted.start)
    article = next((node for node in reversed(path) if node.kind is SectionKind.ARTICLE), None)
    found = {span for span in _within_sentence(document.text, quoted) if span}
    if article is not None:
        found |= set(_of_article(document.text, article, quoted))
        found |= set(_leading_in(document.text, path, quoted))
    else:
        found |= set(_next_in_paragraph(document.text, quoted))
    beside = [span for span in found if len(span) and not span.overlaps(quoted)]
    return tuple(sorted(beside)[:_MOST])


def _within_sentence(text: str, quoted: Span) -> Iterator[Span]:
    """Yield the 但书 of a sentence too long to be quoted whole."""
    for sentence in sentence_spans(text, quoted):
        if sentence.end > quoted.end:
            match = _WITHIN.search(text, max(quoted.end - 1, sentence.start), sentence.end)
            if match is not None:
                yield _shortened(Span(match.end(), sentence.end))


def _next_in_paragraph(text: str, quoted: Span) -> Iterator[Span]:
    """Yield the sentence after the quoted one where it takes something back."""
    line_end = text.find("\n", quoted.end)
    line_end = len(text) if line_end < 0 else line_end
    if quoted.end < line_end:
        following = next(iter(sentence_spans(text, Span(quoted.end, line_end))), None)
        if following is not None and _PROVISO.match(text, following.start):
            yield _shortened(following)


def _of_article(text: str, article: Section, quoted: Span) -> Iterator[Span]:
    """Yield provisos after the quoted words, in the same 款 or in one that refers back to it."""
    yield from _next_in_paragraph(text, quoted)
    clauses = _clauses(article)
    own = next((n for n, clause in enumerate(clauses, 1) if quoted.start in clause.span), 1)
    for n, clause in enumerate(clauses, 1):
        if n <= own:
            continue
        for sentence in sentence_spans(text, clause.span):
            words = sentence.of(text)
            if own in _referred(words, n) and _EXCEPTS.search(words):
                yield _shortened(sentence)
    leans = _LEANS.match(text, quoted.start, quoted.end)
    if leans is not None:
        for n in _referred(leans[0], own):
            if 0 < n < own:
                yield _shortened(_trimmed(text, clauses[n - 1].span))


def _leading_in(text: str, path: tuple[Section, ...], quoted: Span) -> Iterator[Span]:
    """Yield what leads in the list in which the quoted words are an item."""
    for outer, node in itertools.pairwise(path):
        if node.kind in {SectionKind.ITEM, SectionKind.SUBITEM}:
            head = next((c for c in outer.children if c.kind is SectionKind.PREAMBLE), None)
            if head is not None and not head.span.overlaps(quoted):
                sentences = list(sentence_spans(text, head.span))
                last = sentences[-1] if sentences else head.span
                yield _shortened(
                    Span(max(last.start, head.span.start), min(last.end, head.span.end))
                )


def _referred(words: str, own: int) -> set[int]:
    """Return which 款 of the article a sentence in the 款 `own` refers back to."""
    found: set[int] = set()
    for match in _REFERS.finditer(words):
        if match["from"]:
            found.add(number(match["from"]) or 0)
        else:
            several = number(match["before"][1:-1].replace("两", "二")) or 1
            found |= set(range(own - several, own))
    return found


def _clauses(article: Section) -> list[Section]:
    clauses = [child for child in article.children if child.kind is SectionKind.PARAGRAPH]
    return clauses or [article]


def _shortened(span: Span) -> Span:
    return Span(span.start, min(span.end, span.start + QUOTE_LIMIT))


def _trimmed(text: str, span: Span) -> Span:
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, span.start + len(words.rstrip()))
