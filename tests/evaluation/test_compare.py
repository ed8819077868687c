"""Comparing runs: paired differences, intervals, the randomisation test, questions won and lost."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evaluation.compare import Comparison, compare, scores_of
from evaluation.table import comparison_parts
from retrieval.errors import KiosqueError


def runs(before: list[float], after: list[float], score: str = "right") -> Comparison:
    first, second = ({f"q{i}": {score: value} for i, value in enumerate(values)} for values in (before, after))
    return compare(first, second)


def test_a_difference_is_the_mean_of_the_paired_gains() -> None:
    (difference,) = runs([0, 0, 1, 1], [1, 1, 1, 0]).differences
    assert (difference.figure, difference.n) == ("right", 4)
    assert (difference.first, difference.second, difference.value) == (0.5, 0.75, 0.25)
    assert difference.low <= 0.25 <= difference.high
    # Three gains, +1 +1 -1: of the eight ways to sign them, only +++ gives more and ++- three times as much.
    assert difference.p == pytest.approx(1.0)


def test_the_p_of_ten_gains_is_that_of_all_signs() -> None:
    (difference,) = runs([0] * 12, [1] * 10 + [0] * 2).differences
    assert difference.p == pytest.approx(2 / 2**10)  # +++… and ---… of 1,024 sign patterns


def test_no_difference_has_no_significance() -> None:
    comparison = runs([0, 1, 1], [0, 1, 1])
    (difference,) = comparison.differences
    assert (difference.value, difference.low, difference.high, difference.p) == (0, 0, 0, 1)
    assert (comparison.won, comparison.lost) == ((), ())


def test_what_was_won_and_lost_is_named() -> None:
    comparison = runs([0, 1, 1, 0], [1, 0, 1, 0])
    assert (comparison.won, comparison.lost, comparison.judged_by) == (("q0",), ("q1",), "right")


def test_rankings_are_judged_by_their_reciprocal_rank() -> None:
    comparison = runs([0.5, 1], [1, 0.25], "mrr@10")
    assert (comparison.won, comparison.lost, comparison.judged_by) == (("q0",), ("q1",), "mrr@10")


def test_p_is_adjusted_for_the_number_of_figures() -> None:
    first = {f"q{i}": {"right": 0.0, "refused": 1.0, "correct": 0.0} for i in range(10)}
    second = {f"q{i}": {"right": 1.0, "refused": 1.0, "correct": float(i < 9)} for i in range(10)}
    p = {d.figure: d.p for d in compare(first, second).differences}
    # Benjamini and Hochberg: p of 2/1024 and 2/512 over three tests, times 3/1 and 3/2, then made monotone.
    assert p == pytest.approx({"right": 6 / 1024, "correct": 6 / 1024, "refused": 1.0})


def test_balanced_accuracy_and_auroc_are_compared() -> None:
    def of(confidences: list[float], threshold: float) -> dict[str, dict[str, float]]:
        scores = {}
        for i, confidence in enumerate(confidences):
            sort = "answered" if i % 2 == 0 else "refused"
            told = confidence >= threshold if sort == "answered" else confidence < threshold
            scores[f"q{i}"] = {sort: float(told), "confidence": confidence}
        return scores

    first, second = of([0.9, 0.8, 0.1, 0.2], 0.5), of([0.9, 0.1, 0.8, 0.2], 0.5)
    compared = {d.figure: d for d in compare(first, second).differences}
    assert (compared["balanced_accuracy"].first, compared["balanced_accuracy"].second) == (0.5, 1.0)
    assert (compared["auroc"].first, compared["auroc"].second, compared["auroc"].n) == (0.5, 1.0, 4)
    assert compared["auroc"].low <= 0.5 <= compared["auroc"].high
    same = {d.figure: d for d in compare(first, first).differences}
    assert (same["auroc"].value, same["auroc"].low, same["auroc"].high, same["auroc"].p) == (0, 0, 0, 1)


def test_a_run_of_rankings_alone_is_compared_by_them() -> None:
    full = {"q0": {"right": 1.0, "mrr@10": 0.5}, "q1": {"right": 1.0, "mrr@10": 1.0}}
    comparison = compare(full, {"q0": {"mrr@10": 1.0}, "q1": {"mrr@10": 1.0}})
    assert (comparison.judged_by, comparison.won, comparison.lost) == ("mrr@10", ("q0",), ())


def test_only_questions_of_both_runs_are_compared() -> None:
    comparison = compare({"a": {"right": 1.0}, "b": {"right": 1.0}}, {"b": {"right": 0.0}, "c": {"right": 1.0}})
    assert (comparison.shared, comparison.only_first, comparison.only_second) == (1, 1, 1)
    assert comparison.lost == ("b",)


def test_runs_without_a_common_question_are_refused() -> None:
    with pytest.raises(KiosqueError, match="share no question"):
        compare({"a": {"right": 1.0}}, {"b": {"right": 1.0}})


def test_a_system_that_was_not_run_is_named() -> None:
    run: Any = SimpleNamespace(scores={"kiosque": {}, "bm25": {}})
    with pytest.raises(KiosqueError, match=r"run\.json has no system 'lead'; it has kiosque, bm25"):
        scores_of(run, Path("run.json"), "lead")


def test_the_terminal_shows_twenty_questions_and_counts_the_rest() -> None:
    parts = comparison_parts(runs([0] * 25, [1] * 25), ["a", "b"])
    assert str(parts[-2]).startswith("Won (by right): 25: q0, q1,")
    assert str(parts[-2]).endswith("q19 and 5 more")
    assert str(parts[-1]) == "Lost (by right): 0: none"
