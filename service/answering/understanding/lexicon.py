"""The words people say and the words officials write."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

_CANTONESE_ONLY = re.compile(
    r"[嘅咗喺冇佢哋啲咩乜嘢嗰唔嚟]|几多|几时|边[个度位间日啲]|点解|点样|系咪|系唔系"
)
_COPULA = re.compile(r"(?<![关联体派])系(?![统列])")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Ignored words, Cantonese wording, synonyms, English glosses and names of agencies."""

    ignored: frozenset[str]
    cantonese: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    english: Mapping[str, tuple[str, ...]]
    agencies: Mapping[str, str]

    @classmethod
    @cache
    def bundled(cls) -> Self:
        """Return the lexicon that ships with the desk."""
        text = files("service.answering.understanding").joinpath("lexicon.toml").read_text("utf-8")
        return cls.parse(text)

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
