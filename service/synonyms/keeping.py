"""Change the table of synonyms of a knowledge base, once what is new in it is seen to be sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from index.errors import SynonymNotFound
from index.fold import fold
from index.knowledge_base import KnowledgeBase
from index.store.synonyms import Synonym, synonym_key
from service.synonyms.checking import LONGEST_WORD, Checked, DuplicateWord, SynonymRefused
from service.synonyms.table import Entry, Origin, Table, table_of


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file or a list, or what is wrong with it before anything is compared.

    `has_note` is false where there is no place for a note, which is another thing than an empty
    one: then the note that is there stays.
    """

    number: int
    word: str
    given: Synonym | SynonymRefused
    has_note: bool = True


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that did not come in: a stable code and a sentence."""

    row: int
    word: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Import:
    """What became of the lines of a file."""

    added: int
    changed: int
    unchanged: int
    rejected: tuple[Rejected, ...]


class SynonymBook:
    """The table of one knowledge base. What it changes is in force here at once."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base

    def table(self) -> Table:
        """Return the whole table, by key."""
        return table_of(self._base.synonyms.all())

    def get(self, word: str) -> Entry:
        """Return the entry of a word. Raises SynonymNotFound."""
        entry = self.table().get(synonym_key(word))
        if entry is None:
            raise SynonymNotFound(
                f"同义词表里没有“{word[:LONGEST_WORD]}”。现有的见 wenju synonyms list。"
            )
        return entry

    def put(self, synonym: Synonym, by: str) -> Entry:
        """Set a synonym. Raises SynonymRefused."""
        accepted = _checked(self.table()).accept(synonym)
        self._base.synonyms.put([accepted], by)
        self._base.catch_up()
        return self.get(accepted.word)

    def remove(self, word: str, by: str) -> None:
        """Let a word stand for nothing any more: what came with the desk is switched off.

        Raises SynonymNotFound.
        """
        entry = self.get(word)
        if entry.origin is Origin.SITE:
            self.forget(word)
            return
        self._base.synonyms.put([replace(entry.synonym, enabled=False)], by)
        self._base.catch_up()

    def forget(self, word: str) -> None:
        """Take back what the site has set; what was shipped holds again. Raises SynonymNotFound."""
        if self.get(word).origin is Origin.SHIPPED:
            raise SynonymNotFound(f"本站没有改过“{word}”，它就是自带的那一条。")
        self._base.synonyms.forget([word])
        self._base.catch_up()

    def bring_in(self, rows: Iterable[Row], by: str, *, keep: bool = True) -> Import:
        """Set the synonyms of a file's rows; `keep` being false, only say what would become of it.

        A line that cannot come in stays out, the others are in.
        """
        table = self.table()
        checked = _checked(table)
        seen: dict[str, int] = {}
        added: list[Synonym] = []
        changed: list[Synonym] = []
        unchanged = 0
        rejected: list[Rejected] = []
        for row in rows:
            try:
                accepted = checked.accept(_first(row, seen))
            except SynonymRefused as refused:
                rejected.append(Rejected(row.number, row.word, refused.code, refused.message))
                continue
            before = table.get(synonym_key(accepted.word))
            if before is None:
                added.append(accepted)
                continue
            accepted = _with_note(accepted, before, row)
            if replace(before.synonym, word=accepted.word) == accepted:
                unchanged += 1
            else:
                changed.append(accepted)
        if keep:
            self._base.synonyms.put([*added, *changed], by)
            self._base.catch_up()
        return Import(len(added), len(changed), unchanged, tuple(rejected))


def _checked(table: Table) -> Checked:
    return Checked({key: entry.synonym for key, entry in table.items()})


def _first(row: Row, seen: dict[str, int]) -> Synonym:
    if isinstance(row.given, SynonymRefused):
        raise row.given
    key = synonym_key(row.given.word)
    if key and key in seen:
        raise DuplicateWord(f"“{row.word}”在第 {seen[key]} 行已经有了，没有收进。请合成一行。")
    seen[key] = row.number
    return row.given


def _with_note(accepted: Synonym, before: Entry, row: Row) -> Synonym:
    """Return what a line sets: an empty note clears the site's own, not one that was shipped.

    Else a table with a column for notes, few of them filled in, would make the site's own of
    every shipped entry that it repeats, and later versions of those would not come in.
    """
    noted = replace(accepted, note=accepted.note or before.synonym.note)
    repeats = before.origin is Origin.SHIPPED and noted == replace(
        before.synonym, word=accepted.word
    )
    return noted if repeats or not row.has_note else accepted


def shown(table: Table, *, own: bool, holding: str = "") -> Iterator[Entry]:
    """Yield the entries whose words or note hold a text; `own`, only what the site has set."""
    wanted = fold(holding)
    for entry in table.values():
        one = entry.synonym
        texts = (one.word, *one.official, one.note or "")
        if own and entry.origin is Origin.SHIPPED:
            continue
        if not wanted or any(wanted in fold(text) for text in texts):
            yield entry
