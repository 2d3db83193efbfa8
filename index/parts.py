"""The parts of a document that its metadata is read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.document import Section, SectionKind, Span

_FRAME = {
    SectionKind.TITLE,
    SectionKind.HEAD,
    SectionKind.SALUTATION,
    SectionKind.SIGNATURE,
    SectionKind.FIELD,
    SectionKind.IMPRINT,
}


@dataclass(frozen=True, slots=True)
class Parts:
    """A text and its section tree, asked for sections by kind."""

    text: str
    root: Section

    def of(self, kind: SectionKind) -> list[Section]:
        """Return the sections of a kind in the main text, annexes left out."""
        return [section for section in self.root.children if section.kind is kind]

    @property
    def annexes(self) -> list[Section]:
        """Return the annexes."""
        return self.of(SectionKind.ANNEX)

    def last(self, kind: SectionKind) -> list[Section]:
        """Return the sections of a kind in the main text and, as on a last page, the last annex."""
        below = self.annexes[-1].children if self.annexes else ()
        return [*self.of(kind), *(section for section in below if section.kind is kind)]

    def annex_sections(self, kind: SectionKind) -> list[Section]:
        """Return the sections of a kind that frame the annexes."""
        return [
            section for annex in self.annexes for section in annex.children if section.kind is kind
        ]

    def bodies(self) -> Iterator[Span]:
        """Yield what is neither title, head, signature nor field, annexes included."""
        for section in self.root.children:
            if section.kind is SectionKind.ANNEX:
                for child in section.children:
                    if child.kind not in _FRAME:
                        yield child.span
            elif section.kind not in _FRAME:
                yield section.span

    def has_articles(self) -> bool:
        """Say whether the main text, or an annex, is written in 条."""
        return any(section.kind is SectionKind.ARTICLE for section in self.root.walk())
