"""A question and a passage as the reader's tokens, with the place of each token in the passage as given."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.encoding.encoder import printable

BEGIN, PAD, END = 0, 1, 2
LONGEST_QUESTION = 90  # tokens; what follows is cut off
# Tokens of a passage that are read at once; a longer one is read in several windows. On 40 questions of PIAF on passages
# of 240 tokens and more, windows of 224 gave F1 .308 and took 16 % more time than reading them whole (F1 .374).
WINDOW = 320
OVERLAP = 40  # tokens that two windows share at least: an answer of so many is whole in one of them
MOST_TOKENS = 4_000  # of a passage; what follows is not read
# Characters. A normal form takes a time that grows with the square of a run of accents.
_LONGEST_PASSAGE, _LONGEST_ASKED = 20_000, 2_000
Span = tuple[int, int]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A pair as tokens; ``offsets`` (passage tokens, 2) are spans of the passage, the first of them is token ``first``.

    ``begin``: how many tokens of the passage come before those of this window.
    """

    ids: Ints
    first: int
    offsets: Ints
    begin: int = 0

    def tokens_of(self, span: Span) -> tuple[int, int] | None:
        """Return the first and last token that overlap a span of the passage; None where it was cut off."""
        inside = np.flatnonzero((self.offsets[:, 0] < span[1]) & (self.offsets[:, 1] > span[0]))
        if not len(inside) or self.offsets[inside[-1], 1] < span[1]:
            return None
        return self.first + int(inside[0]), self.first + int(inside[-1])

    def types(self) -> Ints:
        """Return 0 for the question's tokens, up to the first end mark, and 1 for those after it."""
        ends = (self.ids == END).astype(np.int64)
        types: Ints = np.minimum(np.cumsum(ends) - ends, 1)
        return types


class Tokenizer:
    """The vocabulary of e5 (a SentencePieceProcessor) with the place of each piece in the text as given."""

    def __init__(self, vocabulary: Any) -> None:
        self._vocabulary = vocabulary
        self._query: list[int] = vocabulary.encode("query:")
        self._passage: list[int] = vocabulary.encode("passage:")

    def encode(self, question: str, passage: str, longest: int) -> Encoded:
        """Return ``<s> query: QUESTION </s> passage: PASSAGE </s>``; what is too long loses its end."""
        before = self._before(question)
        said, offsets = self.pieces(passage)
        said = said[: longest - len(before) - 1]
        return _pair(before, said, offsets[: len(said)])

    def windows(self, question: str, passages: Sequence[str]) -> list[list[Encoded]]:
        """Return for each passage the pairs that cover it: one, or several of like length where it is long."""
        before = self._before(question[:_LONGEST_ASKED])
        return [self._windows(before, passage[:_LONGEST_PASSAGE]) for passage in passages]

    def _windows(self, before: list[int], passage: str) -> list[Encoded]:
        said, offsets = self.pieces(passage)
        said, offsets = said[:MOST_TOKENS], offsets[:MOST_TOKENS]
        count = max(1, -(-(len(said) - OVERLAP) // (WINDOW - OVERLAP)))
        size = -(-(len(said) + (count - 1) * OVERLAP) // count)
        begins = range(0, count * (size - OVERLAP), size - OVERLAP) if count > 1 else [0]
        return [_pair(before, said[at : at + size], offsets[at : at + size], at) for at in begins]

    def _before(self, question: str) -> list[int]:
        asked, _ = self.pieces(question)
        return [BEGIN, *self._query, *asked[:LONGEST_QUESTION], END, *self._passage]

    def pieces(self, text: str) -> tuple[list[int], Ints]:
        """Return the pieces of a text, and for each the (start, end) of the characters that it stands for."""
        shown, origin = _compatible(text)
        found = self._vocabulary.encode(shown, return_type="offset_mapping")
        spans = []
        for begin, end in found["offsets"]:
            while begin < end and shown[begin].isspace():
                begin += 1
            spans.append((origin[begin], origin[end - 1] + 1 if end > begin else origin[begin]))
        return found["ids"], np.array(spans, np.int64).reshape(-1, 2)


def _pair(before: list[int], said: list[int], offsets: Ints, begin: int = 0) -> Encoded:
    return Encoded(np.array([*before, *said, END], np.int64), len(before), offsets, begin)


def _compatible(text: str) -> tuple[str, Sequence[int]]:
    """Return a text in NFKC without what the vocabulary never saw, and where each of its characters comes from.

    It is normalised one base character with its marks at a time, so that the places stay known.
    """
    text = printable(text)
    if unicodedata.is_normalized("NFKC", text):
        return text, range(len(text) + 1)
    shown: list[str] = []
    origin: list[int] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and unicodedata.combining(text[end]):
            continue
        new = unicodedata.normalize("NFKC", text[start:end])
        shown.append(new)
        origin += [start] * (len(new) - 1) + [end - 1] if len(new) else []
        start = end
    return "".join(shown), [*origin, len(text)]
