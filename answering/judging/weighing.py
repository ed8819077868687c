"""The features of evidence, and the probability that a sentence with such features answers.

A logistic regression weighs them: ``training/evidence.py`` fits one with a reader and one without on PIAF and XQuAD, and
writes both to ``weights.json``, each with the threshold from which a question is answered.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEATURES = (
    "sentence_similarity",  # of question and sentence, above that to unrelated sentences
    "sentence_margin",  # the same above the mean of the candidates, in deviations
    "passage_similarity",  # of question and passage, above that to unrelated sentences
    "sentence_coverage",  # share of the question's terms in the sentence, by rarity
    "passage_coverage",  # share of them in the passage and its title
    "names_missing",  # share of the question's names and figures that the passage lacks
    "shows_kind",  # holds a figure, a name or a date where one is asked for
    "wants_kind",  # asks for one
    "headline",  # does not end as a sentence does
    "length",  # words, logarithm
    "foreign",  # question and article in different languages
    "archive_size",  # passages, logarithm to base 10: among more passages, more are similar by chance
    "reader_answers",  # log odds that the passage holds an answer
    "reader_margin",  # the passage's best span above "nowhere"
    "reader_relevant",  # of the passage, above the mean of those read
    "reader_span",  # log odds that the answer lies in this sentence
)
READ = FEATURES.index("reader_answers")  # features from here on are 0 without a reader


@cache
def _shipped(read: bool) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(Path(__file__).with_name("weights.json").read_text("utf-8"))
    fitted: dict[str, Any] = data["reader" if read else "similarity"]
    return fitted


def default_threshold(read: bool = False) -> float:
    """Return the probability that best told answerable from unanswerable questions when the weights were fitted.

    ``read``: with what a reader says, else without.
    """
    return float(_shipped(read)["threshold"])


@cache
def _weights(read: bool) -> tuple[NDArray[np.float64], float]:
    data = _shipped(read)
    return np.array([data["weights"].get(name, 0.0) for name in FEATURES]), float(data["intercept"])


def predict(rows: NDArray[np.float64], read: bool = False) -> NDArray[np.float64]:
    """Return the probability that each row's sentence answers; ``read``: the rows have what a reader says."""
    weights, intercept = _weights(read)
    result: NDArray[np.float64] = 1 / (1 + np.exp(-(rows @ weights + intercept)))
    return result
