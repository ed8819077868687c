"""The dense index past its threshold: inverted lists that must find what an exact search finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.ranking.dense import DenseIndex
from retrieval.types import Vectors
from tests.retrieval.material import unit

DIMENSION, COUNT, EXACT_UP_TO = 32, 6000, 1000


def clustered(rng: np.random.Generator, count: int, clusters: int = 60) -> Vectors:
    """Return unit vectors around centres, as texts on a few subjects give them."""
    near = unit(rng, clusters, DIMENSION)[rng.integers(0, clusters, count)] + 0.6 * unit(rng, count, DIMENSION)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)


VECTORS = clustered(np.random.default_rng(1), COUNT)
QUERIES = VECTORS[::100] * 0.8 + 0.4 * unit(np.random.default_rng(3), 60, DIMENSION)


def made(folder: Path, vectors: Vectors = VECTORS, exact_up_to: int = EXACT_UP_TO) -> DenseIndex:
    index = DenseIndex(folder, DIMENSION, exact_up_to)
    index.update([], list(enumerate(vectors)), 1)
    return index


def best(query: Vectors, limit: int, allowed: Vectors | None = None) -> list[int]:
    scores = VECTORS @ query
    if allowed is not None:
        scores = np.where(np.isin(np.arange(COUNT), allowed), scores, -2)
    return [int(i) for i in np.argsort(-scores, kind="stable")[:limit]]


def recall(index: DenseIndex, allowed: Vectors | None = None) -> float:
    kept = None if allowed is None else allowed.tolist()
    found = [len(set(index.search(query, 10, kept).ids) & set(best(query, 10, allowed))) for query in QUERIES]
    return sum(found) / (10 * len(QUERIES))


def test_up_to_the_threshold_it_is_exact(tmp_path: Path) -> None:
    index = made(tmp_path, VECTORS[:EXACT_UP_TO])
    assert index.is_exact
    index.update([], [(COUNT, VECTORS[0])], 2)
    assert not index.is_exact
    assert index.size == EXACT_UP_TO + 1


def test_ten_best_are_those_of_an_exact_search(tmp_path: Path) -> None:
    index = made(tmp_path)
    assert not index.is_exact
    assert recall(index) >= 0.98


def test_scores_are_cosines_and_the_spread_is_that_of_all(tmp_path: Path) -> None:
    approximate, exact = made(tmp_path / "a"), made(tmp_path / "b", exact_up_to=COUNT)
    for query in QUERIES[:10]:
        hits, precise = approximate.search(query, 10), exact.search(query, 10)
        np.testing.assert_allclose(hits.scores, [float(VECTORS[i] @ query) for i in hits.ids], atol=1e-3)
        assert hits.scores == sorted(hits.scores, reverse=True)
        assert hits.mean == pytest.approx(precise.mean, abs=1e-6)
        assert hits.deviation == pytest.approx(precise.deviation, abs=1e-6)


@pytest.mark.parametrize("every", [2, 11, 97, 1500])
def test_filtered_search_finds_the_best_of_what_is_allowed(tmp_path: Path, every: int) -> None:
    index, allowed = made(tmp_path), np.arange(0, COUNT, every)
    for query in QUERIES[:20]:
        hits = index.search(query, 10, allowed.tolist())
        assert len(hits.ids) == min(10, len(allowed))
        assert set(hits.ids) <= set(allowed.tolist())
    assert recall(index, allowed) >= 0.98 * min(10, len(allowed)) / 10


def test_removed_passages_are_gone_and_the_rest_is_found(tmp_path: Path) -> None:
    index = made(tmp_path)
    gone = np.arange(0, COUNT, 3)
    index.update(gone.tolist(), [], 2)
    left = np.setdiff1d(np.arange(COUNT), gone)
    assert index.size == len(left)
    assert recall(index, None if len(left) == COUNT else left) >= 0.98
    for query in QUERIES[:5]:
        hits, scores = index.search(query, 10), VECTORS[left].astype(np.float64) @ query
        assert not set(hits.ids) & set(gone.tolist())
        assert hits.mean == pytest.approx(scores.mean(), abs=1e-4)
        assert hits.deviation == pytest.approx(scores.std(), abs=1e-4)
    index.update([], [(9000, VECTORS[0])], 3)
    assert index.search(VECTORS[0], 1).ids == [9000]


def test_it_opens_again_as_it_was(tmp_path: Path) -> None:
    index = made(tmp_path)
    index.save()
    again = DenseIndex(tmp_path, DIMENSION, EXACT_UP_TO)
    assert (again.is_exact, again.size, again.change) == (False, COUNT, 1)
    for query in QUERIES[:10]:
        assert again.search(query, 10) == index.search(query, 10)
    again.update([0, 1], [(7000, VECTORS[0])], 2)
    assert again.size == COUNT - 1
    assert again.search(VECTORS[0], 1).ids == [7000]


def test_making_it_twice_gives_the_same(tmp_path: Path) -> None:
    one, two = made(tmp_path / "1"), made(tmp_path / "2")
    assert [one.search(query, 10) for query in QUERIES[:10]] == [two.search(query, 10) for query in QUERIES[:10]]


def test_an_index_that_has_outgrown_its_lists_says_so(tmp_path: Path) -> None:
    """Made for 300, it has outgrown its lists before there are twice as many; made again, it has not."""
    index = made(tmp_path, VECTORS[:300], exact_up_to=299)
    assert (index.is_exact, index.outgrown) == (False, False)
    index.update([], list(enumerate(VECTORS[300:330], 300)), 2)
    assert not index.outgrown
    index.update([], list(enumerate(VECTORS[330:], 330)), 3)
    assert index.outgrown
    index.reset()
    index.update([], list(enumerate(VECTORS)), 4)
    assert (index.outgrown, index.size) == (False, COUNT)
    assert recall(index) >= 0.98


def test_the_last_passage_can_be_removed(tmp_path: Path) -> None:
    index = made(tmp_path, VECTORS[:1200])
    index.update(list(range(1200)), [], 2)
    assert (index.size, index.search(VECTORS[0], 5).ids) == (0, [])
    index.update([], [(5, VECTORS[5])], 3)
    assert index.search(VECTORS[5], 5).ids == [5]
