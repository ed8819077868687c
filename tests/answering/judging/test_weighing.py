"""The weights of evidence: those that ship are for the features that there are, with a reader and without one."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.judging.weighing import FEATURES, READ, default_threshold, predict
from answering.settings import ROOT

WEIGHTS = ROOT / "answering" / "judging" / "weights.json"
BOTH = pytest.mark.parametrize("read", [False, True], ids=["similarity", "reader"])


@BOTH
def test_the_shipped_weights_are_for_these_features(read: bool) -> None:
    shipped = json.loads(WEIGHTS.read_text("utf-8"))["reader" if read else "similarity"]
    assert set(shipped["weights"]) == set(FEATURES)
    assert all(math.isfinite(value) for value in (*shipped["weights"].values(), shipped["intercept"]))
    assert default_threshold(read) == shipped["threshold"]
    assert 0 < shipped["threshold"] < 1


def test_without_a_reader_what_it_says_has_no_weight() -> None:
    shipped = json.loads(WEIGHTS.read_text("utf-8"))["similarity"]
    assert {shipped["weights"][name] for name in FEATURES[READ:]} == {0.0}


@BOTH
@given(values=st.lists(st.floats(-50, 50), min_size=len(FEATURES), max_size=len(FEATURES)))
def test_a_probability_is_one(read: bool, values: list[float]) -> None:
    (probability,) = predict(np.array([values]), read)
    assert 0 <= probability <= 1


def raised(name: str, read: bool) -> tuple[float, float]:
    """Return the probability of a sentence without any feature, and with this one."""
    low, high = predict(np.array([[0.0] * len(FEATURES), [float(f == name) for f in FEATURES]]), read)
    return low, high


def test_more_likeness_and_coverage_are_more_probable() -> None:
    for name in ("sentence_similarity", "sentence_coverage", "shows_kind"):
        low, high = raised(name, False)
        assert high > low, name
    low, high = raised("names_missing", False)
    assert high < low


def test_what_the_reader_takes_for_the_answer_is_more_probable() -> None:
    for name in ("reader_answers", "reader_span"):
        low, high = raised(name, True)
        assert high > low, name
