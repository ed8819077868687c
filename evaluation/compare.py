"""Compare two runs question by question: paired differences, their intervals and significance, what was won and lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures import FIGURES, RESAMPLES, auroc, balanced_accuracy, interval
from evaluation.finished import Run
from retrieval.errors import KiosqueError

_PERMUTATIONS = 9999
SIGNIFICANT = 0.05
Values = NDArray[np.float64]
Statistic = Callable[..., Any]
_Scores = Mapping[str, Mapping[str, float]]  # by question id


@dataclass(frozen=True, slots=True)
class Difference:
    """How much a figure is higher in the second run, over ``n`` questions that both have, with its 95 % interval.

    ``p`` is adjusted for the number of figures compared (false discovery rate).
    """

    figure: str
    first: float
    second: float
    low: float
    high: float
    p: float
    n: int

    @property
    def value(self) -> float:
        return self.second - self.first


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences in the order of ``FIGURES``; ids of the questions that only the second, or only the first, got right.

    ``judged_by`` is the score that says so: ``right``, or ``mrr@10`` where only retrieval was run.
    """

    differences: tuple[Difference, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]
    judged_by: str
    shared: int
    only_first: int
    only_second: int


def scores_of(run: Run, path: Path, system: str) -> dict[str, dict[str, float]]:
    """Return the scores of one system by question id. Raises KiosqueError when the run has no such system."""
    if system not in run.scores:
        raise KiosqueError(f"{path} has no system {system!r}; it has {', '.join(run.scores)}.")
    return run.scores[system]


def compare(first: _Scores, second: _Scores) -> Comparison:
    """Compare the scores of two runs (by question id). Raises KiosqueError when they share no question."""
    shared = [question for question in first if question in second]
    if not shared:
        raise KiosqueError("The two runs share no question; compare runs of one data folder.")
    differences = [
        difference
        for figure in FIGURES
        if (
            difference := _grouped(figure, first, second, shared)
            or _difference(figure, _pairs(figure, first, second, shared))
        )
    ]
    judged_by = "right" if _having("right", first, second, shared) else "mrr@10"
    gains = {q: second[q][judged_by] - first[q][judged_by] for q in _having(judged_by, first, second, shared)}
    return Comparison(
        _adjusted(differences),
        tuple(q for q, gain in gains.items() if gain > 0),
        tuple(q for q, gain in gains.items() if gain < 0),
        judged_by,
        len(shared),
        len(first) - len(shared),
        len(second) - len(shared),
    )


def _having(name: str, first: _Scores, second: _Scores, shared: Sequence[str]) -> list[str]:
    return [question for question in shared if name in first[question] and name in second[question]]


def _pairs(name: str, first: _Scores, second: _Scores, shared: Sequence[str]) -> Values:
    """Return a score of both runs, shape (questions that have it in both, 2)."""
    having = _having(name, first, second, shared)
    return np.array([(first[q][name], second[q][name]) for q in having], float).reshape(-1, 2)


def _difference(figure: str, pairs: Values) -> Difference | None:
    if not len(pairs):
        return None
    before, after = pairs.mean(axis=0)
    gains = pairs[:, 1] - pairs[:, 0]
    return Difference(figure, float(before), float(after), *interval(np.mean, gains), _permuted(gains), len(pairs))


def _grouped(figure: str, first: _Scores, second: _Scores, shared: Sequence[str]) -> Difference | None:
    """Return the difference of a figure of both sorts of question; its p is twice the smaller tail of the bootstrap."""
    if figure == "balanced_accuracy":
        statistic: Statistic = balanced_accuracy
        groups = [_pairs(name, first, second, shared) for name in ("answered", "refused")]
    elif figure == "auroc":
        statistic = auroc
        sorts = ([q for q in shared if name in first[q]] for name in ("answered", "refused"))
        groups = [_pairs("confidence", first, second, sort) for sort in sorts]
    else:
        return None
    if not all(map(len, groups)):
        return None
    random = np.random.default_rng(0)
    drawn = [group[random.integers(len(group), size=(RESAMPLES, len(group)))] for group in groups]
    before, after = (statistic(*(sample[..., run] for sample in drawn)) for run in (0, 1))
    gains = np.asarray(after) - np.asarray(before)
    tail = min(float(np.mean(gains <= 0)), float(np.mean(gains >= 0)))
    values = [float(statistic(*(group[:, run] for group in groups))) for run in (0, 1)]
    low, high = np.percentile(gains, [2.5, 97.5]).tolist()
    return Difference(figure, values[0], values[1], low, high, min(1.0, 2 * tail), sum(map(len, groups)))


def _permuted(gains: Values) -> float:
    """Return the p of a paired randomisation test, which flips the signs of gains (Smucker, Allan, Carterette 2007)."""
    from scipy.stats import permutation_test

    changed = gains[gains != 0]  # a question without a difference has none under either sign
    if len(changed) < 2:  # either sign is as likely
        return 1.0
    tested = permutation_test(
        (changed,),
        np.sum,
        permutation_type="samples",
        n_resamples=_PERMUTATIONS,
        batch=100,
        rng=np.random.default_rng(0),
    )
    return float(tested.pvalue)


def _adjusted(differences: list[Difference]) -> tuple[Difference, ...]:
    from scipy.stats import false_discovery_control

    if not differences:
        return ()
    adjusted = false_discovery_control([difference.p for difference in differences])
    return tuple(replace(d, p=float(p)) for d, p in zip(differences, adjusted, strict=True))
