"""The words people say and the words officials write."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Self

_CANTONESE_ONLY = re.compile(
    r"[嘅咗喺冇佢哋啲咩乜嘢嗰唔嚟]|几多|几时|边[个度位间日啲]|点解|点样|系咪|系唔系"
)
_COPULA = re.compile(r"(?<![关联体派])系(?![统列])")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Ignored words, Cantonese wording, synonyms, English glosses and names of agencies.

    `synonyms` may stand for one another. `everyday` words stand for official ones (低保), and the
    site may change which; `own_words` are those of them that do not come with the desk.
    """

    ignored: frozenset[str]
    cantonese: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    english: Mapping[str, tuple[str, ...]]
    agencies: Mapping[str, str]
    everyday: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own_words: frozenset[str] = frozenset()

    @classmethod
    @cache
    def bundled(cls) -> Self:
        """Return the lexicon that ships with the desk."""
        everyday = {word: to for entries in shipped_everyday().values() for word, to in entries}
        return replace(cls.parse(_shipped("lexicon.toml")), everyday=everyday)

    def with_everyday(self, table: Mapping[str, tuple[str, ...]]) -> Self:
        """Return the lexicon with another table of everyday words, its keys folded."""
        shipped = {word for entries in shipped_everyday().values() for word, _ in entries}
        return replace(self, everyday=table, own_words=frozenset(table) - shipped)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a lexicon from TOML."""
        table = tomllib.loads(text)
        synonyms: dict[str, tuple[str, ...]] = {}
        for group in table["synonyms"].values():
            for word in group:
                others = tuple(other for other in group if other != word)
                synonyms[word] = (*synonyms.get(word, ()), *others)
        english = {phrase: tuple(words) for phrase, words in table["english"].items()}
        ignored = frozenset(table["ignored"])
        return cls(ignored, table["cantonese"], synonyms, english, table["agencies"])

    def standard_wording(self, question: str) -> str:
        """Return the question with Cantonese words replaced by standard ones."""
        if not _CANTONESE_ONLY.search(question):
            return question
        question = _COPULA.sub("是", question)
        for word in sorted(self.cantonese, key=len, reverse=True):
            question = question.replace(word, self.cantonese[word])
        return question


@cache
def shipped_everyday() -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the everyday words that come with the desk, each with its official ones, by matter."""
    return {
        matter: tuple((word, tuple(official)) for word, official in entries.items())
        for matter, entries in tomllib.loads(_shipped("everyday.toml")).items()
    }


def _shipped(name: str) -> str:
    return files("service.answering.understanding").joinpath(name).read_text("utf-8")
