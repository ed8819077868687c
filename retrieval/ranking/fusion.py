"""Fusing dense and lexical scores: a weighted sum of both, each standardised over all passages of the archive.

The weights come from PIAF and OrangeSum (docs/measurements.md): better than reciprocal rank fusion on both, because ranks
forget by how much a passage leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEXICAL_WEIGHT = 0.3
_SMALLEST = 1e-6  # a deviation below this says nothing: every passage has the same score


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages that either index proposed, each with both scores: cosine and BM25."""

    ids: Sequence[int]
    dense: Sequence[float]
    lexical: Sequence[float]


def fuse(
    candidates: Candidates,
    dense_spread: tuple[float, float],
    lexical_spread: tuple[float, float],
    lexical_weight: float = LEXICAL_WEIGHT,
) -> list[tuple[int, float, float, float]]:
    """Return (id, fused score, dense, lexical), best first, ties by id.

    A spread is (mean, deviation) of a score over all passages. A score without spread (an empty query, one passage)
    adds nothing.
    """
    ranked = [
        (
            i,
            (1 - lexical_weight) * _z(dense, dense_spread) + lexical_weight * _z(lexical, lexical_spread),
            dense,
            lexical,
        )
        for i, dense, lexical in zip(candidates.ids, candidates.dense, candidates.lexical, strict=True)
    ]
    return sorted(ranked, key=lambda row: (-row[1], row[0]))


def _z(score: float, spread: tuple[float, float]) -> float:
    mean, deviation = spread
    return (score - mean) / deviation if deviation > _SMALLEST else 0.0
