"""Vectors of sentences, remembered: embedding is nearly all of an answer's time, and questions share their passages."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from retrieval.types import Embedder, Vectors

REMEMBERED = 20_000  # sentences: about 30 MB


class SentenceVectors:
    """Embeds sentences as passages, each once as long as it is among the last ``remembered``. Threads may share it."""

    def __init__(self, embedder: Embedder, remembered: int = REMEMBERED) -> None:
        self._embedder, self._remembered = embedder, remembered
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, sentences: Sequence[str]) -> Vectors:
        """Return one unit vector a sentence, shape (len(sentences), dimension): the same as without remembering."""
        if not sentences:
            return self._embedder.embed_passages(sentences)
        with self._lock:
            known = {text: self._vectors[text] for text in sentences if text in self._vectors}
        missing = [text for text in dict.fromkeys(sentences) if text not in known]
        if missing:  # outside of the lock: threads embed side by side, at worst one sentence twice
            known.update(zip(missing, self._embedder.embed_passages(missing), strict=True))
        with self._lock:
            for text, vector in known.items():
                self._vectors[text] = vector
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._remembered:
                self._vectors.popitem(last=False)
        return np.stack([known[text] for text in sentences])
