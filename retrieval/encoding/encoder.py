"""The bundled encoder at work: tokens, table rows, twelve int8 layers in onnxruntime, one text at a time.

The reader (``retrieval.judging``) runs on the same tables, and opens its layers as the encoder does.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from numpy.typing import NDArray

from retrieval.encoding import bundled
from retrieval.types import Vectors

LONGEST = 512  # tokens, the positions that the model knows; a longer text is embedded by its beginning
_BEGIN, _END = 0, 2
_HIDDEN = 384


@dataclass(frozen=True, slots=True)
class Tables:
    """The vocabulary (a SentencePieceProcessor), and the embeddings of its words (4 bits a weight) and of positions."""

    vocabulary: Any
    words: NDArray[np.uint8]
    positions: Vectors

    @classmethod
    def load(cls, folder: Path) -> Tables:
        """Open the tables of a prepared folder; of the words, only the rows in use are ever read."""
        words = np.memmap(folder / "words.q4", dtype=np.uint8, mode="r").reshape(-1, _HIDDEN * 18 // 32)
        positions = np.load(folder / "positions.npy", mmap_mode="r")
        vocabulary = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        return cls(vocabulary, words, positions)

    def embed(self, tokens: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """Return what the layers take: the sum of word and position, shape (tokens, 384)."""
        rows = bundled.dequantise(self.words[tokens]).reshape(len(tokens), _HIDDEN)
        embedded: Vectors = rows + self.positions[: len(tokens)]
        return embedded


def open_session(path: Path, threads: int = 1) -> Any:
    """Return the onnxruntime session of a graph, ``threads`` threads a run."""
    import onnxruntime  # .3 s: meanwhile the vocabulary loads

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(path),
        options,
        providers=["CPUExecutionProvider"],
        # The fused kernel is a third slower on a CPU than the addition and the norm that it replaces.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


class BundledEmbedder:
    """multilingual-e5-small from a prepared folder (see ``bundled.prepare``): 384 dimensions, about 100 languages.

    Texts are embedded side by side on ``threads`` threads (0: one a core), each on its own, so that a vector depends on
    its text alone. ``tables`` may be shared with a reader.
    """

    name = bundled.NAME
    dimension = _HIDDEN

    def __init__(self, folder: Path, threads: int = 0) -> None:
        # The two load side by side: both release the interpreter while they read.
        with ThreadPoolExecutor(1) as pool:
            tables = pool.submit(Tables.load, folder)
            self._session = open_session(folder / "encoder.onnx")
            self.tables = tables.result()
        self._pool = ThreadPoolExecutor(threads or len(os.sched_getaffinity(0)), thread_name_prefix="embed")

    def embed_query(self, text: str) -> Vectors:
        return self._embed("query: " + text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return np.stack(list(self._pool.map(self._embed, ["passage: " + text for text in texts])))

    def tokens(self, text: str) -> list[int]:
        """Return the token ids of a text, with its begin and end marks, cut to ``LONGEST``."""
        pieces: list[int] = self.tables.vocabulary.encode(printable(unicodedata.normalize("NFKC", text)))
        return [_BEGIN, *pieces[: LONGEST - 2], _END]

    def _embed(self, text: str) -> Vectors:
        embedded = self.tables.embed(self.tokens(text))
        vector: Vectors = self._session.run(["embedding"], {"embeddings": embedded[None]})[0][0]
        return vector


def printable(text: str) -> str:
    """Blank what the model never saw: control characters and lone surrogates (SentencePiece refuses the latter)."""
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
