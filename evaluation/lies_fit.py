"""Fit how likeness, common words and the reader together tell what a claim is about: ``python -m evaluation.lies_fit``.

It learns from the half "open" of ``lies.tsv``: true sentences with the passage that proves them, against lies that cite a
passage about something else ("marker" and "other"). Nothing is drawn: the same set and reader give the same weights.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answering.checking.proof import Prover
from answering.checking.support import WEIGHTS, Signs
from answering.settings import load_settings
from answering.wiring import open_embedder
from evaluation.lies import TRUE, Remembering, cited, passages_of, read_lines, seed_articles
from retrieval.judging.bundled_reader import BundledReader

LEARNED_FROM = "open"
_ELSEWHERE = ("marker", "other")
_RIDGE = 1.0  # of the weights' squares, the intercept's apart


def fit(signs: Sequence[Signs], true: Sequence[bool], steps: int = 50) -> list[float]:
    """Return the weights of a logistic regression, both classes weighing the same, by Newton's method."""
    x: NDArray[np.float64] = np.array([one.values() for one in signs])
    y = np.array(true, dtype=np.float64)
    share = np.where(y == 1, 0.5 / max(y.sum(), 1), 0.5 / max((1 - y).sum(), 1)) * len(y)
    ridge = np.diag([1e-6, *[_RIDGE] * (x.shape[1] - 1)])
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        said = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (share * (said - y)) + ridge @ weights
        bend = (x * (share * said * (1 - said))[:, None]).T @ x + ridge
        weights = weights - np.linalg.solve(bend, slope)
    return [round(float(weight), 3) for weight in weights]


def main() -> int:
    """Fit the weights, print them, and write them where the check reads them."""
    settings = load_settings()
    embedder, reader = Remembering(open_embedder(settings)), BundledReader(settings.model_dir)
    passages = {article.id: passages_of(article) for article in seed_articles().values()}
    found: dict[bool, tuple[list[Signs], list[bool]]] = {False: ([], []), True: ([], [])}
    for line in read_lines():
        if line.half != LEARNED_FROM or line.marker or line.kind not in (TRUE, *_ELSEWHERE):
            continue
        prover = Prover([cited(line, passages[line.article], embedder)], embedder, line.language, reader=reader)
        one = prover.signs(line.text, 1)
        found[one.across][0].append(one)
        found[one.across][1].append(line.kind == TRUE)
    weights = {name: fit(*found[across]) for name, across in (("same", False), ("across", True))}
    WEIGHTS.write_text(json.dumps(weights, indent=2) + "\n", "utf-8")
    print(json.dumps(weights))
    return 0


if __name__ == "__main__":
    sys.exit(main())
