"""Any sentence-transformers model as the embedder, by name or path (``EMBEDDING_MODEL``)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.errors import SettingsError
from retrieval.types import Vectors

_E5_PROMPTS = {"query": "query: ", "passage": "passage: "}


class SentenceTransformerEmbedder:
    """Wraps a SentenceTransformer; its own query and passage prompts are used where the model defines them.

    A model of the e5 family gets its prefixes even when its files do not name them.
    """

    def __init__(self, model: str) -> None:
        """Load the model. Raises SettingsError when it cannot be found, or is no embedding model."""
        from sentence_transformers import SentenceTransformer

        try:
            self._model: Any = SentenceTransformer(model, device="cpu", trust_remote_code=False)
            self.dimension = int(self._model.get_embedding_dimension() or 0)
        except Exception as exc:  # the library raises many kinds, from OSError to ValueError, for one cause
            raise SettingsError(
                f"The embedding model {model!r} (EMBEDDING_MODEL) cannot be loaded: {type(exc).__name__}. "
                "Name a model that is on this machine, a folder with one, or `bundled`."
            ) from exc
        # A folder by its whole path: two models may lie in folders of one name.
        self.name = f"sentence-transformers:{Path(model).resolve() if Path(model).exists() else model}"
        self._prompts = dict(_E5_PROMPTS if "e5" in Path(model).name.lower().split("-") else {})
        self._prompts.update({k: v for k, v in self._model.prompts.items() if v})
        self._lock = threading.Lock()  # the tokenizers inside are not safe to share

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._encode([self._prompts.get("query", "") + text])[0]
        return vector

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        prefix = self._prompts.get("passage", self._prompts.get("document", ""))
        return self._encode([prefix + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        texts = [text.encode("utf-8", "replace").decode() for text in texts]  # it refuses lone surrogates
        with self._lock:
            vectors = self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False, prompt="")
        return np.asarray(vectors, np.float32)
