"""What may stand in the table of synonyms: each fault has a code that stays, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from index.errors import InvalidRequest
from index.store.synonyms import Synonym, synonym_key
from index.store.wording import wording_key
from service.answering.understanding.lexicon import Lexicon
from service.requests import is_readable

LONGEST_WORD = 20  # characters
LONGEST_OFFICIAL = 40
LONGEST_NOTE = 200
MOST_OFFICIAL = 8  # words for one
MOST_SYNONYMS = 20_000


class SynonymRefused(InvalidRequest):
    """A synonym that may not stand in the table."""


class EmptyWord(SynonymRefused):
    """Nothing stands there."""

    code: ClassVar[str] = "empty_word"


class NotAWord(SynonymRefused):
    """Marks or spaces, which no word of a question has."""

    code: ClassVar[str] = "not_a_word"


class WordTooShort(SynonymRefused):
    """One character is part of too many other words."""

    code: ClassVar[str] = "word_too_short"


class WordTooLong(SynonymRefused):
    """More than a word."""

    code: ClassVar[str] = "word_too_long"


class IgnoredWord(SynonymRefused):
    """A word that every question may have, and that nobody looks for."""

    code: ClassVar[str] = "ignored_word"


class NoOfficialWord(SynonymRefused):
    """What it stands for is missing."""

    code: ClassVar[str] = "no_official_word"


class TooManyOfficialWords(SynonymRefused):
    """So many that a search would find anything."""

    code: ClassVar[str] = "too_many_official_words"


class SameWord(SynonymRefused):
    """A word that stands for itself."""

    code: ClassVar[str] = "same_word"


class CircularSynonym(SynonymRefused):
    """A word that stands for another, which stands for it."""

    code: ClassVar[str] = "circular_synonym"


class NoteTooLong(SynonymRefused):
    """A note that is a text."""

    code: ClassVar[str] = "note_too_long"


class TooManySynonyms(SynonymRefused):
    """The table is full."""

    code: ClassVar[str] = "too_many_synonyms"


class StateNotUnderstood(SynonymRefused):
    """Neither on nor off for sure."""

    code: ClassVar[str] = "state_not_understood"


class DuplicateWord(SynonymRefused):
    """Two rows of a file speak of one word."""

    code: ClassVar[str] = "duplicate_word"


@dataclass(frozen=True, slots=True)
class Checked:
    """Holds synonyms against a table, by key, that takes in those that pass."""

    table: dict[str, Synonym]

    def accept(self, synonym: Synonym) -> Synonym:
        """Return the synonym as it may be kept. Raises SynonymRefused."""
        word = synonym.word.strip()
        _check_word(word, "口语词", LONGEST_WORD)
        official = _official(synonym, word)
        note = (synonym.note or "").strip() or None
        if note is not None and (len(note) > LONGEST_NOTE or not is_readable(note)):
            raise NoteTooLong(f"“{word}”的说明应是 {LONGEST_NOTE} 个字以内的文字。")
        accepted = Synonym(word, official, note, synonym.enabled)
        key = synonym_key(word)
        if accepted.enabled:
            self._check_circle(key, accepted)
        if key not in self.table and len(self.table) >= MOST_SYNONYMS:
            raise TooManySynonyms(f"同义词最多 {MOST_SYNONYMS} 条，请先删去用不到的。")
        self.table[key] = accepted
        return accepted

    def _check_circle(self, key: str, accepted: Synonym) -> None:
        circle = _way_back(key, accepted, self.table)
        if circle is not None:
            shown = " → ".join([accepted.word, *circle])
            raise CircularSynonym(f"转了一圈又回到自己：{shown}。请只留从口语到规范的一个方向。")


def _check_word(word: str, what: str, longest: int) -> None:
    if not word:
        raise EmptyWord(f"{what}是空的，请填写。")
    if not is_readable(word) or wording_key(word) != synonym_key(word) or not _is_worded(word):
        raise NotAWord(f"{what}“{word[:longest]}”里有标点、空格或无法识别的字符，请只写词本身。")
    if len(synonym_key(word)) < 2:
        raise WordTooShort(f"{what}“{word}”只有一个字，会与别的词混淆，请写两个字以上的词。")
    if max(len(word), len(synonym_key(word))) > longest:
        raise WordTooLong(f"{what}“{word[:longest]}…”超过 {longest} 个字，请只写词，不写句子。")
    if synonym_key(word) in Lexicon.bundled().ignored:
        raise IgnoredWord(f"{what}“{word}”在检索时不计（请问、多少之类），设了也不起作用。")


def _is_worded(word: str) -> bool:
    return any(map(str.isalnum, word)) and not any(map(str.isspace, word))


def _official(synonym: Synonym, word: str) -> tuple[str, ...]:
    given = dict.fromkeys(filter(None, (one.strip() for one in synonym.official)))
    if not given and not synonym.enabled:
        return ()
    if not given:
        raise NoOfficialWord(f"“{word}”没有写规范用语。请写出文件里的说法。")
    if len(given) > MOST_OFFICIAL:
        raise TooManyOfficialWords(
            f"“{word}”的规范用语多于 {MOST_OFFICIAL} 个，请只留最常用的几个。"
        )
    for one in given:
        _check_word(one, "规范用语", LONGEST_OFFICIAL)
        if synonym_key(one) == synonym_key(word):
            raise SameWord(f"“{word}”的规范用语就是它自己，请写文件里的另一种说法。")
    return tuple(given)


def _way_back(key: str, accepted: Synonym, table: Mapping[str, Synonym]) -> list[str] | None:
    """Return the words that lead from a word back to it, None where none do.

    `accepted` is what is to stand at `key`.
    """
    before: dict[str, tuple[str, str]] = {}  # the key that led to a key, and by which word
    ways = [key]
    while ways:
        current = ways.pop()
        synonym = accepted if current == key else table.get(current)
        for word in synonym.official if synonym is not None and synonym.enabled else ():
            after = synonym_key(word)
            if after == key:
                return [*_passed(current, before), word]
            if after not in before:
                before[after] = (current, word)
                ways.append(after)
    return None


def _passed(key: str, before: Mapping[str, tuple[str, str]]) -> list[str]:
    """Return the words by which a key was come to."""
    words: list[str] = []
    while key in before:
        key, word = before[key]
        words.append(word)
    return words[::-1]
