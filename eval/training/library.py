"""All documents of the data, read when first asked for, and which of them may be trained on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from eval.datasets import (
    QUESTIONS,
    Article,
    Half,
    LegalQuestion,
    Policies,
    Statutes,
    load_ncp,
    load_questions,
    load_stard,
)
from eval.matching import squash
from eval.training.halves import Halves
from eval.training.passages import Passage, Text, key_of, windows

HEBEI, NCP, ARTICLES = "policies/hebei.jsonl", "ncp/documents.jsonl", "stard/articles.jsonl"
_LAW_ENDS = ".md"
_BEGINNING = 24  # characters by which an article is known wherever it stands


class Library:
    """The documents below a data directory, by the source and the key that questions name."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.policies: Policies = load_ncp(directory)
        self.statutes: Statutes = load_stard(directory)
        self.halves = Halves(self.policies, [*_own_quotes(), *self._asked_articles()])
        self._read: dict[tuple[str, str], Text] = {}

    def stored(self, source: str, key: str) -> str | None:
        """Return a document's text as stored, None where there is none of this key."""
        if source.endswith(_LAW_ENDS):
            path = self._directory / source
            text = path.read_bytes().decode("utf-8") if path.is_file() else None
            return text if text is not None and key_of(text) == key else None
        return self._texts[source].get(key, (None, ""))[0] if source in self._texts else None

    def text(self, source: str, key: str) -> Text:
        """Return a document as the product reads it."""
        if (source, key) not in self._read:
            stored = self.stored(source, key)
            if stored is None:
                raise KeyError(f"{source}: {key}")
            self._read[source, key] = self._read_text(source, key, stored)
        return self._read[source, key]

    def trains(self, source: str, key: str) -> bool:
        """Say whether a document may be trained on."""
        if source.endswith(_LAW_ENDS):
            return self.halves.trains_law(source)
        if source == ARTICLES:
            return self.halves.trains_law(self._texts[source][key][1])
        if source == NCP:
            return self.halves.trains_policy(self._texts[source][key][0])
        return self.halves.trains_document(key)

    def policy_texts(
        self, *, training: bool, sources: tuple[str, ...] = (NCP, HEBEI)
    ) -> Iterator[Text]:
        """Yield policies: those that may be trained on, or all."""
        for source in sources:
            for key in self._texts[source]:
                if not training or self.trains(source, key):
                    yield self.text(source, key)

    def law_passages(self, *, training: bool) -> Iterator[Passage]:
        """Yield the articles of all laws, or of those that may be trained on."""
        for law, articles in self.statutes.laws.items():
            if training and not self.trains_statute(law):
                continue
            for article in articles:
                text = f"{article.number}　{article.text}"
                for span in windows(text):
                    yield Passage(str(article.id), (law,), span.of(text), span.start)

    def trains_statute(self, law: str) -> bool:
        """Say whether a law of STARD may be trained on."""
        return self.halves.trains_law(law)

    def trains_legal(self, question: LegalQuestion) -> bool:
        """Say whether a question of STARD may be trained on: never one of the untuned half."""
        articles = [self._articles[article] for article in question.articles]
        return all(
            self.trains_statute(one.law) and self.halves.trains_passage(one.text)
            for one in articles
        )

    def _asked_articles(self) -> Iterator[str]:
        """Yield the beginnings of the articles that measuring asks for."""
        for question in self.statutes.half(Half.HELD_OUT):
            for article in question.articles:
                yield squash(self._articles[article].text)[:_BEGINNING]

    @cached_property
    def _articles(self) -> dict[int, Article]:
        return {article.id: article for article in self.statutes.articles}

    @cached_property
    def _texts(self) -> dict[str, dict[str, tuple[str, str]]]:
        """Return each source's texts and their titles by key."""
        lines = (self._directory / HEBEI).read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        return {
            HEBEI: {key_of(row["text"]): (row["text"], row["title"]) for row in rows},
            NCP: {key_of(text): (text, "") for text in self.policies.documents.values()},
            ARTICLES: {key_of(one.text): (one.text, one.law) for one in self.statutes.articles},
        }

    def _read_text(self, source: str, key: str, stored: str) -> Text:
        if source.endswith(_LAW_ENDS):
            return Text.read(stored, source.rpartition("/")[2])
        return Text.read(stored, f"{key}.txt", self._texts[source][key][1])


def _own_quotes() -> list[str]:
    """Return the words that our own questions rest on."""
    files = sorted(QUESTIONS.glob("*.jsonl"))
    return [one.quote for path in files for one in load_questions(path) if one.quote]
