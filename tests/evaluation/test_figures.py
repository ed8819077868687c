"""Figures of many questions: means, intervals, balanced accuracy, AUROC, latencies."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.types import Fate, Mode, ShortAnswer, Verdict
from evaluation.figures import (
    FIGURES,
    Figure,
    auroc,
    balanced_accuracy,
    confidences,
    figures_of,
    interval,
    latencies,
)
from evaluation.generated import sentence_scores, support_scores
from evaluation.scoring import RANKING
from tests.evaluation.made_answers import BOTH, GOLD, REFUSAL, ByWords, question, score
from tests.evaluation.test_scoring_ranking import ranked

Row = dict[str, Any]
SHARES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=12)


def row(answerable: bool = True, confidence: float | None = None, **scores: float) -> Row:
    return {"scores": scores, "confidence": confidence, "answerable": answerable}


def known(values: list[float]) -> np.ndarray[Any, Any]:
    return np.array(values, float)


def test_a_mean_is_of_the_questions_that_have_the_score() -> None:
    rows = [row(correct=1.0, f1=0.5), row(correct=0.0), row(correct=1.0), row(correct=1.0), row(False, refused=1.0)]
    figures = figures_of(rows)
    assert (figures["correct"].value, figures["correct"].n) == (0.75, 4)
    assert figures["f1"] == Figure(0.5, 0.5, 0.5, 1)
    assert figures["refused"] == Figure(1.0, 1.0, 1.0, 1)
    assert figures.keys() == {"correct", "f1", "refused"}


def test_the_order_is_that_of_the_list_whatever_the_rows() -> None:
    names = [name for name in FIGURES if name not in ("balanced_accuracy", "auroc")]
    backwards = [row(True, 0.5, **dict.fromkeys(reversed(names), 1.0)), row(False, 0.4, refused=1.0)]
    assert list(figures_of(backwards)) == list(FIGURES)
    assert FIGURES[:5] == RANKING
    assert len(set(FIGURES)) == len(FIGURES)


def test_every_score_is_a_figure_and_every_figure_is_there() -> None:
    asked = question(answers=["33"], all_of=[["33"]], wrong=["x"])
    scored = [
        ranked("right"),
        score(asked, replace(BOTH, short=(ShortAnswer("33 morts", (1,)),)), GOLD),
        score(question(sides=[["33"], ["47"]]), BOTH, GOLD),
        score(question(among=["bilan"]), BOTH, GOLD),
        score(question(answerable=False), REFUSAL),
        sentence_scores(replace(BOTH, verdicts=(Verdict("33 morts", Fate.KEPT),))),
        support_scores(replace(BOTH, mode=Mode.GENERATIVE), ByWords()),
    ]
    names = set().union(*scored)
    assert names | {"balanced_accuracy", "auroc"} == set(FIGURES)


def test_no_rows_make_no_figures() -> None:
    assert figures_of([]) == {}
    assert figures_of([row()]) == {}
    assert latencies([]) == {}


@given(SHARES)
def test_an_interval_holds_the_mean_lies_among_the_values_and_is_reproducible(values: list[float]) -> None:
    rows = [row(correct=value) for value in values]
    figure = figures_of(rows)["correct"]
    assert figure.value == pytest.approx(sum(values) / len(values))
    assert min(values) <= figure.low <= figure.value <= figure.high <= max(values)
    assert figures_of(rows)["correct"] == figure
    assert (figure.low == figure.high) == (len(set(values)) == 1)


def test_an_interval_has_the_width_that_theory_gives() -> None:
    """Of 400 questions, 100 right: 1.96 sqrt(.25 * .75 / 400) = .0424 on each side."""
    low, high = interval(np.mean, known([1.0] * 100 + [0.0] * 300))
    assert low == pytest.approx(0.25 - 0.0424, abs=0.006)
    assert high == pytest.approx(0.25 + 0.0424, abs=0.006)
    wide = interval(np.mean, known([1.0] * 10 + [0.0] * 30))
    assert wide[1] - wide[0] > 2.5 * (high - low)


def test_an_interval_of_two_samples_has_the_width_that_theory_gives() -> None:
    """Two shares of one half of 100: 1.96 sqrt((.25 / 100 + .25 / 100) / 4) = .0693 on each side."""
    half = known([1.0, 0.0] * 50)
    low, high = interval(balanced_accuracy, half, half)
    assert low == pytest.approx(0.5 - 0.0693, abs=0.01)
    assert high == pytest.approx(0.5 + 0.0693, abs=0.01)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_equal_values_have_an_interval_without_width(value: float) -> None:
    figure = figures_of([row(f1=value)] * 7)["f1"]
    assert figure.value == pytest.approx(value)
    assert figure == Figure(figure.value, figure.value, figure.value, 7)


def test_balanced_accuracy_by_hand() -> None:
    rows = [row(answered=value) for value in (1.0, 1.0, 1.0, 0.0)] + [row(False, refused=v) for v in (1.0, 0.0)]
    figures = figures_of(rows)
    assert (figures["answered"].value, figures["refused"].value) == (0.75, 0.5)
    balanced = figures["balanced_accuracy"]
    assert (balanced.value, balanced.n) == (0.625, 6)
    assert balanced.low <= 0.625 <= balanced.high
    assert "auroc" not in figures


@pytest.mark.parametrize(
    ("answerable", "others", "value"),
    [
        ([0.9, 0.8], [0.1, 0.2, 0.3], 1),
        ([0.1], [0.9], 0),
        ([0.5, 0.5], [0.5], 1 / 2),
        ([0.9, 0.4], [0.5, 0.1], 3 / 4),
        ([0.9, 0.5], [0.5, 0.1], 7 / 8),  # three pairs, and a tie
        ([0.3, 0.3, 0.7], [0.3, 0.2], 5 / 6),  # four pairs and two ties, of six
    ],
)
def test_auroc_by_hand(answerable: list[float], others: list[float], value: float) -> None:
    rows = [row(True, c) for c in answerable] + [row(False, c) for c in others]
    figure = figures_of(rows)["auroc"]
    assert figure.value == pytest.approx(value)
    assert figure.n == len(rows)
    assert 0 <= figure.low <= figure.value <= figure.high <= 1


CONFIDENCES = st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=20)


@given(CONFIDENCES, CONFIDENCES)
def test_auroc_against_every_pair_and_scikit_learn(answerable: list[float], others: list[float]) -> None:
    from sklearn.metrics import roc_auc_score

    value = auroc(known(answerable), known(others))
    pairs = [(one > other) + (one == other) / 2 for one, other in product(answerable, others)]
    assert value == pytest.approx(sum(pairs) / len(pairs))
    labels = [1] * len(answerable) + [0] * len(others)
    assert value == pytest.approx(roc_auc_score(labels, answerable + others))


@given(SHARES, SHARES)
def test_two_samples_of_any_size_have_an_interval(first: list[float], second: list[float]) -> None:
    """Also where one of them holds one question, or the same value only."""
    rows = [row(True, c, answered=float(c > 0.3)) for c in first]
    rows += [row(False, c, refused=float(c < 0.3)) for c in second]
    figures = figures_of(rows)
    for name in ("balanced_accuracy", "auroc"):
        figure = figures[name]
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
        assert figure.n == len(rows)
    assert figures_of(rows) == figures


@pytest.mark.filterwarnings("error")
def test_nothing_is_warned_of() -> None:
    rows = [row(True, 0.5, answered=1.0), row(True, 0.5, answered=0.0), row(False, 0.5, refused=1.0)]
    assert figures_of(rows)["auroc"] == Figure(0.5, 0.5, 0.5, 3)
    assert figures_of(rows)["balanced_accuracy"] == Figure(0.75, 0.5, 1.0, 3)


@pytest.mark.parametrize("answerable", [True, False])
def test_one_sort_of_question_has_neither(answerable: bool) -> None:
    name = "answered" if answerable else "refused"
    figures = figures_of([row(answerable, 0.4, **{name: 1.0}), row(answerable, 0.6, **{name: 0.0})])
    assert figures.keys() == {name}


def test_confidences_are_of_the_questions_that_have_one() -> None:
    rows = [row(True, 0.9), row(False, 0.0), row(True), row(False, 0.2), {"scores": {}, "answerable": True}]
    answerable, others = confidences(rows)
    assert (answerable.tolist(), others.tolist()) == ([0.9], [0.0, 0.2])


def test_latencies() -> None:
    rows = [{"stages_ms": {"search": float(n), "total": 10.0 * n}} for n in range(1, 102)]
    rows += [{"stages_ms": {"read": 7.0}}, {"stages_ms": {}}]
    found = latencies(rows)
    assert found == {
        "search": {"p50": 51.0, "p95": 96.0},
        "total": {"p50": 510.0, "p95": 960.0},
        "read": {"p50": 7.0, "p95": 7.0},
    }
    assert list(found) == ["search", "total", "read"]


def test_percentiles_lie_between_two_values() -> None:
    rows = [{"stages_ms": {"total": value}} for value in (40.0, 10.0, 20.0, 30.0)]
    assert latencies(rows)["total"] == {"p50": 25.0, "p95": pytest.approx(38.5)}
