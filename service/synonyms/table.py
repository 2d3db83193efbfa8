"""The table of synonyms as a site has it: what comes with the desk, and what the site changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from index.store.synonyms import KeptSynonym, Synonym, synonym_key
from service.answering.understanding.lexicon import Lexicon, shipped_everyday


class Origin(StrEnum):
    """Where an entry comes from."""

    SHIPPED = "shipped"
    CHANGED = "changed"  # it came with the desk, and the site says otherwise
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table. Who changed it, and when, is known of what the site set."""

    synonym: Synonym
    origin: Origin
    changed_by: str | None = None
    changed_at: datetime | None = None


Table = Mapping[str, Entry]  # by `synonym_key`


@cache
def shipped() -> Mapping[str, Synonym]:
    """Return what comes with the desk, by key."""
    return {
        synonym_key(word): Synonym(word, official, matter)
        for matter, entries in shipped_everyday().items()
        for word, official in entries
    }


def table_of(kept: Iterable[KeptSynonym]) -> Table:
    """Return the whole table: what the site set takes the place of what came with the desk."""
    table = {key: Entry(synonym, Origin.SHIPPED) for key, synonym in shipped().items()}
    for one in kept:
        key = synonym_key(one.synonym.word)
        origin = Origin.CHANGED if key in shipped() else Origin.SITE
        table[key] = Entry(one.synonym, origin, one.changed_by, one.changed_at)
    return dict(sorted(table.items()))


def lexicon_with(kept: Iterable[KeptSynonym]) -> Lexicon:
    """Return the lexicon that questions are understood by, with the site's table."""
    lexicon = Lexicon.bundled()
    everyday: dict[str, tuple[str, ...]] = {}
    for key, entry in table_of(kept).items():
        if entry.synonym.enabled:
            # As questions are read: a Cantonese word in them is a standard one by then.
            everyday[lexicon.standard_wording(key)] = entry.synonym.official
            everyday[key] = entry.synonym.official
    return lexicon.with_everyday(everyday)
