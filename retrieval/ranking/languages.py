"""What languages do to scores, so that passages in the language of a query and in others can be compared.

An encoder finds texts of one language more alike than texts of two: the cosines of a query are higher to all passages of
its own language. So a cosine is taken above the mean of the passages in that language, or above that of all others.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.ranking.fusion import Spread
from retrieval.types import Vectors

_SAMPLED = 100  # articles, evenly among those of a language: the mean over their passages is off by .05 deviations
_PRIOR = 20.0  # passages of the archive's mean that a language's own are mixed with: a few tell little


@dataclass(frozen=True, slots=True)
class Group:
    """The passages in one language: the mean of their vectors, shape (dimension,), and about how many there are."""

    mean: Vectors
    passages: float


def is_foreign(asked: str, language: str) -> bool:
    """Whether a text is in another language than was asked in; no language ("") is not known to be another."""
    return bool(asked) and bool(language) and language != asked


def group(db: sqlite3.Connection, language: str, dimension: int) -> Group | None:
    """Return the passages of the articles in a language, None where there are none."""
    numbers = [row[0] for row in db.execute("SELECT n FROM articles WHERE language = ? ORDER BY n", (language,))]
    sample = numbers[:: math.ceil(len(numbers) / _SAMPLED) or 1]
    rows = db.execute(
        "SELECT v.vector FROM passages p JOIN vectors v ON v.passage = p.id"
        " WHERE p.article IN (SELECT value FROM json_each(?)) ORDER BY p.id",
        (json.dumps(sample),),
    ).fetchall()
    if not rows:
        return None
    vectors = np.frombuffer(b"".join(row[0] for row in rows), np.float16).reshape(-1, dimension)
    return Group(vectors.mean(axis=0, dtype=np.float32), len(rows) * len(numbers) / len(sample))


def languages_of(db: sqlite3.Connection, passages: Sequence[int]) -> dict[int, str]:
    """Return the languages of the articles of those passages that are (still) stored, by id."""
    rows = db.execute(
        "SELECT p.id, a.language FROM passages p JOIN articles a ON a.n = p.article"
        " WHERE p.id IN (SELECT value FROM json_each(?))",
        (json.dumps(passages),),
    )
    return dict(rows.fetchall())


def spreads(own: Group | None, query: Vectors, spread: Spread, passages: int) -> tuple[Spread, Spread]:
    """Return the spread of the cosine to a query over the passages in its language, and that over all others.

    ``own`` are those in its language (None: none, or it is not known), of ``passages`` in all; ``spread`` is that over all.
    Both deviations are the one that is left when the two means are taken off.
    """
    mean, deviation = spread
    if own is None or own.passages >= passages:
        return spread, spread
    ours = (own.passages * float(query @ own.mean) + _PRIOR * mean) / (own.passages + _PRIOR)
    share = own.passages / passages
    others = (mean - share * ours) / (1 - share)
    between = share * (ours - mean) ** 2 + (1 - share) * (others - mean) ** 2
    within = math.sqrt(max(deviation**2 - between, 0.0))
    return (ours, within), (others, within)
