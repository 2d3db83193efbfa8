"""What a question is about, word by word, and how well a text covers it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from index.fold import fold
from service.answering.understanding.everyday import everyday_words, official_between
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.segment import tagged

# Part-of-speech tags (the ICTCLAS set that jieba uses) of words that name things or deeds.
_WEIGHT_BY_TAG = {"n": 1.0, "v": 0.7, "j": 1.0, "i": 1.0, "l": 1.0, "e": 1.0, "m": 0.6}
_WEIGHT_BY_TAG |= {"a": 0.6, "d": 0.4, "b": 0.7, "t": 0.6, "s": 0.8, "z": 0.5, "q": 0.3, "x": 0.8}
_COMPARED = re.compile(r"(?<![相对百占])比(?![例率重赛较如方])")
_UNGLOSSED = 0.4  # an English word the lexicon lacks says little about a Chinese text
_SINGLE = 0.6  # one character may be part of quite another word
_SYNONYM = 0.9
_HOMOPHONE = 0.85
_MARKS = re.compile(
    r"(?:(?<!\d)\.|\.(?!\d)|[\s“”‘’\"'（）()《》〈〉【】〔〕\[\]、，。；：？！,;:?!·—-])+"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word to look for. `alternatives` are other words that mean it; `weight` is its say.

    `official` are those that official texts have for the everyday word it is, or is part of.
    """

    text: str
    weight: float
    alternatives: tuple[str, ...] = ()
    official: tuple[str, ...] = ()


@lru_cache(maxsize=16_384)  # sentences; one question looks at each of its own many times
def bare(text: str) -> str:
    """Return text folded and without marks, so that 镇（街） reads 镇街."""
    return _MARKS.sub("", fold(text))


def chinese_terms(question: str, lexicon: Lexicon) -> tuple[Term, ...]:
    """Cut a Chinese question into the words that carry its meaning."""
    terms: list[Term] = []
    question = _COMPARED.sub(" 比 ", question)
    everyday = everyday_words(question, lexicon)
    end = 0
    for word, tag in _joined(tagged(question)):
        start, end = end, end + len(word)
        text = bare(word)
        if not text or text in lexicon.ignored or (tag[0] in "rupcyfokhg" and tag != "eng"):
            continue
        weight = _WEIGHT_BY_TAG.get(tag[0], 0.6)
        if len(text) == 1:
            weight *= 0.5
        elif len(text) > 2:
            weight *= 1.25
        official = official_between(everyday, start, end)
        terms.append(Term(text, weight, lexicon.synonyms.get(text, ()), official))
    return tuple(terms)


def _joined(words: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Join nouns of one character that stand together: 镇|街 is one word to us."""
    pending = ""
    for word, tag in words:
        if len(word) == 1 and tag in {"n", "ng", "q"} and "\u4e00" <= word <= "\u9fff":
            pending += word
            continue
        if pending:
            yield pending, "n"
            pending = ""
        yield word, tag
    if pending:
        yield pending, "n"


_ENGLISH_IGNORED = frozenset(
    {
        "a",
        "about",
        "according",
        "all",
        "also",
        "altogether",
        "amount",
        "an",
        "and",
        "any",
        "are",
        "aren't",
        "as",
        "at",
        "be",
        "been",
        "between",
        "both",
        "by",
        "can",
        "city",
        "correct",
        "could",
        "county",
        "currently",
        "date",
        "day",
        "did",
        "district",
        "do",
        "document",
        "does",
        "exactly",
        "far",
        "for",
        "from",
        "get",
        "give",
        "given",
        "got",
        "had",
        "has",
        "have",
        "her",
        "his",
        "how",
        "i",
        "in",
        "installed",
        "into",
        "is",
        "isn't",
        "it",
        "its",
        "just",
        "know",
        "made",
        "make",
        "many",
        "me",
        "month",
        "much",
        "need",
        "no",
        "not",
        "now",
        "number",
        "of",
        "official",
        "on",
        "or",
        "out",
        "per",
        "please",
        "really",
        "right",
        "said",
        "say",
        "says",
        "should",
        "so",
        "some",
        "stand",
        "stands",
        "state",
        "stated",
        "states",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "time",
        "to",
        "today",
        "together",
        "together,",
        "total",
        "under",
        "up",
        "us",
        "want",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "year",
        "yes",
        "you",
        "your",
    }
)


def english_terms(question: str, lexicon: Lexicon) -> tuple[Term, ...]:
    """Cut an English question into terms, each with the Chinese words it may stand for."""
    text = question.lower().replace("’", "'")
    terms: list[Term] = []
    for phrase in sorted(lexicon.english, key=len, reverse=True):
        pattern = rf"(?<![\w-]){re.escape(phrase)}(?![\w-])"
        if re.search(pattern, text):
            text = re.sub(pattern, " ", text)
            first, *others = lexicon.english[phrase]
            spread = dict.fromkeys([*others, *lexicon.synonyms.get(first, ())])
            terms.append(Term(first, 1.0, tuple(spread)))
    for word in re.findall(r"[a-z0-9][\w'.-]*|[\u4e00-\u9fff]+", text):
        bare_word = word.strip("'.")
        if bare_word not in _ENGLISH_IGNORED and len(bare_word) > 1:
            terms += [Term(bare_word, _UNGLOSSED)]
    return tuple(terms)


@cache
def _sound(char: str) -> str:
    """Return the first reading of a character, without tone."""
    return _untoned(_readings().get(ord(char), char).split(",")[0])


@cache
def _readings() -> Mapping[int, str]:
    """Return the readings of every character, without the phrases: 0.2 s and 30 MB less."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415  it reads the variable once

    readings: Mapping[int, str] = PINYIN_DICT
    return readings


_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹ", "aaaaeeeeiiiioooouuuuvvvvvnnn")


def _untoned(reading: str) -> str:
    return reading.translate(_TONES)


def sounds(text: str) -> str:
    """Return how a text sounds, a syllable a character, without tones."""
    return " ".join(map(_sound, text))


def presence(term: Term, text: str) -> float:
    """Say how surely `text` (made bare before) contains the term: 1 for the word itself."""
    if term.text in text:
        return 1.0 if len(term.text) > 1 else _SINGLE
    if any(bare(other) in text for other in (*term.alternatives, *term.official)):
        return _SYNONYM
    if len(term.text) >= 3 and f" {sounds(term.text)} " in f" {sounds(text)} ":
        return _HOMOPHONE
    if len(term.text) < 3:
        return 0.0
    pairs = [term.text[i : i + 2] for i in range(len(term.text) - 1)]
    return 0.7 * sum(pair in text for pair in pairs) / len(pairs)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a question's weight a text covers, and the gravest word it lacks."""

    share: float
    lacking: float


def coverage(terms: Sequence[Term], contexts: Iterable[tuple[str, float]]) -> Coverage:
    """Hold terms against bare texts, each with the trust its nearness deserves (0 to 1)."""
    contexts = list(contexts)
    total = sum(term.weight for term in terms)
    if not total:
        return Coverage(0.0, 0.0)
    found = lacking = 0.0
    for term in terms:
        best = max((presence(term, text) * trust for text, trust in contexts), default=0.0)
        found += term.weight * best
        if best < 0.3:
            lacking = max(lacking, term.weight)
    return Coverage(found / total, lacking)
