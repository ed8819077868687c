"""The order of the passages found, once a reader has read the first of them: its relevance blended with the search's score.

A reader sees question and passage together and is seldom wrong about a passage on another matter; the search knows how
far a passage leads the archive, and which days it tells of. Their sum is better than either (``training/reranking.py``
measures that, and fits the weight that stands in ``reranking.json``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.types import Hit

WEIGHTS = Path(__file__).with_name("reranking.json")
READ = 10  # passages read of a question: within 120 ms on two cores
_SMALLEST = 1e-6  # a deviation below this says nothing: every passage is as relevant


def order(hits: Sequence[Hit], relevance: Sequence[float], weight: float | None = None) -> list[Hit]:
    """Return hits ordered by their score and the relevance of the first ``len(relevance)`` of them; ties by passage id.

    ``hits`` come best first; ``relevance`` is higher for a better passage, in any unit: it is standardised. ``weight``
    (None: the fitted one) is what a deviation of it is worth in the unit of fused scores. A hit that was read has a new
    ``score``: its own, and what it is more relevant than the least relevant of them. So those that were not read stay
    below, as they are. Raises ValueError when there are more relevances than hits.
    """
    if len(relevance) > len(hits):
        raise ValueError(f"{len(relevance)} relevances for {len(hits)} hits")
    scale = default_weight() if weight is None else weight
    gains = scale * _above_least(relevance)
    read = [replace(hit, score=hit.score + gain) for hit, gain in zip(hits, gains.tolist(), strict=False)]
    return [*sorted(read, key=lambda hit: (-hit.score, hit.passage.id)), *hits[len(relevance) :]]


def _above_least(relevance: Sequence[float]) -> NDArray[np.float64]:
    """Return by how many deviations each is above the least; zeros where they do not differ, or one is no number."""
    values = np.array(relevance, np.float64)
    if not len(values) or not np.isfinite(values).all() or values.std() <= _SMALLEST:
        return np.zeros(len(values))
    above: NDArray[np.float64] = (values - values.min()) / values.std()
    return above


@cache
def default_weight() -> float:
    """Return the weight of a reader's relevance that ranked best when it was fitted."""
    return float(json.loads(WEIGHTS.read_text("utf-8"))["weight"])
