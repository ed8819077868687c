"""The dense index while it is exact: against a brute force in NumPy, through changes, restarts and damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.ranking.dense import DenseIndex
from retrieval.types import Vectors
from tests.retrieval.material import unit

DIMENSION = 24


def numbered(vectors: Vectors, first: int = 1) -> list[tuple[int, Vectors]]:
    return list(enumerate(vectors, first))


def brute(
    held: dict[int, Vectors], query: Vectors, limit: int, allowed: list[int] | None = None
) -> list[tuple[int, float]]:
    rows = [(i, float(vector @ query)) for i, vector in held.items() if allowed is None or i in allowed]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:limit]


def assert_equal(
    index: DenseIndex, held: dict[int, Vectors], query: Vectors, limit: int, allowed: list[int] | None = None
) -> None:
    found, expected = index.search(query, limit, allowed), brute(held, query, limit, allowed)
    assert found.ids == [i for i, _ in expected]
    np.testing.assert_allclose(found.scores, [score for _, score in expected], atol=1e-6)
    if held:
        scores = np.stack(list(held.values())).astype(np.float64) @ query
        assert found.mean == pytest.approx(scores.mean(), abs=1e-6)
        assert found.deviation == pytest.approx(scores.std(), abs=1e-5)
    else:
        assert (found.mean, found.deviation) == (0.0, 0.0)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(2022)


@pytest.fixture
def vectors(rng: np.random.Generator) -> Vectors:
    return unit(rng, 300, DIMENSION)


@pytest.fixture
def index(tmp_path: Path, vectors: Vectors) -> DenseIndex:
    made = DenseIndex(tmp_path / "dense", DIMENSION)
    made.update([], numbered(vectors), 7)
    return made


def test_search_equals_brute_force(index: DenseIndex, vectors: Vectors, rng: np.random.Generator) -> None:
    held = dict(numbered(vectors))
    for query in unit(rng, 20, DIMENSION):
        assert_equal(index, held, query, 10)
    assert (index.size, index.change, index.is_exact, index.outgrown) == (300, 7, True, False)


def test_more_than_there_are_gives_all(index: DenseIndex, vectors: Vectors) -> None:
    assert_equal(index, dict(numbered(vectors)), vectors[0], 1000)
    assert index.search(vectors[0], 0).ids == []


def test_equal_scores_are_in_order_of_id(tmp_path: Path) -> None:
    index = DenseIndex(tmp_path, 2)
    one = np.array([1, 0], np.float32)
    index.update([], [(i, one) for i in (9, 3, 7, 1)], 1)
    hits = index.search(one, 4)
    assert (hits.ids, hits.scores, hits.mean, hits.deviation) == ([1, 3, 7, 9], [1.0] * 4, 1.0, 0.0)


def test_only_allowed_passages_are_found_and_the_spread_is_of_all(
    index: DenseIndex, vectors: Vectors, rng: np.random.Generator
) -> None:
    held, query = dict(numbered(vectors)), unit(rng, 1, DIMENSION)[0]
    for allowed in ([5], [300, 1, 17], list(range(100, 200)), [999], []):
        assert_equal(index, held, query, 10, allowed)


def test_removed_passages_are_gone(index: DenseIndex, vectors: Vectors, rng: np.random.Generator) -> None:
    held, query = dict(numbered(vectors)), unit(rng, 1, DIMENSION)[0]
    gone = [i for i, _ in brute(held, query, 5)]
    index.update(gone, [], 8)
    assert_equal(index, {i: v for i, v in held.items() if i not in gone}, query, 10)
    index.update([i for i in held if i not in gone], [], 9)
    assert_equal(index, {}, query, 10)
    assert (index.size, index.change) == (0, 9)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = DenseIndex(tmp_path / "none", DIMENSION)
    assert (index.size, index.change) == (0, -1)
    hits = index.search(np.ones(DIMENSION, np.float32), 10)
    assert (hits.ids, hits.scores, hits.mean, hits.deviation) == ([], [], 0.0, 0.0)
    assert not (tmp_path / "none").exists()


def test_a_saved_index_opens_as_it_was(
    index: DenseIndex, vectors: Vectors, tmp_path: Path, rng: np.random.Generator
) -> None:
    index.save()
    again = DenseIndex(tmp_path / "dense", DIMENSION)
    assert (again.change, again.size) == (7, 300)
    for query in unit(rng, 5, DIMENSION):
        assert again.search(query, 10) == index.search(query, 10)
    again.update([1, 2], numbered(vectors[:2], 400), 8)
    assert_equal(again, {**dict(numbered(vectors[2:], 3)), **dict(numbered(vectors[:2], 400))}, vectors[0], 10)


def test_saving_leaves_one_state(index: DenseIndex, tmp_path: Path) -> None:
    folder = tmp_path / "dense"
    index.save()
    (folder / ".writing-killed").mkdir()
    (folder / "change-junk").mkdir()
    index.update([1], [], 12)
    index.save()
    index.save()
    assert sorted(path.name for path in folder.iterdir()) == ["change-12", "change-junk"]


def damaged_copies(path: Path) -> list[bytes | None]:
    data = path.read_bytes()
    return [None, b"", data[:1], data[:40], data[: len(data) // 2], data[:-1], b"\x00" * len(data), b"X" + data[1:]]


@pytest.mark.parametrize("name", ["vectors.faiss", "moments.f8"])
def test_a_damaged_state_is_passed_over_and_written_anew(
    index: DenseIndex, vectors: Vectors, tmp_path: Path, name: str
) -> None:
    index.save()
    folder = tmp_path / "dense"
    path = folder / "change-7" / name
    for content in damaged_copies(path):
        if name == "moments.f8" and content and len(content) == path.stat().st_size:
            continue  # other numbers in a file of the right length cannot be told
        path.unlink() if content is None else path.write_bytes(content)
        opened = DenseIndex(folder, DIMENSION)
        assert (opened.change, opened.size) == (-1, 0), content and content[:8]
        opened.update([], numbered(vectors), 7)
        opened.save()
        assert_equal(DenseIndex(folder, DIMENSION), dict(numbered(vectors)), vectors[0], 5)


def test_an_older_whole_state_is_used_when_the_newest_is_damaged(index: DenseIndex, tmp_path: Path) -> None:
    index.save()
    newer = tmp_path / "dense" / "change-10"
    newer.mkdir()
    (newer / "vectors.faiss").write_bytes(b"half")
    assert DenseIndex(tmp_path / "dense", DIMENSION).change == 7


def test_a_state_of_another_dimension_is_passed_over(index: DenseIndex, tmp_path: Path) -> None:
    index.save()
    assert DenseIndex(tmp_path / "dense", DIMENSION + 8).change == -1


def test_reset_forgets_everything(index: DenseIndex, vectors: Vectors) -> None:
    index.reset()
    assert (index.size, index.change) == (0, -1)
    assert_equal(index, {}, vectors[0], 3)


POOL = unit(np.random.default_rng(5), 60, 6)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["add", "remove", "save"]), st.integers(0, 59)), max_size=40), st.integers(0, 59)
)
def test_any_sequence_of_changes_equals_brute_force(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], asked: int
) -> None:
    folder = tmp_path_factory.mktemp("sequence")
    index, held = DenseIndex(folder, 6), dict[int, Vectors]()
    for change, (step, number) in enumerate(steps):
        if step == "save":
            index.update([], [], change)
            index.save()
            index = DenseIndex(folder, 6)
        elif step == "add":
            count = number % 4
            index.update([], [(change * 10 + n, POOL[(number + n) % 60]) for n in range(count)], change)
            held.update({change * 10 + n: POOL[(number + n) % 60] for n in range(count)})
        else:
            gone = sorted(held)[number % 7 :: 3]
            index.update(gone, [], change)
            for i in gone:
                del held[i]
    assert index.size == len(held)
    assert_scores(index, held, POOL[asked])


def assert_scores(index: DenseIndex, held: dict[int, Vectors], query: Vectors) -> None:
    """As ``assert_equal``, where vectors that repeat make ties which rounding may turn over."""
    found, expected = index.search(query, 8), brute(held, query, 8)
    np.testing.assert_allclose(found.scores, [score for _, score in expected], atol=1e-6)
    np.testing.assert_allclose([float(held[i] @ query) for i in found.ids], found.scores, atol=1e-6)
    assert len(set(found.ids)) == len(found.ids)
    assert sorted(index.search(query, 100).ids) == sorted(held)
    if held:
        scores = np.stack(list(held.values())).astype(np.float64) @ query
        assert found.mean == pytest.approx(scores.mean(), abs=1e-6)
        assert found.deviation == pytest.approx(scores.std(), abs=2e-3 if scores.std() < 1e-2 else 1e-5)
