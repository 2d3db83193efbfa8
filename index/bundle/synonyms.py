"""The site's own synonyms in a bundle, and which of them would tell what stays behind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from index.bundle.contents import damaged
from index.document import Document
from index.fold import fold
from index.hidden_names import HiddenNames
from index.store.content import metadata_to_json
from index.store.curated import Draft
from index.store.synonyms import Synonym, synonym_key

_FAULTS = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def synonyms_json(synonyms: Iterable[Synonym]) -> bytes:
    """Write synonyms: what they say, not who set them."""
    given = [
        {"word": one.word, "official": one.official, "note": one.note, "enabled": one.enabled}
        for one in synonyms
    ]
    return json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode()


def synonyms_of(content: bytes) -> list[Synonym]:
    """Read synonyms; whether they may stand in a table is seen there. Raises DamagedBundle."""
    try:
        return [_synonym(given) for given in json.loads(content)]
    except _FAULTS as error:
        raise damaged("synonyms.json") from error


class Unsaid:
    """Finds the synonyms with a word that what stays behind has, and nothing that goes out."""

    def __init__(self, synonyms: Sequence[Synonym], hidden: HiddenNames) -> None:
        self._synonyms = synonyms
        self._words = {word for one in synonyms for word in _words(one)}
        self._names = {word for word in self._words if hidden.stand_in(word)}
        self._suspects: set[str] = set()

    @property
    def is_open(self) -> bool:
        """Say whether there is a word that something which goes out may still have."""
        return bool(self._suspects)

    def stays(self, said: Document | Draft) -> None:
        """Take note of what stays behind; all of it comes before the first that goes out."""
        remaining = self._words - self._suspects
        if remaining:
            text = fold(_said(said))
            self._suspects |= {word for word in remaining if word in text}

    def goes(self, said: Document | Draft) -> None:
        """Take note of what goes out."""
        if self._suspects:
            # A word that begins on one line and ends on the next is none.
            text = fold(_said(said).replace("\n", "。"))
            self._suspects -= {word for word in self._suspects if word in text}

    def divided(self) -> tuple[list[Synonym], list[str]]:
        """Return the synonyms that may go out, without notes, and the words of the others."""
        untold = self._suspects | self._names
        going: list[Synonym] = []
        withheld: list[str] = []
        for one in self._synonyms:
            if untold.isdisjoint(_words(one)):
                going.append(replace(one, note=None))
            else:
                withheld.append(one.word)
        return going, withheld


def _words(synonym: Synonym) -> list[str]:
    return [synonym_key(word) for word in (synonym.word, *synonym.official)]


def _said(said: Document | Draft) -> str:
    if isinstance(said, Document):
        return "。".join((said.text, metadata_to_json(said.metadata), said.source))
    words = (said.question, said.answer, *said.wordings, said.script, said.stated_basis)
    return "。".join(filter(None, (*words, said.agency, said.region)))


def _synonym(given: dict[str, Any]) -> Synonym:
    word, official, note = given["word"], given["official"], given["note"]
    sound = (
        isinstance(word, str)
        and isinstance(official, list)
        and all(isinstance(one, str) for one in official)
        and isinstance(note, str | None)
        and isinstance(given["enabled"], bool)
    )
    if not sound:
        raise TypeError(given)
    return Synonym(word, tuple(official), note, given["enabled"])
