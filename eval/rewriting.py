"""Another report made from a report: every figure in it given a new value of the same shape.

Positions come from the text itself, so that for any question whose quote stands in the text the
answer that is now right can be worked out: see `Rewritten.follow`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

import numpy as np

from eval.matching import PUNCTUATION

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_NUMBERED_HEADING = re.compile(r"^[ \t　]*(?:\d+[.．、](?!\d)|[（(]\d+[）)])", re.MULTILINE)
_UNIT = re.compile(r"[个件项台宗条次人名家元万亿余多位户期批类份场篇部间所座天号小分吨公平届级]")
_CENTURY = range(1980, 2040)
_SENTENCE_END = "。！？；"
LONGEST_SENTENCE = 250  # what is longer is a list of fields, not a sentence


class Role(StrEnum):
    """What a figure says, which decides what may take its place."""

    YEAR = auto()
    MONTH = auto()
    DAY = auto()
    SHARE = auto()
    COUNT = auto()
    NAME = auto()  # part of a name: 12345, 2.0, 5G


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the text: where it stands among the characters that are not white space."""

    start: int
    end: int
    text: str
    role: Role


@dataclass(frozen=True)
class Squeezed:
    """A text without white space, folded, each character led back to where it came from."""

    source: str
    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, source: str) -> Squeezed:
        """Fold `source` a character at a time."""
        characters: list[str] = []
        places: list[int] = []
        for place, character in enumerate(source):
            for folded in unicodedata.normalize("NFKC", character).lower().translate(PUNCTUATION):
                if not folded.isspace():
                    characters.append(folded)
                    places.append(place)
        return cls(source, "".join(characters), tuple(places))

    def find(self, words: str) -> tuple[int, int] | None:
        """Return where `words` stand, as a range of squeezed characters."""
        return next(self.find_all(words), None)

    def find_all(self, words: str) -> Iterator[tuple[int, int]]:
        """Yield every place where `words` stand, as ranges of squeezed characters."""
        wanted = squeeze(words)
        start = self.text.find(wanted) if wanted else -1
        while start >= 0:
            yield start, start + len(wanted)
            start = self.text.find(wanted, start + 1)

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the source that squeezed characters `start` to `end` stand for."""
        return self.places[start], self.places[end - 1] + 1

    def figures(self) -> tuple[Figure, ...]:
        """Return every number written in figures, those that number a heading left out."""
        numbering = {
            place
            for match in _NUMBERED_HEADING.finditer(self.source)
            for place in range(*match.span())
        }
        return tuple(
            Figure(match.start(), match.end(), match[0], self._role(match))
            for match in _FIGURE.finditer(self.text)
            if self.places[match.start()] not in numbering
        )

    def _role(self, match: re.Match[str]) -> Role:
        after = self.text[match.end() : match.end() + 1]
        if match[0].isdigit() and len(match[0]) == 4 and int(match[0]) in _CENTURY:
            return Role.YEAR
        if after in {"月", "日"} and match[0].isdigit():
            return Role.MONTH if after == "月" else Role.DAY
        if after in {"%", "‰"}:
            return Role.SHARE
        return Role.COUNT if _UNIT.match(after) else Role.NAME


@dataclass(frozen=True)
class Rewritten:
    """A text and the one made from it."""

    original: Squeezed
    text: str
    figures: tuple[Figure, ...]
    values: Mapping[int, str]  # by where the figure stands in the original
    names: Mapping[str, str] = field(default_factory=dict)  # other words that took words' place

    def follow(self, quote: str, words: str) -> str | None:
        """Return what `words`, said of the original on the strength of `quote`, become.

        None where a figure of theirs is not in the quote, so that nothing follows.
        """
        inside = self._inside(quote)
        where = self.original.find(quote)
        if inside is None or where is None:
            return None
        folded = squeeze(words)
        offset = self.original.text.find(folded, where[0], where[1])
        pieces, last = [], 0
        for match in _FIGURE.finditer(folded):
            at = offset + match.start() if offset >= 0 else self._same(inside, match[0])
            at = self._same(self._years, match[0]) if at is None else at
            if at is None or at not in self.values:
                return None
            pieces += [folded[last : match.start()], self.values[at]]
            last = match.end()
        return self._rename("".join([*pieces, folded[last:]]))

    def ask(self, quote: str, question: str) -> str:
        """Return the question with its own figures and names as they now are."""
        inside = self._inside(quote) or ()

        def replace(match: re.Match[str]) -> str:
            at = self._same(inside, match[0])
            at = self._same(self.figures, match[0]) if at is None else at
            return match[0] if at is None else self.values.get(at, match[0])

        return self._rename(_FIGURE.sub(replace, question))

    def rests_on_figure(self, quote: str, words: str) -> bool:
        """Say whether the words hold a figure that follows from the quote."""
        return bool(_FIGURE.search(words)) and self.follow(quote, words) is not None

    @property
    def _years(self) -> tuple[Figure, ...]:
        """Return the figures that change alike wherever they stand, and so always follow."""
        return tuple(figure for figure in self.figures if figure.role is Role.YEAR)

    def _inside(self, quote: str) -> tuple[Figure, ...] | None:
        where = self.original.find(quote)
        if where is None:
            return None
        return tuple(f for f in self.figures if where[0] <= f.start and f.end <= where[1])

    def _same(self, figures: tuple[Figure, ...], text: str) -> int | None:
        wanted = unicodedata.normalize("NFKC", text)
        return next((figure.start for figure in figures if figure.text == wanted), None)

    def _rename(self, words: str) -> str:
        for old, new in self.names.items():
            words = words.replace(old, new)
        return words


def squeeze(words: str) -> str:
    """Fold words as `Squeezed` does."""
    return Squeezed.of(words).text


@dataclass(frozen=True, slots=True)
class Edition:
    """How a text is rewritten.

    Years move back by `years_back`; words in `names` become others, the longest first; figures
    of a `kept` role stay.
    """

    seed: int
    years_back: int = 1
    names: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[Role] = frozenset()


def rewrite(source: str, edition: Edition) -> Rewritten:
    """Give every figure a new value, and names other names.

    Years, months, days and figures in names change alike wherever they stand; every other
    figure is drawn anew at each place, and no two are the same where there is room.
    """
    squeezed = Squeezed.of(source)
    figures = squeezed.figures()
    values = dict(_draw(figures, edition))
    ordered = dict(sorted(edition.names.items(), key=lambda pair: -len(pair[0])))
    edits = [(figure.start, figure.end, values[figure.start]) for figure in figures]
    if ordered:
        pattern = re.compile("|".join(re.escape(squeeze(name)) for name in ordered))
        new = {squeeze(old): name for old, name in ordered.items()}
        edits += [(*m.span(), new[m[0]]) for m in pattern.finditer(squeezed.text)]
    pieces, last = [], 0
    for start, end, value in sorted(edits):
        begin, finish = squeezed.source_range(start, end)
        pieces += [source[last:begin], value]
        last = finish
    return Rewritten(squeezed, "".join([*pieces, source[last:]]), figures, values, names=ordered)


def unchanged(source: str) -> Rewritten:
    """Return the text as its own rewriting."""
    squeezed = Squeezed.of(source)
    figures = squeezed.figures()
    return Rewritten(squeezed, source, figures, {figure.start: figure.text for figure in figures})


def without_sentence(source: str, quote: str) -> str | None:
    """Return the text without the sentences that hold `quote`.

    None where the quote is not in a sentence: a heading, a date below, a line of fields.
    """
    squeezed = Squeezed.of(source)
    where = squeezed.find(quote)
    if where is None:
        return None
    ends = {place for place, character in enumerate(source) if character in _SENTENCE_END}
    begin, finish = squeezed.source_range(*where)
    start = max((place + 1 for place in ends if place < begin), default=None)
    stop = min((place + 1 for place in ends if place >= finish - 1), default=None)
    if start is None or stop is None:
        return None
    if len(squeeze(source[start:stop])) > LONGEST_SENTENCE + len(squeeze(quote)):
        return None
    return source[:start] + source[stop:]


def _draw(figures: tuple[Figure, ...], edition: Edition) -> Iterator[tuple[int, str]]:
    generator = np.random.default_rng(edition.seed)
    alike: dict[tuple[Role, str], str] = {}
    taken = {figure.text for figure in figures}
    for figure in figures:
        if figure.role in edition.kept:
            yield figure.start, figure.text
        elif figure.role is Role.YEAR:
            yield figure.start, str(int(figure.text) - edition.years_back)
        elif figure.role in {Role.MONTH, Role.DAY, Role.NAME}:
            key = (figure.role, figure.text)
            if key not in alike:
                alike[key] = _another(figure, generator, taken)
            yield figure.start, alike[key]
        else:
            yield figure.start, _another(figure, generator, taken)


def _another(figure: Figure, generator: np.random.Generator, taken: set[str]) -> str:
    value = figure.text
    for attempt in range(200):
        value = _like(figure, generator)
        if value != figure.text and (value not in taken or attempt >= 100):
            break
    if figure.role not in {Role.MONTH, Role.DAY}:
        taken.add(value)
    return value


def _like(figure: Figure, generator: np.random.Generator) -> str:
    """Draw a number of the same shape: as many digits, decimals and all but one closing zero."""
    if figure.role is Role.MONTH:
        return str(generator.integers(1, 13))
    if figure.role is Role.DAY:
        return str(generator.integers(1, 29))
    whole, dot, decimals = figure.text.partition(".")
    digits = len(whole)
    if figure.role is Role.SHARE:
        digits = min(digits, 2)
    zeros = max(0, len(whole) - len(whole.rstrip("0")) - 1) if digits > 1 else 0
    drawn = int(generator.integers(10 ** (digits - 1), 10**digits))
    drawn = max(drawn // 10**zeros * 10**zeros, 10 ** (digits - 1))
    return f"{drawn}{dot}" + "".join(str(generator.integers(0, 10)) for _ in decimals)
