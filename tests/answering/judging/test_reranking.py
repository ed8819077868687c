"""The blend of a reader's relevance with the search's score; computed here by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.judging.reading import judged
from answering.judging.reranking import READ, default_weight, order
from retrieval.types import Article, Hit
from tests.fakes import hit_on

ARTICLE = Article("a", "Le pont est ouvert. Le tunnel est fermé.", title="Travaux")


def hits(*scores: float) -> list[Hit]:
    """Return a hit a score, with passages numbered from 1."""
    return [replace(hit_on(ARTICLE, number=number), score=score) for number, score in enumerate(scores, 1)]


def ids(found: Sequence[Hit]) -> list[int]:
    return [hit.passage.id for hit in found]


def test_deviations_of_relevance_above_the_least_are_added() -> None:
    relevance = [2.0, -2.0, 0.0]
    deviation = math.sqrt(8 / 3)
    found = order(hits(3.0, 2.9, 2.5), relevance, weight=0.5)
    assert ids(found) == [1, 3, 2]
    assert [hit.score for hit in found] == pytest.approx([3 + 0.5 * 4 / deviation, 2.5 + 0.5 * 2 / deviation, 2.9])


def test_nothing_but_the_score_changes() -> None:
    before = hits(3.0, 2.0)
    after = order(before, [0.0, 9.0], weight=2.0)
    assert [replace(hit, score=0.0) for hit in after] == [replace(before[1], score=0.0), replace(before[0], score=0.0)]


@pytest.mark.parametrize(
    ("weight", "expected"), [(0.0, [1, 2, 3]), (0.4, [1, 2, 3]), (0.5, [2, 1, 3]), (9.0, [2, 3, 1])]
)
def test_the_weight_decides(weight: float, expected: list[int]) -> None:
    # Deviations above the least: 0, 2.45 and 1.22; the search's lead of the first: 1 and 2.
    assert ids(order(hits(3.0, 2.0, 1.0), [0.0, 2.0, 1.0], weight)) == expected


def test_the_fitted_weight_is_the_default() -> None:
    assert order(hits(3.0, 2.0), [0.0, 1.0]) == order(hits(3.0, 2.0), [0.0, 1.0], default_weight())
    assert ids(order(hits(2.0, 2.0), [0.0, 1.0])) == [2, 1]


@pytest.mark.parametrize("unit", [(1e-3, 0.0), (1.0, -40.0), (500.0, 3.0)])
def test_the_unit_of_relevance_does_not_matter(unit: tuple[float, float]) -> None:
    """Rerankers give probabilities, log odds, or anything."""
    scale, shift = unit
    plain, other = [-1.0, 2.5, 0.0], [scale * value + shift for value in (-1.0, 2.5, 0.0)]
    expected = order(hits(3.0, 2.0, 1.0), plain)
    found = order(hits(3.0, 2.0, 1.0), other)
    assert ids(found) == ids(expected)
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected])


def test_what_was_not_read_stays_below_as_it_is() -> None:
    before = hits(3.0, 2.9, 2.8, 2.7)
    after = order(before, [-9.0, 9.0], weight=5.0)
    assert ids(after) == [2, 1, 3, 4]
    assert after[1:] == [before[0], *before[2:]]  # the least relevant keeps its score, too


@pytest.mark.parametrize("relevance", [[], [4.0, 4.0, 4.0], [1.0], [math.nan, 1.0], [math.inf, 1.0]])
def test_relevance_that_says_nothing_changes_nothing(relevance: list[float]) -> None:
    assert order(hits(3.0, 2.0, 1.0), relevance, weight=9.0) == hits(3.0, 2.0, 1.0)


def test_ties_are_in_order_of_passage() -> None:
    tied = list(reversed(hits(2.0, 2.0, 2.0)))
    assert ids(order(tied, [1.0, 1.0, 1.0])) == [1, 2, 3]


def test_no_hits() -> None:
    assert order([], []) == []


def test_more_relevances_than_hits_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"^2 relevances for 1 hits$"):
        order(hits(1.0), [1.0, 2.0])


@given(
    st.lists(st.tuples(st.floats(-20, 20), st.floats(-30, 30)), max_size=12),
    st.lists(st.floats(-20, 20), max_size=5),
    st.floats(0, 10),
)
def test_every_hit_is_there_once_and_a_higher_score_is_better(
    read: list[tuple[float, float]], unread: list[float], weight: float
) -> None:
    scores = sorted([score for score, _ in read] + unread, reverse=True)
    before = hits(*scores)
    after = order(before, [relevance for _, relevance in read], weight)
    assert sorted(ids(after)) == ids(before)
    assert [hit.score for hit in after] == sorted((hit.score for hit in after), reverse=True)
    assert after[len(read) :] == before[len(read) :]


@dataclass
class CountsWords:
    """A reranker that is no reader: the more of a passage's words are the question's, the better."""

    name: str = "counts-words"
    asked: list[tuple[str, list[str]]] = field(default_factory=list)

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        self.asked.append((question, list(passages)))
        return [float(sum(word in passage.split() for word in question.split())) for passage in passages]


def test_a_reranker_reads_the_first_passages_once() -> None:
    texts = ["Rien ici."] * READ + ["Le pont est ouvert."]
    texts[4] = "Le tunnel est fermé."
    found = [replace(hit_on(Article(f"a{n}", text), number=n), score=-float(n)) for n, text in enumerate(texts)]
    reranker = CountsWords()
    after = judged(reranker, "Le tunnel est-il fermé ?", found)[0]
    assert reranker.asked == [("Le tunnel est-il fermé ?", texts[:READ])]
    assert after == order(found, [0.0] * 4 + [2.0] + [0.0] * (READ - 5))
    assert after[-1] == found[-1]
    gain = default_weight() / 0.3  # one of ten stands out: a deviation of 2 * .3, and 2 above the others
    assert next(hit.score for hit in after if hit.passage.id == 4) == pytest.approx(-4 + gain)


def test_a_reranker_is_not_asked_about_nothing() -> None:
    reranker = CountsWords()
    assert judged(reranker, "Quoi ?", [])[0] == []
    assert reranker.asked == []
