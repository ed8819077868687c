"""What likeness, common words and the reader tell together, and how their weights are found."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.checking.support import WEIGHTS, Signs, probability
from evaluation.lies_fit import fit

UNIT = st.floats(0, 1, allow_nan=False)


@given(UNIT, UNIT, UNIT, st.booleans())
def test_any_signs_give_a_probability(likeness: float, overlap: float, read: float, across: bool) -> None:
    assert 0 <= probability(Signs(likeness, overlap, read, across)) <= 1


@given(UNIT, UNIT, st.floats(0, 0.9), st.booleans())
def test_more_of_a_sign_never_makes_it_less_probable(
    likeness: float, overlap: float, read: float, across: bool
) -> None:
    less = probability(Signs(likeness, overlap, read, across))
    assert probability(Signs(likeness, overlap, read + 0.1, across)) >= less
    assert probability(Signs(likeness + 0.1, overlap, read, across)) >= less
    assert probability(Signs(likeness, overlap + 0.1, read, across)) >= less


@pytest.mark.parametrize("across", [False, True])
def test_clear_cases_are_clear(across: bool) -> None:
    assert probability(Signs(0.8, 0.4, 0.7, across)) > 0.8
    assert probability(Signs(0.1, 0.0, 0.01, across)) < 0.2


def test_the_weights_that_ship_are_one_for_each_sign() -> None:
    weights = json.loads(WEIGHTS.read_text("utf-8"))
    width = len(Signs(0, 0, 0, False).values())
    assert {name: len(values) for name, values in weights.items()} == {"same": width, "across": width}


def test_fitting_finds_the_sign_that_tells_and_is_the_same_each_time() -> None:
    signs = [Signs(n / 10, 0.3, 0.5, False) for n in range(10)]
    true = [n >= 5 for n in range(10)]
    weights = fit(signs, true)
    assert weights == fit(signs, true)
    assert weights[1] > 1
    assert abs(weights[2]) < 0.5
    assert weights[3] == 0


def test_both_classes_weigh_the_same_however_many_there_are() -> None:
    few = fit([Signs(0.5, 0.3, 0.5, False)] * 100, [True] * 90 + [False] * 10)
    assert sum(w * v for w, v in zip(few, Signs(0.5, 0.3, 0.5, False).values(), strict=True)) == pytest.approx(
        0, abs=0.02
    )
