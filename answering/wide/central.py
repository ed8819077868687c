"""A summary: the sentences that say most of what the others say, and little of what was said already."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from answering.wide.sentences import Quotable

LINES = 7
_LAMBDA = 0.65  # of maximal marginal relevance: how much relevance counts against repetition
_CENTRAL = 0.4  # of relevance: the share of centrality, beside likeness to the topic


def central(sentences: Sequence[Quotable], count: int = LINES) -> list[Quotable]:
    """Return the ``count`` most central sentences, best first, by maximal marginal relevance over their vectors.

    Carbonell and Goldstein, "The use of MMR, diversity-based reranking" (1998). Relevance is likeness to the topic and to
    the centroid of all sentences (Radev and others, "Centroid-based summarization", 2004). Likeness is counted from the
    mean of all pairs, since e5's cosines leave little room between unrelated and equal.
    """
    if not sentences:
        return []
    vectors = np.stack([one.evidence.vector for one in sentences])
    alike = vectors @ vectors.T
    zero = float(alike[~np.eye(len(alike), dtype=bool)].mean()) if len(alike) > 1 else 0.0
    alike = np.clip((alike - zero) / max(1 - zero, 1e-6), 0, 1)
    centrality, topical = vectors @ vectors.mean(axis=0), np.array([one.best for one in sentences])
    relevance = _CENTRAL * _unit(centrality) + (1 - _CENTRAL) * _unit(topical)
    chosen: list[int] = []
    while len(chosen) < min(count, len(sentences)):
        said = alike[:, chosen].max(axis=1) if chosen else np.zeros(len(sentences))
        score = _LAMBDA * relevance - (1 - _LAMBDA) * said
        score[chosen] = -np.inf
        chosen.append(int(score.argmax()))
    return [sentences[at] for at in chosen]


def _unit(values: np.ndarray[tuple[int], np.dtype[np.floating]]) -> np.ndarray[tuple[int], np.dtype[np.floating]]:
    """Return values as shares of their range."""
    spread = float(values.max() - values.min())
    return (values - values.min()) / spread if spread else np.ones(len(values))
