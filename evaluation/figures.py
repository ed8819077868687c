"""From the scores of questions to figures with intervals: means, balanced accuracy, AUROC, percentiles of latency."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.scoring import RANKING

FIGURES = (
    *RANKING,
    "right",
    "correct",
    "coverage",
    "exact_match",
    "f1",
    "short_f1",
    "short_em",
    "short_given",
    "short_f1_given",
    "short_em_given",
    "sides",
    "sides_flagged",
    "no_false_flag",
    "no_wrong",
    "verbatim",
    "cited",
    "short_cited",
    "within",
    "relevant_citations",
    "gold_citations",
    "sources_recall",
    "citation_recall",
    "citation_precision",
    "by_model",
    "kept_sentences",
    "shown_sentences",
    "answered",
    "refused",
    "balanced_accuracy",
    "auroc",
)
PERFECT = ("verbatim", "cited", "short_cited", "within")  # a figure below 1 here is a bug, not a worse day
RESAMPLES = 1000
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in [0, 1] over ``n`` questions, with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    n: int


def figures_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Figure]:
    """Return the figures of answered rows (``scores``, ``confidence``, ``answerable``), in the order of ``FIGURES``.

    A figure that no row has a score for is left out; balanced accuracy and AUROC need questions of both sorts.
    """
    figures: dict[str, Figure] = {}
    for name in FIGURES:
        values = np.array([row["scores"][name] for row in rows if name in row["scores"]], float)
        if len(values):
            figures[name] = _figure(np.mean, values)
        elif name == "balanced_accuracy":
            answered, refused = _both(rows, "answered", "refused")
            if len(answered) and len(refused):
                figures[name] = _figure(balanced_accuracy, answered, refused)
        elif name == "auroc":
            answerable, others = confidences(rows)
            if len(answerable) and len(others):
                figures[name] = _figure(auroc, answerable, others)
    return figures


def _both(rows: Sequence[Mapping[str, Any]], one: str, other: str) -> tuple[Values, Values]:
    first, second = (np.array([row["scores"][n] for row in rows if n in row["scores"]], float) for n in (one, other))
    return first, second


def confidences(rows: Sequence[Mapping[str, Any]]) -> tuple[Values, Values]:
    """Return the confidences of answerable and of unanswerable questions, where there are any."""
    known = [row for row in rows if row.get("confidence") is not None]
    first, second = (
        np.array([r["confidence"] for r in known if r["answerable"] is sort], float) for sort in (True, False)
    )
    return first, second


def balanced_accuracy(answered: Values, refused: Values, axis: int = -1) -> Any:
    """Return the mean of the share of answerable questions answered and of unanswerable ones refused."""
    return (answered.mean(axis=axis) + refused.mean(axis=axis)) / 2


def auroc(answerable: Values, others: Values, axis: int = -1) -> Any:
    """Return how often an answerable question has a greater confidence than an unanswerable one (ties count half).

    That is the area under the receiver operating characteristic (Hanley and McNeil 1982).
    """
    from scipy.stats import mannwhitneyu

    tested = mannwhitneyu(answerable, others, axis=axis, method="asymptotic")
    return tested.statistic / (answerable.shape[axis] * others.shape[axis])


def _figure(statistic: Callable[..., Any], *samples: Values) -> Figure:
    value = float(statistic(*samples))
    low, high = interval(statistic, *samples)
    return Figure(value, min(low, value), max(high, value), sum(map(len, samples)))


def interval(statistic: Callable[..., Any], *samples: Values) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval (Efron 1979) of a statistic of independent samples.

    The statistic must take an ``axis``. The same samples always give the same interval.
    """
    if all(np.ptp(sample) == 0 for sample in samples):
        value = float(statistic(*samples))
        return value, value
    from scipy.stats import bootstrap

    samples = tuple(np.repeat(sample, 2) if len(sample) == 1 else sample for sample in samples)  # it asks for two
    result = bootstrap(
        samples, statistic, n_resamples=RESAMPLES, batch=100, method="percentile", rng=np.random.default_rng(0)
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def latencies(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the 50th and 95th percentile of the milliseconds of each stage."""
    stages = dict.fromkeys(stage for row in rows for stage in row["stages_ms"])
    result = {}
    for stage in stages:
        values = [row["stages_ms"][stage] for row in rows if stage in row["stages_ms"]]
        result[stage] = {"p50": float(np.percentile(values, 50)), "p95": float(np.percentile(values, 95))}
    return result
