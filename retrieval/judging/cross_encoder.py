"""Any sentence-transformers CrossEncoder as the reranker, by name or path (``EVIDENCE_MODEL``)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from retrieval.errors import SettingsError

_WAY_OUT = "Name a model that is on this machine, a folder with one, `bundled`, or `none`."


class CrossEncoderReranker:
    """Wraps a CrossEncoder with one score a pair; scores are its logits. What is too long for it is cut at its end."""

    def __init__(self, model: str) -> None:
        """Load the model. Raises SettingsError when it cannot be found, or gives several scores a pair."""
        from sentence_transformers import CrossEncoder

        try:
            self._model: Any = CrossEncoder(model, device="cpu", trust_remote_code=False)
            labels = int(self._model.num_labels)
        except Exception as exc:  # the library raises many kinds, from OSError to ValueError, for one cause
            raise SettingsError(
                f"The evidence model {model!r} (EVIDENCE_MODEL) cannot be loaded: {type(exc).__name__}. {_WAY_OUT}"
            ) from exc
        if labels != 1:
            raise SettingsError(
                f"The evidence model {model!r} (EVIDENCE_MODEL) gives {labels} scores a pair, and ranking takes one. "
                + _WAY_OUT
            )
        # A folder by its whole path: two models may lie in folders of one name.
        self.name = f"cross-encoder:{Path(model).resolve() if Path(model).exists() else model}"
        self._lock = threading.Lock()  # the tokenizers inside are not safe to share

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        from torch.nn import Identity

        if not passages:
            return []
        pairs = [(_storable(question), _storable(passage)) for passage in passages]
        with self._lock:
            scores = self._model.predict(pairs, activation_fn=Identity(), show_progress_bar=False)
        return [float(score) for score in scores]


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # it refuses lone surrogates
