"""The fused score: standardised, weighted, summed; computed here by hand."""

from __future__ import annotations

import pytest

from retrieval.ranking.fusion import FOREIGN_WEIGHT, LEXICAL_WEIGHT, Candidates, fuse


def test_a_weighted_sum_of_standardised_scores() -> None:
    candidates = Candidates([1, 2, 3], [0.9, 0.8, 0.7], [2.0, 10.0, 0.0])
    # z dense: 2, 1, 0; z lexical: .25, 2.25, -.25.
    ranked = fuse(candidates, (0.7, 0.1), (1.0, 4.0), lexical_weight=0.3)
    assert [row[0] for row in ranked] == [1, 2, 3]
    assert [row[1] for row in ranked] == pytest.approx([0.7 * 2 + 0.3 * 0.25, 0.7 + 0.3 * 2.25, -0.3 * 0.25])
    assert [row[2:] for row in ranked] == [(0.9, 2.0), (0.8, 10.0), (0.7, 0.0)]


@pytest.mark.parametrize(("weight", "first"), [(0.0, [1, 2, 3]), (1.0, [2, 1, 3]), (0.5, [2, 1, 3])])
def test_the_weight_decides(weight: float, first: list[int]) -> None:
    candidates = Candidates([1, 2, 3], [0.9, 0.8, 0.7], [2.0, 10.0, 0.0])
    assert [row[0] for row in fuse(candidates, (0.7, 0.1), (1.0, 4.0), weight)] == first


def test_the_measured_weight_is_the_default() -> None:
    candidates = Candidates([1], [1.0], [1.0])
    assert fuse(candidates, (0.0, 1.0), (0.0, 0.5))[0][1] == pytest.approx(1 - LEXICAL_WEIGHT + 2 * LEXICAL_WEIGHT)


def test_a_foreign_passage_is_hardly_judged_by_its_words() -> None:
    """The first has no word of the query: that counts against it where it is in the query's language."""
    scores = Candidates([1, 2], [0.9, 0.8], [0.0, 10.0])  # z dense: 2, 1; z lexical: -.25, 2.25
    assert [row[0] for row in fuse(scores, (0.7, 0.1), (1.0, 4.0))] == [2, 1]
    ranked = fuse(Candidates([1, 2], [0.9, 0.8], [0.0, 10.0], frozenset({1, 2})), (0.7, 0.1), (1.0, 4.0))
    expected = [(1 - FOREIGN_WEIGHT) * 2 - FOREIGN_WEIGHT * 0.25, (1 - FOREIGN_WEIGHT) + FOREIGN_WEIGHT * 2.25]
    assert [(row[0], row[1]) for row in ranked] == [(1, pytest.approx(expected[0])), (2, pytest.approx(expected[1]))]


def test_foreign_passages_have_a_spread_of_their_own() -> None:
    candidates = Candidates([1, 2], [0.8, 0.75], [0.0, 0.0], frozenset({2}))
    ranked = fuse(candidates, (0.7, 0.05), (0.0, 0.0), foreign_spread=(0.6, 0.06))
    expected = [(1 - FOREIGN_WEIGHT) * 0.15 / 0.06, (1 - LEXICAL_WEIGHT) * 0.1 / 0.05]
    assert [(row[0], row[1]) for row in ranked] == [(2, pytest.approx(expected[0])), (1, pytest.approx(expected[1]))]


def test_ties_are_in_order_of_id() -> None:
    assert [row[0] for row in fuse(Candidates([5, 2, 9], [0.5] * 3, [1.0] * 3), (0.1, 0.2), (0.3, 0.4))] == [2, 5, 9]


@pytest.mark.parametrize("deviation", [0.0, 1e-7])
def test_a_score_without_spread_adds_nothing(deviation: float) -> None:
    candidates = Candidates([1, 2], [0.2, 0.4], [8.0, 3.0])
    ranked = fuse(candidates, (0.3, 0.1), (3.0, deviation), lexical_weight=0.3)
    assert [(row[0], pytest.approx(row[1])) for row in ranked] == [(2, 0.7), (1, -0.7)]
    assert [row[0] for row in fuse(candidates, (0.3, deviation), (3.0, 1.0))] == [1, 2]
    assert [row[1] for row in fuse(candidates, (0.3, deviation), (3.0, deviation))] == [0.0, 0.0]


def test_no_candidates() -> None:
    assert fuse(Candidates([], [], []), (0.0, 0.0), (0.0, 0.0)) == []


def test_scores_must_be_as_many_as_ids() -> None:
    with pytest.raises(ValueError, match="zip"):
        fuse(Candidates([1, 2], [0.1], [0.1]), (0.0, 1.0), (0.0, 1.0))
