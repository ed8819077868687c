"""The scores of one ranking, each against a value worked out by hand."""

from __future__ import annotations

from math import log2
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.gold import Gold
from evaluation.scoring import RANKING, ranking_scores
from evaluation.systems import Found
from tests.evaluation.made_answers import question

near = pytest.approx


def ranking(*articles: str, start: int = 0, end: int = 10) -> list[Found]:
    return [Found(article, start, end, 1.0 - place / 1000) for place, article in enumerate(articles)]


def ranked(*articles: str, unit: dict[str, int] | None = None, **fields: Any) -> dict[str, float]:
    return ranking_scores(question(**fields), Gold({"right": 0} if unit is None else unit), ranking(*articles))


def others(count: int) -> list[str]:
    return [f"other {n}" for n in range(count)]


@pytest.mark.parametrize(
    ("rank", "recalls", "mrr", "ndcg"),
    [
        (1, (1, 1, 1), 1, 1),
        (2, (0, 1, 1), 1 / 2, 1 / log2(3)),
        (3, (0, 1, 1), 1 / 3, 1 / 2),
        (5, (0, 1, 1), 1 / 5, 1 / log2(6)),
        (6, (0, 0, 1), 1 / 6, 1 / log2(7)),
        (10, (0, 0, 1), 1 / 10, 1 / log2(11)),
        (11, (0, 0, 1), 0, 0),
        (20, (0, 0, 1), 0, 0),
        (21, (0, 0, 0), 0, 0),
    ],
)
def test_one_right_article(rank: int, recalls: tuple[int, ...], mrr: float, ndcg: float) -> None:
    scores = ranked(*others(rank - 1), "right", *(f"after {n}" for n in range(30)))
    assert scores == dict(zip(RANKING, (*recalls, near(mrr), near(ndcg)), strict=True))


@pytest.mark.parametrize("articles", [others(30), others(1), []])
def test_no_right_article(articles: list[str]) -> None:
    assert ranked(*articles) == dict.fromkeys(RANKING, 0.0)


def test_two_right_articles() -> None:
    unit = {"one": 0, "two": 1}
    best = 1 + 1 / log2(3)
    third = ranked("one", "x", "two", "y", unit=unit)
    assert third == {"recall@1": 1, "recall@5": 1, "recall@20": 1, "mrr@10": 1, "ndcg@10": near((1 + 1 / 2) / best)}
    assert third["ndcg@10"] == near(0.9197207891481876)
    assert ranked("x", "two", unit=unit)["ndcg@10"] == near((1 / log2(3)) / best)
    assert ranked("two", "one", unit=unit)["ndcg@10"] == 1


def test_the_order_counts_and_not_the_scores() -> None:
    found = [Found("x", 0, 9, 0.0), Found("right", 0, 9, 5.0), Found("y", 0, 9, 5.0)]
    assert ranking_scores(question(), Gold({"right": 0}), found)["mrr@10"] == 1 / 2


def test_an_article_stands_at_its_best_passage_and_counts_once() -> None:
    assert ranked("x", "x", "y", "x", "right", "right")["mrr@10"] == near(1 / 3)
    assert ranked("right", "right", "x", "right")["ndcg@10"] == 1
    assert ranked(*["x"] * 40, "right")["recall@5"] == 1


def test_copies_count_as_the_article_and_once() -> None:
    unit = {"right": 0, "copy": 0, "two": 1}
    assert ranked("x", "copy", unit={"right": 0, "copy": 0})["mrr@10"] == 1 / 2
    best = 1 + 1 / log2(3)
    # The copy after its article takes no place: "two" is third of "right", "x", "two".
    assert ranked("right", "copy", "x", "two", unit=unit)["ndcg@10"] == near((1 + 1 / 2) / best)
    assert ranked("copy", "right", unit=unit)["ndcg@10"] == near(1 / best)


def test_a_passage_beside_the_gold_span_is_not_right() -> None:
    gold = Gold({"right": 0, "copy": 0}, {"right": ((100, 120),)})
    beside, touching = Found("right", 0, 100, 3.0), Found("right", 90, 101, 2.0)
    assert ranking_scores(question(), gold, [beside]) == dict.fromkeys(RANKING, 0.0)
    assert ranking_scores(question(), gold, [beside, touching])["mrr@10"] == 1 / 2
    assert ranking_scores(question(), gold, [touching, beside])["mrr@10"] == 1
    # Where spans are known it is passages that are ranked: two beside it are two.
    assert ranking_scores(question(), gold, [beside, Found("right", 60, 90, 2.5), touching])["mrr@10"] == near(1 / 3)
    # A copy has no span, and is right as a whole.
    assert ranking_scores(question(), gold, [Found("copy", 0, 5, 1.0)])["mrr@10"] == 1


def test_names_of_articles_cannot_be_taken_for_units() -> None:
    assert ranked("0", "article right", "right", unit={"right": 0})["mrr@10"] == near(1 / 3)
    assert ranked("é «0»\n", "right", unit={"é «0»\n": 0})["mrr@10"] == 1


def test_a_question_without_a_ranking_to_judge() -> None:
    assert ranked("right", unit={}) == {}
    assert ranked("right", among=["right"]) == {}
    assert ranking_scores(question(answerable=False), Gold(), ranking("x")) == {}


@given(
    st.lists(st.sampled_from(["r", "copy", "s", *others(12)]), max_size=40),
    st.sampled_from([{"r": 0}, {"r": 0, "copy": 0}, {"r": 0, "copy": 0, "s": 1}]),
)
def test_ranking_scores_against_their_definitions(articles: list[str], unit: dict[str, int]) -> None:
    order = list(dict.fromkeys(unit.get(article, article) for article in articles))
    ranks = [rank for rank, name in enumerate(order, 1) if name in set(unit.values())]
    best = sum(1 / log2(1 + rank) for rank in range(1, 1 + len(set(unit.values()))))
    assert ranked(*articles, unit=unit) == {
        **{f"recall@{k}": float(any(rank <= k for rank in ranks)) for k in (1, 5, 20)},
        "mrr@10": near(1 / min(ranks) if ranks and min(ranks) <= 10 else 0),
        "ndcg@10": near(sum(1 / log2(1 + rank) for rank in ranks if rank <= 10) / best),
    }
