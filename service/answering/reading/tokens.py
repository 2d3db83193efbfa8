"""Question and passage to token numbers, every token led back to the characters it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.embedding.folded_tokens import BEGIN, END, FoldedTokens

MOST_TOKENS = 288
MOST_OF_QUESTION = 64
MOST_OF_HEADING = 48
_TAIL_OF_HEADING = 18  # of a long heading: what stands nearest to the passage
_MARKS = 5  # <s> question </s></s> heading </s> passage </s>


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the model reads of a question and a passage.

    `numbers[first:]` stands for the passage, but for the last, which is a mark; `starts` and
    `ends` hold where each of these tokens begins and ends in the passage's text.
    """

    numbers: tuple[int, ...]
    first: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the first and the last token of a span of the passage, None where cut off."""
        touched = [
            place
            for place, (begin, stop) in enumerate(zip(self.starts, self.ends, strict=True))
            if begin < end and stop > start
        ]
        if not touched or self.ends[-1] < end:
            return None
        return self.first + touched[0], self.first + touched[-1]


class ReaderTokens(FoldedTokens):
    """The reader's tokenizer."""

    def encode(self, question: str, heading: Sequence[str], passage: str) -> Encoded:
        """Join question, title with headings, and passage; the passage's end is cut if need be."""
        asked = self.pieces(question)[0][:MOST_OF_QUESTION]
        headed = _shortened(self.pieces(" ".join(heading))[0]) if heading else []
        numbers, starts, ends = self.pieces(passage)
        room = MOST_TOKENS - _MARKS - len(asked) - len(headed)
        before = (BEGIN, *asked, END, END, *headed, END)
        return Encoded(
            (*before, *numbers[:room], END),
            len(before),
            tuple(starts[:room]),
            tuple(ends[:room]),
        )


def _shortened(numbers: list[int]) -> list[int]:
    if len(numbers) <= MOST_OF_HEADING:
        return numbers
    return numbers[: MOST_OF_HEADING - _TAIL_OF_HEADING] + numbers[-_TAIL_OF_HEADING:]
