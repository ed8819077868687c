"""The bundled encoder at work: tokens, table rows, twelve int8 layers in onnxruntime, one text at a time."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import sentencepiece

from retrieval.encoding import bundled
from retrieval.types import Vectors

LONGEST = 512  # tokens, the positions that the model knows; a longer text is embedded by its beginning
_BEGIN, _END = 0, 2


class BundledEmbedder:
    """multilingual-e5-small from a prepared folder (see ``bundled.prepare``): 384 dimensions, about 100 languages.

    Texts are embedded side by side on ``threads`` threads (0: one a core), each on its own, so that a vector depends on
    its text alone.
    """

    name = bundled.NAME
    dimension = 384

    def __init__(self, folder: Path, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # The two files load side by side: both release the interpreter while they read.
        with ThreadPoolExecutor(1) as pool:
            tokenizer = pool.submit(sentencepiece.SentencePieceProcessor, model_file=str(folder / "tokenizer.model"))
            self._session = onnxruntime.InferenceSession(
                str(folder / "encoder.onnx"),
                options,
                providers=["CPUExecutionProvider"],
                # The fused kernel is a third slower on a CPU than the addition and the norm that it replaces.
                disabled_optimizers=["SkipLayerNormFusion"],
            )
            self._tokenizer = tokenizer.result()
        self._positions = np.load(folder / "positions.npy", mmap_mode="r")
        self._words = np.memmap(folder / "words.q4", dtype=np.uint8, mode="r").reshape(-1, self.dimension * 18 // 32)
        self._pool = ThreadPoolExecutor(threads or len(os.sched_getaffinity(0)), thread_name_prefix="embed")

    def embed_query(self, text: str) -> Vectors:
        return self._embed("query: " + text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return np.stack(list(self._pool.map(self._embed, ["passage: " + text for text in texts])))

    def tokens(self, text: str) -> list[int]:
        """Return the token ids of a text, with its begin and end marks, cut to ``LONGEST``."""
        pieces: list[int] = self._tokenizer.encode(_printable(unicodedata.normalize("NFKC", text)))
        return [_BEGIN, *pieces[: LONGEST - 2], _END]

    def _embed(self, text: str) -> Vectors:
        tokens = self.tokens(text)
        rows = bundled.dequantise(self._words[tokens]).reshape(len(tokens), self.dimension)
        embedded = rows + self._positions[: len(tokens)]
        vector: Vectors = self._session.run(["embedding"], {"embeddings": embedded[None]})[0][0]
        return vector


def _printable(text: str) -> str:
    """Blank what the model never saw: control characters and lone surrogates (SentencePiece refuses the latter)."""
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
