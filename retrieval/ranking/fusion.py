"""Fusing dense and lexical scores: a weighted sum of both, each standardised over all passages of the archive.

The weights come from PIAF and OrangeSum (docs/measurements.md): better than reciprocal rank fusion on both, because ranks
forget by how much a passage leads. Where query and passage are in different languages, words say little: that BM25 finds
none is no sign against a passage, but names and figures are the same in both (XQuAD, same page).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEXICAL_WEIGHT = 0.3  # of BM25, for a passage in the language of the query
FOREIGN_WEIGHT = 0.05  # for one in another language
Spread = tuple[float, float]  # mean and deviation
_SMALLEST = 1e-6  # a deviation below this says nothing: every passage has the same score


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages that either index proposed, each with both scores: cosine and BM25.

    ``foreign`` are the ids of those in another language than the query.
    """

    ids: Sequence[int]
    dense: Sequence[float]
    lexical: Sequence[float]
    foreign: frozenset[int] = frozenset()


def fuse(
    candidates: Candidates,
    dense_spread: Spread,
    lexical_spread: Spread,
    lexical_weight: float = LEXICAL_WEIGHT,
    foreign_spread: Spread | None = None,
) -> list[tuple[int, float, float, float]]:
    """Return (id, fused score, dense, lexical), best first, ties by id.

    A spread is (mean, deviation) of a score over all passages. A score without spread (an empty query, one passage)
    adds nothing. ``lexical_weight`` and ``dense_spread`` are for passages in the language of the query; foreign ones have
    ``FOREIGN_WEIGHT`` and, where it is given, ``foreign_spread``.
    """
    own, foreign = (lexical_weight, dense_spread), (FOREIGN_WEIGHT, foreign_spread or dense_spread)
    ranked = []
    for i, dense, lexical in zip(candidates.ids, candidates.dense, candidates.lexical, strict=True):
        weight, spread = foreign if i in candidates.foreign else own
        ranked.append((i, (1 - weight) * _z(dense, spread) + weight * _z(lexical, lexical_spread), dense, lexical))
    return sorted(ranked, key=lambda row: (-row[1], row[0]))


def _z(score: float, spread: Spread) -> float:
    mean, deviation = spread
    return (score - mean) / deviation if deviation > _SMALLEST else 0.0
