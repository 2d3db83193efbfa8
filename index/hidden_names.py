"""The names of documents that a reader may not see, looked for in what is said of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.document import Metadata
from index.fold import fold

_TELLING = 4  # characters from which a name is looked for inside other words


@dataclass(frozen=True, slots=True)
class HiddenNames:
    """Titles and 文号, folded."""

    names: frozenset[str]

    @classmethod
    def of(cls, hidden: Iterable[Metadata]) -> HiddenNames:
        """Return the names of documents that are hidden."""
        named = (name for one in hidden for name in (one.title, one.document_number) if name)
        return cls(frozenset(filter(None, map(fold, named))))

    def stand_in(self, words: str) -> bool:
        """Say whether words name one of the documents."""
        folded = fold(words)
        return any(
            name == folded or (len(name) >= _TELLING and name in folded) for name in self.names
        )

    def cleared(self, metadata: Metadata) -> Metadata:
        """Return metadata without what names one of the documents."""
        if not self.names or not (metadata.replaces or metadata.replaced_by):
            return metadata
        return replace(
            metadata,
            replaces=self._others(metadata.replaces),
            replaced_by=self._others(metadata.replaced_by),
        )

    def _others(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in names if not self.stand_in(name))
